"""Delivery-status fields (RFC 3464, 6533) as the field writes them: found line by line, wherever they stand.

Takes blank lines between the fields of one recipient or none between two recipients, any case, fields that were
quoted or indented, names with the wrong hyphen, and a part that is text.  What groups them is not the blank line
but Final-Recipient: a second one is the next recipient.
"""

from __future__ import annotations

import re

from saywhy.why.read import codes
from saywhy.why.read.addresses import bare
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.octets import Octets
from saywhy.why.read.values import From
from saywhy.wire import date

MAX_TEXT = 2 * 1024 * 1024  # characters of a status part that are read
MAX_FIELDS = 20_000
MAX_DIAGNOSTIC = 8000  # characters kept
MAX_RECIPIENTS = 500

_FIELD = re.compile(
    r"^[>| \t]{0,4}((?:final|original|x-actual|x-original)[- ]recipient|action|status|diagnostic-code|"
    r"remote-mta|reporting-mta"
    r"|last-attempt-date|will-retry-until|final-log-id|original-envelope-id|arrival-date|received-from-mta|dsn-gateway"
    r"|x-saywhy-cause|x-postfix-queue-id|x-supplementary-info|x-display-name|x-notes|smtp-remote-recipient|failure-reason"
    r"|retry-until|x-smtp-server-response)[ \t]*:[ \t]*([^\n]*(?:\n[ \t]+(?![>| \t]{0,4}(?:final-recipient|"
    r"action|status|"
    r"diagnostic-code|remote-mta|reporting-mta|last-attempt-date)[ \t]*:)[^\n]*)*)",
    re.I | re.M,
)
# The same where the part has nothing but fields: as nearly all have.
_PLAIN = re.compile(r"^([A-Za-z][A-Za-z0-9-]{3,40})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.M)
_PLAIN_FINAL = re.compile(r"^[Ff]inal-[Rr]ecipient:", re.M)
_BLANK = re.compile(r"\n[>| \t]*\n")
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
_WORDS = {
    "failure": "failed", "fail": "failed", "undeliverable": "failed", "error": "failed",
    "deliverable": "delivered", "delivery": "delivered", "success": "delivered", "deferred": "delayed",
    "delay": "delayed", "expired": "failed", "hard failure": "failed", "bounced": "failed",
}  # fmt: skip
_STATUS = re.compile(r"([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
_REPLY_LINE = re.compile(r"[2-5][0-9]{2}(?:[ -]|$)")
_ESCAPE = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_PROGRAM = re.compile(r"(?:^|;)[ \t\"<]*\|")  # `rfc822; |/usr/bin/procmail`
_MTA_COMMENT = re.compile(r"\s\(.*\)\s*$")


def read(text: str, start: int, found: Found, octets: Octets | None = None, *, verbatim: bool = True) -> None:
    """The fields of `text`, which begins at octet `start` of what is looked at (`octets`), into `found`.

    Not `verbatim`: the text was decoded, so that its positions are none of the message's.
    """
    place = octets.span if octets is not None and not octets.is_whole else None
    current: Entry | None = None
    last = 0
    plain = verbatim and text.isascii() and _PLAIN_FINAL.search(text) is not None
    for number, match in enumerate((_PLAIN if plain else _FIELD).finditer(text[:MAX_TEXT])):
        if number >= MAX_FIELDS or len(found.entries) > MAX_RECIPIENTS:
            break
        written, value = match.groups()
        name = written.lower()
        if " " in name:
            name = name.replace(" ", "-")
        if name in _MESSAGE:
            if current is None or name in ("reporting-mta", "original-envelope-id", "arrival-date"):
                _message(found, name, value)
            continue
        if current is None or (name in _OPENERS and _opens(name, current, text, last, match.start())):
            current = Entry()
            found.entries.append(current)
        last = match.end()
        span = (start + match.start(2), start + match.end()) if verbatim else None
        if place is not None and span is not None:
            span = place(*span)
        _recipient(current, name, value, written, span)


_MESSAGE = frozenset(
    {
        "reporting-mta",
        "original-envelope-id",
        "arrival-date",
        "received-from-mta",
        "dsn-gateway",
        "x-postfix-queue-id",
    }
)


_OPENERS = frozenset({"final-recipient", "original-recipient", "action"})


def _opens(name: str, current: Entry, text: str, last: int, at: int) -> bool:
    """Whether a field begins the next recipient."""
    seen = current.sources
    if name == "final-recipient":
        return "recipient" in seen and seen["recipient"].rule.lower() == "final-recipient"
    if name == "original-recipient":
        return "original_recipient" in seen or ("recipient" in seen and _BLANK.search(text, last, at) is not None)
    if name == "action":
        return "action" in seen and _BLANK.search(text, last, at) is not None and "recipient" in seen
    return False


def _message(found: Found, name: str, value: str) -> None:
    value = _plain(value)
    if name == "reporting-mta" and not found.reporting_mta:
        found.reporting_mta = _host(value)
    elif name == "original-envelope-id" and not found.envelope_id:
        found.envelope_id = value
    elif name == "arrival-date" and not found.arrival:
        found.arrival = _moment(value)


def _recipient(entry: Entry, name: str, value: str, written: str, span: tuple[int, int] | None) -> None:
    if name == "diagnostic-code":
        _said(entry, value, written, span)
        return
    reader = _READERS.get(name)
    if reader is None:
        return
    attribute, read_value = reader
    if getattr(entry, attribute):
        return  # the first of a name counts
    if name == "final-recipient" and _PROGRAM.search(value):
        entry.program = True
    result = read_value(value)
    if not result:
        return
    setattr(entry, attribute, result)
    entry.note("original_recipient" if attribute == "original" else attribute, From.FIELD, written, span)


def _said(entry: Entry, value: str, written: str, span: tuple[int, int] | None) -> None:
    """Diagnostic-Code; some systems write one for each line of the reply."""
    if len(entry.diagnostic) > MAX_DIAGNOSTIC:
        return
    kind, lines = _diagnostic(value)
    if lines:
        entry.diagnostic_type = entry.diagnostic_type or kind
        entry.lines += lines
        entry.diagnostic = " ".join(entry.lines)
        entry.note("diagnostic", From.FIELD, written, span)


def _moment(value: str) -> float:
    found = date.parse(_plain(value))
    return max(found[0], 0.0) if found is not None else 0.0


def _host(value: str) -> str:
    kind, semicolon, host = value.partition(";")
    host = host if semicolon else kind
    return (
        _MTA_COMMENT.sub("", host.strip()).strip("<> ")[:255] if "(" in host else host.strip().strip("<> ")[:255]
    )


def _plain(value: str) -> str:
    """Unfolded and of readable characters."""
    if "\n" in value:
        value = " ".join(line.strip(" \t>|") for line in value.split("\n"))
    return _ESCAPE.sub(_character, value).strip() if "\\x{" in value else value.strip()


def _character(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return chr(point) if 0x80 <= point < 0xD800 or 0xE000 <= point <= 0x10FFFF or point == 0x5C else found[0]


def _action(value: str) -> str:
    word = _plain(value).partition("(")[0].strip(" .;").lower()
    if word in _ACTIONS:
        return word
    return _WORDS.get(word, "") or next((action for action in _ACTIONS if word.startswith(action)), "")


def _status(value: str) -> str:
    found = _STATUS.search(value)
    if found is None:
        return ""
    return ".".join(part.lstrip("0") or "0" for part in found.groups())


def _diagnostic(value: str) -> tuple[str, tuple[str, ...]]:
    """Its type, and the reply's lines: RFC 3461 section 9.2 (b) puts a further line behind CRLF SPACE."""
    kind, semicolon, words = value.partition(";")
    if not semicolon or len(kind) > 40 or " " in kind.strip() or "\n" in kind:
        kind, words = "", value
    lines: list[str] = []
    for line in words[: MAX_DIAGNOSTIC * 2].split("\n"):
        piece = line.strip(" \t>|") if line[:1] in ">|" else line.strip()
        if not piece:
            continue
        if lines and not (line[:1] == " " and _REPLY_LINE.match(piece)):
            lines[-1] = f"{lines[-1]} {piece}"
        else:
            lines.append(piece)
    return kind.strip().lower(), tuple(_plain(line)[:MAX_DIAGNOSTIC] for line in lines[:100])


def _address(value: str) -> str:
    return bare(_plain(value))


# PowerMTA files its bounces itself: its categories, and our cause for each that names one.
_CATEGORIES = {
    "bad-mailbox": "remote-user-unknown",
    "bad-domain": "domain-not-found",
    "inactive-mailbox": "remote-mailbox-disabled",
    "quota-issues": "remote-mailbox-full",
    "spam-related": "remote-spam",
    "virus-related": "remote-virus-found",
    "message-expired": "expired",
    "policy-related": "remote-policy",
}
_READERS = {
    "final-recipient": ("recipient", _address),
    "original-recipient": ("original", _address),
    "action": ("action", _action),
    "status": ("status", _status),
    "remote-mta": ("remote_mta", lambda value: _host(_plain(value))),
    "last-attempt-date": ("last_attempt", _moment),
    "will-retry-until": ("retry_until", _moment),
    "final-log-id": ("log_id", _plain),
    "x-saywhy-cause": ("cause", _plain),
    "x-powermta-bouncecategory": ("meaning", lambda value: _CATEGORIES.get(value.strip().lower(), "")),
}


def supplement(entry: Entry) -> None:
    """Codes of the diagnostic.  What the other server said stands before what the reporting one made of it."""
    words = entry.diagnostic
    if not words:
        return
    source = entry.sources.get("diagnostic")
    if not entry.reply_code and (code := codes.reply_of(words)):
        entry.reply_code = code
        if source is not None:
            entry.sources["reply_code"] = source
    vague = not entry.status or entry.status.endswith(".0.0")
    code = codes.said_code(words) or (codes.status_code(words) if vague else "")
    if code and code != entry.status and not (code.endswith(".0.0") and entry.status):
        entry.status = code
        if source is not None:
            entry.sources["status"] = source
