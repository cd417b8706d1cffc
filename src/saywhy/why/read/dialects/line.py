"""One line instead of a message: a server's reply, or what Postfix, Exim, Sendmail or Exchange wrote into its log.

The reply may have several lines.  Of Exchange there are two logs, message tracking and the protocol, both CSV.  A
line says what happened to its recipients; it is no report, but means the same, and is told as one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable

from saywhy.why.read import codes, plain
from saywhy.why.read.dialect import Dialect
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

MAX_TEXT = 16 * 1024  # octets; a longer text is none of these

_OPENINGS = (b"2", b"4", b"5", b"S", b"s", b" ")  # of a reply, which alone may have several lines

_REPLY = re.compile(r"\s{0,8}(?:(?i:smtp);\s?)?([245][0-9]{2})(?:[ -]|\s*$)")
_POSTFIX = re.compile(
    r"postfix[^\[\]\s]{0,40}/[a-z]{1,20}\[[0-9]{1,10}\]: ([0-9A-Za-z]{5,20}): to=<([^>\n]{1,320})>, (.{1,12000})"
)
_SENDMAIL = re.compile(
    r"(?:sendmail|sm-mta|mta)[^:\n]{0,60}: ([0-9A-Za-z]{8,20}): to=([^\n]{1,2000}?), (?=[a-z]{2,12}=)(.{1,12000})"
)
_EXIM = re.compile(
    r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d{1,6})?(?: [+-]\d{4})?(?: \[\d{1,10}\])? ([0-9A-Za-z-]{10,30}) "
    r"(=>|->|>>|\*\*|==) (\S{1,320})(?: <(\S{1,320})>)?(.{0,12000})"
)
_PAIR = re.compile(r"(?:^|, )([a-z_]{2,12})=([^,\n]{0,300})")
_SAID = re.compile(r"host ([^\s\[]{1,255})\[[^\]\s]{1,45}\](?::\d+)? (?:said|refused to talk to me): (.{1,8000})")
_IN_REPLY = re.compile(r" \(in reply to ([A-Za-z ]{1,30}?)(?: command)?\)")
_EXIM_HOST = re.compile(r"\bH=(\S{1,255})|\bhost (\S{1,255}) \[")
_AFTER = re.compile(r"after ([A-Z]{4})|after (end of data)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")

_POSTFIX_DOES = {"bounced": "failed", "expired": "failed", "undeliverable": "failed", "deferred": "delayed"}
_EXIM_DOES = {"**": "failed", "==": "delayed"}
_TRACKED = {
    "FAIL": "failed", "BADMAIL": "failed", "DEFER": "delayed", "DELIVER": "delivered", "SEND": "relayed",
    "SENDEXTERNAL": "relayed", "EXPAND": "expanded",
}  # fmt: skip
_AGENTS = ("local", "virtual", "maildrop", "procmail", "dovecot", "*file*", "none")
_EVENT, _MESSAGE_ID = 8, 10  # columns of a message tracking log


def read(mail: Mail) -> Found | None:
    """What the line says, if the whole text is one."""
    data = mail.octets.data
    if len(data) > MAX_TEXT or not (data[:1] in _OPENINGS or b"\n" not in data.rstrip(b"\n")):
        return None
    text = data.decode("utf-8", "replace").strip("\n")
    if (found := _reply(text)) is not None:
        return found
    if "\n" in text.rstrip():
        return None
    for form in _FORMS:
        found = form(text)
        if found is not None:
            return found
    return None


def _reply(text: str) -> Found | None:
    opened = _REPLY.match(text)
    if opened is None or opened[1].startswith("2"):
        return None
    if any(not line.lstrip().startswith(opened[1]) for line in text.split("\n")[1:]) and "\n\n" in text:
        return None
    entry = Entry(action="failed" if opened[1].startswith("5") else "delayed")
    addresses = {found[0] for found in plain.ADDRESS.finditer(text[:2000])}
    if len(addresses) == 1:
        entry.recipient = addresses.pop()
        entry.note("recipient", From.TEXT, "the only address in the reply")
    entry.lines = tuple(line.strip() for line in text.split("\n"))[:50]
    _said(entry, " ".join(entry.lines), "the reply")
    return Found("SMTP reply", entries=[entry], action=entry.action)


def _postfix(text: str) -> Found | None:
    line = _POSTFIX.search(text)
    if line is None:
        return None
    head, _, words = line[3].partition(" (")
    pairs = dict(_PAIR.findall(head))
    entry = Entry(line[2], original=_bare(pairs.get("orig_to", "")), log_id=line[1])
    relay = pairs.get("relay", "").partition("[")[0]
    entry.action = _POSTFIX_DOES.get(pairs.get("status", ""), "")
    if pairs.get("status") == "sent":
        entry.action = "delivered" if relay in _AGENTS else "relayed"
    if not entry.action:
        return None
    words = words.rstrip().removesuffix(")")
    answered = _IN_REPLY.search(words)
    said = _SAID.search(words)
    entry.remote_mta = said[1] if said else "" if relay in _AGENTS else relay
    entry.status = pairs.get("dsn", "")
    if answered is not None:
        entry.command = "DATA" if "DATA" in answered[1] else answered[1][:4]
    _said(entry, _IN_REPLY.sub("", said[2] if said else words), "the words in brackets")
    return _found("Postfix", [entry])


def _sendmail(text: str) -> Found | None:
    line = _SENDMAIL.search(text)
    if line is None or "stat=" not in line[3]:
        return None
    head, _, state = line[3].partition("stat=")
    pairs = dict(_PAIR.findall(head))
    local = pairs.get("mailer", "") in ("local", "lmtp")
    if state.startswith("Sent"):
        action = "delivered" if local else "relayed"
    elif state.startswith(("Deferred", "queued")) or pairs.get("dsn", "").startswith("4"):
        action = "delayed"
    else:
        action = "failed"
    entries = []
    for address in line[2].split(",")[:100]:
        entry = Entry(_bare(address), action=action, status=pairs.get("dsn", ""), log_id=line[1])
        entry.remote_mta = "" if local else pairs.get("relay", "").split(" ")[0].rstrip(".")
        _said(entry, pairs.get("reply", "") or state, "stat")
        entries.append(entry)
    return _found("Sendmail", entries)


def _exim(text: str) -> Found | None:
    line = _EXIM.match(text)
    if line is None:
        return None
    rest = line[6]
    action = _EXIM_DOES.get(line[3], "relayed" if " H=" in rest else "delivered")
    entry = Entry(line[4].rstrip(":"), original=line[5] or "", action=action, log_id=line[2])
    host = _EXIM_HOST.search(rest)
    entry.remote_mta = (host[1] or host[2]) if host else ""
    after = _AFTER.search(rest)
    if after is not None:
        entry.command = after[1] or "DATA"
    words = rest.partition(": ")[2] if action in _EXIM_DOES.values() else ""
    _said(entry, words.partition("]: ")[2] or words, "the words behind the address")
    return _found("Exim", [entry])


def _exchange(text: str) -> Found | None:
    if _STAMP.match(text) is None:
        return None
    try:
        cells = next(csv.reader([text]))
    except (csv.Error, StopIteration):
        return None
    if len(cells) in (8, 9):
        return _protocol(cells)
    return _tracking(cells) if len(cells) > _MESSAGE_ID + 3 else None


def _protocol(cells: list[str]) -> Found | None:
    """A line of what was said: only a refusal tells something."""
    found = _reply(cells[7]) if cells[6] in "<>" else None
    if found is not None:
        found.dialect, found.system = "Exchange protocol log", "Exchange"
        if cells[6] == "<":
            found.entries[0].remote_mta = cells[5].rpartition(":")[0]
    return found


def _tracking(cells: list[str]) -> Found | None:
    action = _TRACKED.get(cells[_EVENT].upper())
    column = _MESSAGE_ID + (2 if _GUID.match(cells[_MESSAGE_ID + 1].lower()) else 1)
    if action is None or "@" not in cells[column]:
        return None
    states = cells[column + 1].split(";") if cells[column + 1].count(";") == cells[column].count(";") else []
    entries = []
    for number, address in enumerate(cells[column].split(";")[:500]):
        entry = Entry(address.strip(), action=action, log_id=cells[_MESSAGE_ID - 1])
        _said(entry, states[number] if states else cells[column + 1], "recipient-status")
        entries.append(entry)
    return _found("Exchange message tracking", entries, "Exchange")


def _said(entry: Entry, words: str, rule: str) -> None:
    """The diagnostic, with the codes in it."""
    entry.diagnostic = words.strip()[:4000]
    entry.reply_code = codes.reply_code(entry.diagnostic) or ""
    status = codes.status_code(entry.diagnostic) or ""
    for name, value in (("diagnostic", entry.diagnostic), ("reply_code", entry.reply_code)):
        if value:
            entry.note(name, From.TEXT, rule)
    if entry.status or status:
        entry.note("status", From.TEXT, "dsn" if entry.status else rule)
    entry.status = entry.status or status


def _found(name: str, entries: list[Entry], system: str = "") -> Found:
    for entry in entries:
        entry.note("recipient", From.TEXT, "the log's field")
        entry.note("action", From.TEXT, "the log's field")
    return Found(f"{name} log" if not system else name, system or name, entries)


def _bare(address: str) -> str:
    return address.strip().strip("<>")


_FORMS: tuple[Callable[[str], Found | None], ...] = (_postfix, _sendmail, _exim, _exchange)

DIALECT = Dialect("line", read)
