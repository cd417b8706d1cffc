"""Sendmail and what descends from it: the list of addresses, then the transcript of the session.

       ----- The following addresses had permanent fatal errors -----
    <bob@dest.test>
        (reason: 550 5.1.1 User unknown)
       ----- Transcript of session follows -----
    ... while talking to mx.dest.test.:
    >>> RCPT To:<bob@dest.test>
    <<< 550 5.1.1 User unknown
    550 5.1.1 <bob@dest.test>... User unknown

Version 5 and older have the transcript only.  Each address gets its own line of the transcript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from saywhy.why.read import text
from saywhy.why.read.addresses import bare
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import ADDRESS
from saywhy.why.read.values import From

_HEADING = re.compile(
    r"^[ \t|]*-{2,40} ?(?:the following (?:addresses|recipients?|address) (?:had|have|did|has|were|"
    r"could)[^\n]{0,100}|"
    r"[^\n-]{0,40}(?:addresses|recipients)[^\n-]{0,60}(?:errors?|problems?|failed|reached|"
    r"delivered)[^\n-]{0,40}|failed addresses follow:?|addresses? failed[^\n]{0,30}|"
    r"message not delivered to the following:?)[^\n]*\n",
    re.I | re.M,
)
_DASHES = re.compile(r"^[ \t|]*-{2,}", re.M)
_ITEM = re.compile(
    rf"^[ \t|]{{0,12}}(?:>>>[ \t]*)?[\"'<]{{0,2}}({ADDRESS.pattern})[\"'>]{{0,2}}[ \t]*(?:<[^<>\n]*>)?[ "
    rf"\t]*([^\n]*)",
    re.M,
)
_NAMES = re.compile(r"^[ \t]+([A-Za-z0-9._+-]{1,64})(?:[ \t]{2,}([^\n]*))?$", re.M)  # without a domain
_LINE = re.compile(
    r"^[ \t]*(?:(?P<sent>>{3}[ \t]*(?P<command>MAIL|RCPT|DATA|EHLO|HELO|RSET|QUIT|\.)[^\n]*)|(?P<got><{3}[ "
    r"\t]*(?P<gotwords>[^\n]*))|(?:<?[^\s<>]{1,400}>?\.\.\.[ \t]*(?P<deferred>Deferred:?[^\n]*))|"
    r"(?P<own>[45][0-9]{2}[ -][^\n]*(?:\n[ \t]+[^\n]+)*)"
    r"|(?P<talk>[. \t]*while talking to (?P<host>[^\s:]{1,255}?)\.?:[^\n]*))",
    re.I | re.M,
)


def listed(mail: Mail) -> Iterator[Entry]:
    notice = mail.notice
    for heading in _HEADING.finditer(notice):
        closing = _DASHES.search(notice, heading.end())
        end = closing.start() if closing is not None else len(notice)
        items = list(_ITEM.finditer(notice, heading.end(), end)) or list(
            _NAMES.finditer(notice, heading.end(), end)
        )
        for number, match in enumerate(items):
            entry = Entry(bare(match[1]))
            entry.note("recipient", From.TEXT, "list of addresses", mail.span(match.start(1), match.end(1)))
            following = items[number + 1].start() if number + 1 < len(items) else end
            _said_there(mail, entry, match.start(2) if match.lastindex == 2 else match.end(1), following)
            yield entry


def _said_there(mail: Mail, entry: Entry, first: int, end: int) -> None:
    words = mail.notice[first:end]
    origin = re.search(r"\(expanded from:?[ \t]*<?([^\s<>()]{1,400})>?\)", words)
    if origin is not None:
        entry.original = bare(origin[1])
        entry.note(
            "original_recipient",
            From.TEXT,
            "expanded from",
            mail.span(first + origin.start(1), first + origin.end(1)),
        )
        words = words.replace(origin[0], " " * len(origin[0]))
    reason = re.search(r"\(reason:[ \t]*", words)
    if reason is not None:
        closing = words.rfind(")")
        stop = closing if closing >= reason.end() else len(words)
        text.describe(mail, entry, words[reason.end() : stop], first + reason.end())
    elif re.search(r"[^\W\d_]{3}", words):
        text.describe(mail, entry, words.strip(" \n:>."), first)


_NESTED = re.compile(r"\.\.\.[ \t]*([45][0-9]{2}[ -][^\n]+)")


@dataclass(slots=True)
class _Session:
    """What a transcript says: the refusal of each address, its host, and the first refusal of all."""

    refusals: dict[str, tuple[str, int]] = field(default_factory=dict)
    printed: dict[int, tuple[str, int]] = field(
        default_factory=dict
    )  # by a program, before the line at that place
    hosts: dict[str, str] = field(default_factory=dict)
    first: tuple[str, int] | None = None
    host: str = ""


def _session(notice: str, start: int) -> _Session:
    session = _Session()
    rcpt = ""
    last = start
    said: tuple[str, int] | None = None  # the remote's last refusal, until a line of Sendmail's own takes it up
    for match in _LINE.finditer(notice, start):
        if match["host"]:
            session.host = match["host"]
        elif match["sent"]:
            address = ADDRESS.search(match["sent"])
            rcpt = address[0].lower() if address is not None and match["command"].upper() == "RCPT" else ""
        elif match["got"]:
            if re.match(r"[45][0-9]{2}", match["gotwords"]):
                said = said or (match["gotwords"], match.start("gotwords"))
                session.first = session.first or said
                _remember(session, [rcpt] if rcpt else [], said)
        elif match["deferred"]:
            session.first = session.first or (match["deferred"], match.start("deferred"))
        else:
            own = (match["own"], match.start("own"))
            nested = _NESTED.search(own[0])
            if nested is not None:
                own = (nested[1], own[1] + nested.start(1))
            session.first = session.first or own
            silent = said is None and not session.host and _SILENT.search(own[0]) is not None
            printed = _printed(notice, last, own[1]) if silent else None
            if printed is not None:
                session.printed[own[1]] = printed
            _remember(session, [each[0].lower() for each in ADDRESS.finditer(match["own"])], said or own)
            said = None
        last = match.end()
    return session


# All that Sendmail itself says of a program that failed; what the program printed stands before it.
_SILENT = re.compile(r"Service unavailable|unknown mailer error", re.I)
_PRINTED = re.compile(r"(?:^(?![ \t|]*-{2})[^\n.][^\n]{3,500}\n){1,10}\Z", re.M)


def _printed(notice: str, start: int, end: int) -> tuple[str, int] | None:
    """What a local program said before Sendmail's line about it: `mail.local: unknown user: bob`."""
    found = _PRINTED.search(notice, notice.find("\n", start, end) + 1 or end, end)
    return (found[0], found.start()) if found is not None else None


