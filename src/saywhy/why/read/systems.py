"""Which software wrote a report, by what it says of itself: enough to name it, never needed to read it."""

from __future__ import annotations

from saywhy.why.read.mail import Mail

# Words of the notice, or of the subject and the sender, all in lower case; the first that is found names it.
_NOTICE = (
    ("this is the mail system at host", "Postfix"),
    ("postfix program", "Postfix"),
    ("created automatically by mail delivery software", "Exim"),
    ("qmail-send program", "qmail"),
    ("transcript of session follows", "Sendmail"),
    ("running the courier mail server", "Courier"),
    ("microsoft exchange", "Exchange"),
    ("office 365", "Exchange Online"),
    ("microsoft 365", "Exchange Online"),
    ("googlemail", "Gmail"),
    ("the mail system\n", "Postfix"),
)
_HEADERS = (
    ("x-ms-exchange-message-is-ndr", "Exchange"),
    ("x-ms-exchange-organization-scl", "Exchange"),
    ("x-ses-outgoing", "Amazon SES"),
    ("x-gm-message-state", "Gmail"),
    ("x-mimecast-spam-score", "Mimecast"),
)


def system_of(mail: Mail) -> str:
    head = mail.head
    if "x-ms-exchange-message-is-ndr" in head or "x-ms-publictraffictype" in head:
        return "Exchange Online" if "outlook.com" in head.get("received", "") + mail.sender else "Exchange"
    for name, system in _HEADERS:
        if name in head:
            return system
    start = mail.lower
    return next((system for words, system in _NOTICE if words in start), head.get("x-mailer", "")[:80])
