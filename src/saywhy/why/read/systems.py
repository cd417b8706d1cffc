"""Which software wrote a report, by what it says of itself: enough to name it, never needed to read it."""

from __future__ import annotations

from saywhy.why.read.mail import Mail

_LOOK = 4000  # octets behind the header

_WORDS = (
    (b"This is the mail system at host", "Postfix"),
    (b"Postfix program", "Postfix"),
    (b"created automatically by mail delivery software", "Exim"),
    (b"Transcript of session follows", "Sendmail"),
    (b"qmail-send program", "qmail"),
    (b"running the Courier mail server", "Courier"),
    (b"This is the MAILER-DAEMON, please DO NOT REPLY", "OpenSMTPD"),
    (b"Microsoft Exchange", "Exchange"),
    (b"Office 365", "Exchange Online"),
    (b"Microsoft 365", "Exchange Online"),
    (b"SendGrid", "SendGrid"),
    (b"The mail system\n", "Postfix"),
)
_HEADERS = (
    ("x-ms-exchange-message-is-ndr", "Exchange"),
    ("x-ms-publictraffictype", "Exchange"),
    ("x-ses-outgoing", "Amazon SES"),
    ("x-gm-message-state", "Gmail"),
    ("x-mimecast-spam-score", "Mimecast"),
)


def system_of(mail: Mail) -> str:
    head = mail.head
    for name, system in _HEADERS:
        if name in head:
            online = system == "Exchange" and "outlook.com" in head.get("received", "") + mail.sender
            return "Exchange Online" if online else system
    at = mail.root.body_start
    start = mail.octets.data[at : at + _LOOK] if mail.root.content is mail.octets.data else b""
    for words, system in _WORDS:
        if words in start:
            return system
    return head.get("x-mailer", "")[:80]
