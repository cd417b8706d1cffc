"""Machines that answer: out of office (RFC 3834), and those that ask the sender to prove to be human.

A challenge may come dressed as a delivery report: the message waits for a click, so it is none.
"""

from __future__ import annotations

import re

from saywhy.why.read.dialect import Other
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import holds
from saywhy.why.read.signs import is_from_system
from saywhy.why.read.values import Kind

# Services that ask the sender to act; as they stand in addresses and subjects, in lower case.
_CHALLENGERS = (
    *(
        "boxbe.com",
        "spamarrest.com",
        "bluebottle.com",
        "spamcease",
        "digiportal",
        "choicemail",
        "mailblocks",
        "antispamuol",
        "antispam.uol",
        "tmda",
        "knowspam",
    ),
    *("vanquish.com", "sendio", "spam-x.", "mailinblack", "0spam.", "cleanmyinbox", "challenge"),
)
_STEMS = ("confirm", "verif", "challenge", "added to", "human", "guest list", "authoriz", "approval", "click")
_CHALLENGE = re.compile(
    r"click (?:on )?the (?:following )?link (?:below )?to (?:have your|verify|confirm|deliver|release|be added|"
    r"authenticate)|"
    r"(?:address|you) added to (?:the|my|their|his|her) (?:recipient's )?(?:allowed|guest|white|approved|safe|"
    r"friends)[ -]?(?:list)?|"
    r"confirm (?:that )?(?:you are|you're) (?:a )?(?:human|real person|not a (?:spammer|robot|machine))|prove "
    r"(?:that )?you(?:'re| are) (?:a )?human|"
    r"challenge[-/ ]response|requires? (?:you to )?(?:verification|verify|confirm)[^\n]{0,60}(?:before|to "
    r"deliver)|"
    r"one[- ]time (?:verification|authentication|confirmation)|unconfirmed senders?|"
    r"(?:please )?reply to this (?:message|e-?mail) (?:to|and) (?:confirm|verify|have your)|your message is "
    r"waiting for (?:approval|verification)|"
    r"waiting for (?:you|your) (?:to )?(?:verif|confirm)|sender verification (?:is )?(?:required|request)|"
    r"guest list|"
    r"(?:first|one) time (?:you have |sender)[^\n]{0,80}(?:verif|confirm|authoriz)"
)
_FIELDS = frozenset({"x-tmda-confirm-done", "x-boxbe-notification", "x-spamarrest-authcode", "x-antispamuol"})


def _challenge(mail: Mail) -> Found | None:
    head = mail.head
    if not _FIELDS.isdisjoint(head):
        return Found("challenge")
    who = f"{mail.sender} {head.get('return-path', '')} {head.get('message-id', '')} {mail.subject}".lower()
    known = holds(who, _CHALLENGERS)
    if mail.status is not None:
        return (
            Found("challenge")
            if known and (_asks(mail.lower) or _asks(mail.html.lower()) or "challenge" in who)
            else None
        )
    if not known and not _may_be_answer(mail):
        return None
    return Found("challenge") if _asks(mail.lower[:4000]) or (known and _asks(mail.html[:8000].lower())) else None


def _may_be_answer(mail: Mail) -> bool:
    """Whether the message answers another one, or says that a machine wrote it."""
    subject = mail.subject.lower()
    return (
        subject.startswith(("re:", "aw:", "sv:", "antw:", "r:"))
        or holds(subject, _STEMS)
        or "auto-submitted" in mail.head
        or "in-reply-to" in mail.head
        or is_from_system(mail)
    )


def _asks(words: str) -> bool:
    return holds(words, _STEMS) and _CHALLENGE.search(words) is not None


_AUTO_SUBJECT = re.compile(
    r"\b(?:auto(?:matic(?:ally)?|mated)?[- ]?(?:reply|response|respond(?:er)?|answer|generated reply|"
    r"acknowledge?ment)|out[- ]of[- ](?:the[- ])?office|vacation|on holiday|"
    r"away from (?:the|my) (?:office|mail|desk)|abwesenheit|automatische antwort|réponse automatique|absence "
    r"du bureau|absent du bureau|respuesta automática|fuera de (?:la )?oficina|"
    r"risposta automatica|fuori sede|automatisch antwoord|afwezig|resposta automática|ausência|autosvar|"
    r"frånvaro|fraværende|ikke til stede|autoreply|autoresponse|automatisk svar|"
    r"odpowiedź automatyczna|poza biurem|автоответ|вне офиса|"
    r"自動返信|自动回复|自動回覆|不在通知|отсутств|automatická odpověď|"
    r"automatikus válasz|atvaļinājum|atostog|out of town|on leave|i am away|"
    r"i'm away|currently away|thank you for (?:your|contacting))",
    re.I,
)
_AUTO_TEXT = re.compile(
    r"\b(?:i am|i'm|i will be|i'll be|we are|currently) (?:currently |now )?(?:away|out of|on (?:vacation|"
    r"holiday|leave|annual|maternity|business)|not in the office|unavailable|travel)|"
    r"out of (?:the )?office|on vacation|this is an auto(?:mat(?:ic|ed))?[- ]?(?:reply|response)|will be back|"
    r"ich bin (?:derzeit |zur zeit )?(?:nicht|bis|im urlaub)|je suis absent|"
    r"will return on|estaré fuera|sono assente|automated response",
    re.I,
)
_FIELDS_OF_REPLY = frozenset(
    {
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-reply-from",
        "x-mail-autoreply",
        "x-autoreply-from",
        "x-vacation-message",
    }
)


def _auto_reply(mail: Mail) -> Found | None:
    head = mail.head
    if mail.from_local in _DAEMONS or mail.is_declared or mail.failed:
        return None
    if not _FIELDS_OF_REPLY.isdisjoint(head):
        return Found("auto-reply")
    if head.get("auto-submitted", "").lower().startswith(("auto-replied", "auto-notified")):
        return Found("auto-reply")
    if head.get("precedence", "").lower() in ("auto_reply", "auto-reply", "vacation"):
        return Found("auto-reply")
    subject = mail.subject
    if _AUTO_SUBJECT.search(subject):
        return Found("auto-reply")
    if (subject[:3].lower() == "re:" or "x-auto-response-suppress" in head) and _AUTO_TEXT.search(
        mail.notice[:1500]
    ):
        return Found("auto-reply")
    return None


_DAEMONS = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "maildaemon"})

CHALLENGE = Other("challenge", Kind.CHALLENGE, _challenge)
AUTO_REPLY = Other("auto-reply", Kind.AUTO_REPLY, _auto_reply)
