"""Postfix without its delivery-status part (old releases, stripped reports), and the transcripts that its SMTP
server sends to the postmaster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

_HOST = re.compile(r"\bhost ([A-Za-z0-9.-]{1,255})\[")


def details(_: Mail, found: Found) -> None:
    for entry in found.entries:
        host = _HOST.search(entry.diagnostic)
        if host is not None and not entry.remote_mta:
            entry.remote_mta = host[1]
            if "diagnostic" in entry.sources:
                entry.sources["remote_mta"] = entry.sources["diagnostic"]


_SESSION = re.compile(r"^ (In|Out):\s{1,4}([^\n]*(?:\n {4,}[^\n]*)*)", re.M)
_RCPT = re.compile(r"RCPT\s+TO:\s?<([^<>\s]{1,400})>", re.I)


def session(mail: Mail) -> Iterator[Entry]:
    """`In:` is what the client said, `Out:` what was answered: an address and the refusal that came after it."""
    waiting: list[tuple[str, int, int]] = []
    for match in _SESSION.finditer(mail.notice):
        words = " ".join(match[2].split())
        if match[1] == "In":
            found = _RCPT.search(words)
            if found is not None:
                waiting.append((found[1], match.start(2), match.end(2)))
        elif words[:1] in "45" and re.match(r"[45][0-9]{2}[ -]", words):
            named = [each for each in waiting if each[0].lower() in words.lower()] or waiting
            for address, start, end in named:
                entry = Entry(address)
                entry.note("recipient", From.TEXT, "RCPT in the session", mail.span(start, end))
                text.describe(mail, entry, match[2], match.start(2))
                yield entry
            waiting = []


DIALECTS = (
    textual("Postfix session", "Postfix", pattern=r"^ Out: 220 [^\n]{0,300}\n In:", rules=(session,)),
    textual(
        "Postfix",
        "Postfix",
        signs=(
            "This is the Postfix program",
            "This is the mail system at host",
            "I'm sorry to have to inform you that the message returned",
            "I'm sorry to have to inform you that your message could not",
            "I'm sorry to have to inform you that",
            "THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE",
        ),
        pattern=r"^This is the \S[^\n]{0,80} program at host ",
        rules=(text.angled, text.alone),
        finish=details,
    ),
)
