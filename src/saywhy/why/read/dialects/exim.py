"""Exim, and its relatives that kept its words: 1&1/IONOS, GMX and web.de, MXLogic, Mail.Ru.

    bob@dest.test
      SMTP error from remote mail server after RCPT TO:<bob@dest.test>:
      host mx.dest.test [192.0.2.7]: 550 5.1.1 User unknown

Exim writes a local address without its domain; X-Failed-Recipients has it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.why.read import text
from saywhy.why.read.addresses import bare
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

_ENTRY = re.compile(
    r"^  ([^\s<>:][^\n]{0,400}?|<[^\s<>]{1,400}>|\"[^\"\n]{1,200}\"[^\n]{0,200}?)(:?)[ \t]*\n((?:(?: {3,}|"
    r"\t)[^\n]*\n?)*)",
    re.M,
)
_LOCAL = re.compile(
    r"[\w.+!#$%&'*/=?^`{|}~-]{1,64}|\S{1,200}@\S{1,253}|\"[^\"\n]{1,128}\"(?:@\S{1,253})?|\|\S[^\n]*|/\S[^\n]*"
)
_PIPE = re.compile(r"^(?:pipe to \||save to |\||/|:)", re.I)
_HOST = re.compile(r"\bhost ([A-Za-z0-9.-]{1,255})[ \[:]")
_FROM = re.compile(r"\((?:ultimately )?generated (?:from|by) ([^()\s]{1,400})\)")


def indented(mail: Mail) -> Iterator[Entry]:
    """Two spaces before the address, more before what is said about it."""
    notice = mail.notice
    for match in _ENTRY.finditer(notice):
        address = match[1].strip()
        if not _LOCAL.fullmatch(address.strip("<>")) or text.is_sender(notice, match.start(1)):
            continue
        words = match[3]
        if not match[2] and not words.strip() and "@" not in address:
            continue
        entry = Entry(_whole(mail, address, words))
        entry.note("recipient", From.TEXT, "address indented by two", mail.span(match.start(1), match.end(1)))
        origin = _FROM.search(words)
        if origin is not None:
            entry.original = bare(origin[1])
            entry.note(
                "original_recipient",
                From.TEXT,
                "generated from",
                mail.span(match.start(3) + origin.start(1), match.start(3) + origin.end(1)),
            )
            words = " " * origin.end() + words[origin.end() :]
        text.describe(mail, entry, words, match.start(3))
        details(entry)
        if "@" not in entry.recipient and "@" in entry.original:
            entry.recipient, entry.sources["recipient"] = entry.original, entry.sources["original_recipient"]
        yield entry


_MALFORMED = re.compile(
    r"^  ([^\n]{1,500}?): ((?:missing|malformed|unqualified|unknown|illegal|syntax|no |domain|unmatched|empty|"
    r"expected)[^\n]*)",
    re.M | re.I,
)


def malformed(mail: Mail) -> Iterator[Entry]:
    """`  bob@dest.test <joe@dest.test>: malformed address: ...`: the address in brackets, or all of it."""
    if "incorrectly constructed" not in mail.notice and "no recipient addresses" not in mail.notice:
        return
    for match in _MALFORMED.finditer(mail.notice):
        entry = Entry(bare(match[1]))
        entry.note("recipient", From.TEXT, "malformed address", mail.span(match.start(1), match.end(1)))
        text.describe(mail, entry, match[2], match.start(2))
        yield entry


def _whole(mail: Mail, address: str, words: str) -> str:
    """The address with the domain that Exim left out, or the address whose pipe or file it was."""
    address = bare(address)
    if "@" in address:
        return address
    same = [each for each in mail.failed if each.partition("@")[0].lower() == address.lower()]
    if same:
        return same[0]
    if len(mail.failed) == 1 and not _FROM.search(words):
        return mail.failed[0]
    said = re.search(r"(?:RCPT TO|rcpt to):\s*<([^<>\s]{1,400}@[^<>\s]{1,253})>", words)
    return said[1] if said is not None else address


def details(entry: Entry) -> None:
    """The remote host, in Exim's words."""
    host = _HOST.search(entry.diagnostic)
    if host is not None:
        entry.remote_mta = host[1]
        if "diagnostic" in entry.sources:
            entry.sources["remote_mta"] = entry.sources["diagnostic"]


def _failed(mail: Mail, found: Found) -> None:
    """X-Failed-Recipients names those that the text has only in another form."""
    entries = [entry for entry in found.entries if "@" in entry.recipient]
    if not entries and mail.failed:
        entries = [Entry(address) for address in mail.failed]
        for entry, told in zip(entries, found.entries, strict=False):
            entry.diagnostic, entry.status, entry.reply_code = told.diagnostic, told.status, told.reply_code
            entry.sources.update(told.sources)
        for entry in entries:
            entry.note("recipient", From.HEADER, "X-Failed-Recipients")
    found.entries = entries or found.entries
    for entry in found.entries:
        details(entry)


DIALECTS = (
    textual(
        "Exim",
        "Exim",
        signs=(
            "created automatically by mail delivery software",
            "could not be delivered to one or more of its\nrecipients",
            "could not be delivered to all of its\nrecipients",
            "could not be delivered to all of its recipients",
            "has not yet been delivered to all its recipients",
            "has not yet been delivered to one or more of its\nrecipients",
            "recipient addresses that were\nincorrectly constructed",
            "The following address(es) failed:",
            "The following\naddress(es) failed:",
            "The following text was generated during the delivery attempt",
            "error was detected while processing a message",
            "A message that you have sent could not be delivered to one or more",
        ),
        rules=(malformed, indented, text.angled, text.alone, text.told),
        finish=_failed,
    ),
    textual(
        "Mail.Ru",
        "Mail.Ru",
        signs=("сервером Mail.Ru", "сервером mail.ru"),
        rules=(indented, text.angled, text.alone),
        finish=_failed,
    ),
)