def _remember(session: _Session, names: list[str], refusal: tuple[str, int]) -> None:
    for name in names:
        session.refusals.setdefault(name, refusal)
        if session.host:
            session.hosts.setdefault(name, session.host)


def transcript(mail: Mail, found: Found) -> None:
    """Each address gets the refusal that names it, or the first one."""
    start = mail.notice.find("ranscript of session follows")
    if start < 0:
        return
    session = _session(mail.notice, start)
    for entry in found.entries:
        names = (entry.recipient.lower(), entry.original.lower())
        line = next((session.refusals[name] for name in names if name in session.refusals), session.first)
        if line is not None:
            _add(mail, entry, line, session.printed.get(line[1]))
        remote = session.hosts.get(entry.recipient.lower()) or session.host
        if remote and not entry.remote_mta:
            entry.remote_mta = remote
            entry.note("remote_mta", From.TEXT, "while talking to", None)


def _add(mail: Mail, entry: Entry, line: tuple[str, int], printed: tuple[str, int] | None) -> None:
    """The refusal in the transcript, for what the entry lacks."""
    if entry.reply_code and entry.status:
        return
    draft = Entry(entry.recipient)
    text.describe(mail, draft, line[0], line[1])
    if printed is not None:
        words, at = printed
        draft.diagnostic = f"{' '.join(words.split())} {draft.diagnostic}"[: text.MAX_DIAGNOSTIC]
        draft.note("diagnostic", From.TEXT, "what a program printed", mail.span(at, line[1] + len(line[0])))
        entry.program = True
    if not entry.diagnostic or (not entry.reply_code and not re.search("[A-Za-z]{3}", entry.diagnostic)):
        entry.diagnostic, entry.sources["diagnostic"] = draft.diagnostic, draft.sources["diagnostic"]
    for name in ("reply_code", "status"):
        if getattr(draft, name) and (not getattr(entry, name) or getattr(entry, name).endswith(".0.0")):
            setattr(entry, name, getattr(draft, name))
            entry.sources[name] = draft.sources[name]


def in_transcript(mail: Mail) -> Iterator[Entry]:
    """Without a list: the addresses in the server's own lines, else those of refused RCPT commands."""
    start = mail.notice.lower().find("transcript of session follows")
    if start < 0:
        return
    named: list[Entry] = []
    rcpt: list[Entry] = []
    for match in _LINE.finditer(mail.notice, start):
        words, offset = (
            (match["own"], match.start("own")) if match["own"] else (match["sent"] or "", match.start())
        )
        address = ADDRESS.search(words)
        if address is None:
            continue
        entry = Entry(bare(address[0]))
        entry.note(
            "recipient",
            From.TEXT,
            "transcript of the session",
            mail.span(offset + address.start(), offset + address.end()),
        )
        if match["own"]:
            named.append(entry)
        elif match["command"] and match["command"].upper() == "RCPT":
            rcpt.append(entry)
    yield from named or rcpt


DIALECTS = (
    textual(
        "Sendmail",
        "Sendmail",
        signs=(
            "addresses had permanent fatal errors",
            "addresses had transient non-fatal errors",
            "addresses had delivery",
            "addresses had fatal errors",
            "addresses have delivery",
            "addresses had successful delivery",
            "Transcript of session follows",
            "transcript of session follows",
            "recipients were not reached",
            "Failed addresses follow",
            "addresses had problems",
            "Message not delivered to the following",
        ),
        pattern=r"^[ \t]*-{2,10} ?(?:The following (?:addresses|recipients?|address) (?:had|have|did|could|were))",
        rules=(listed, in_transcript, text.angled, text.alone),
        finish=transcript,
    ),
)
