"""The status part: DeliveryReport <-> the fields of RFC 3464 sections 2.2 and 2.3, in the order of its grammar.

In the 7-bit part a character beyond ASCII is written `\\x{HEX}`, as RFC 6533 section 3 writes addresses; the
global part (`utf8`) holds it as it is.  Lines are folded at a space by CRLF TAB, inside a long word by CRLF TAB
TAB; a further line of a reply follows CRLF SPACE (RFC 3461 section 9.2 (b)): reading tells the three apart.
Reading takes what other systems write, too: any case, no space after `dns;`, comments, missing fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.model.envelope import OriginalRecipient
from saywhy.model.status import Status
from saywhy.wire import date
from saywhy.wire.header import Field, scan, text
from saywhy.wire.report.clean import IP, REPLY_LINE, clean
from saywhy.wire.report.values import Action, DeliveryReport, Diagnostic, RecipientReport
from saywhy.wire.smtp.xtext import XtextError, decode_address, encode_address

MAX_GROUPS = 10_000  # recipients looked at

_LINE = 78  # octets after which a line is folded (RFC 5322 section 2.1.1)
_WORD = 240  # characters of a word that is not broken: 960 octets at the most
_ESCAPED = re.compile(r"\\(?=x\{)|[^\x00-\x7f]")
_ESCAPE = re.compile(r"\\x\{([0-9A-F]{2,6})\}")
_BLANK = re.compile(rb"\n(?:[ \t]*+\r?+\n)++")
_COMMENT = re.compile(r"\s\(([^()]*+)\)\s*+\Z")


def write(report: DeliveryReport, *, utf8: bool = False) -> bytes:
    """A report -> the body of message/delivery-status, or with `utf8` of message/global-delivery-status."""
    return write_clean(clean(report), utf8=utf8)


def write_clean(report: DeliveryReport, *, utf8: bool = False) -> bytes:
    """As `write`, for a report that is clean already."""
    mta = "dns" if "." in report.reporting_mta else "x-local-hostname"  # RFC 3461 section 6.3 (b)
    groups = [
        _field("Original-Envelope-Id", report.envid, utf8)
        + _field("Reporting-MTA", f"{mta}; {report.reporting_mta}", utf8)
        + _received_from(report, utf8)
        + _date("Arrival-Date", report.arrival)
        + _date("Deliver-By-Date", report.deliver_by)
    ]
    groups += [_recipient(recipient, utf8) for recipient in report.recipients]
    return "\r\n".join(groups).encode("utf-8", "replace")


def read(data: bytes, *, utf8: bool = False) -> DeliveryReport:
    """The body of a status part -> the report; what it does not say is empty."""
    groups = [_Group(block, utf8) for block in _BLANK.split(data.lstrip(b"\r\n"), MAX_GROUPS)[:MAX_GROUPS]]
    top = next((group for group in groups[:1] if not group.is_recipient), _Group(b"", utf8))
    received_from, comment = top.mta("received-from-mta")
    return DeliveryReport(
        reporting_mta=top.mta("reporting-mta")[0],
        recipients=tuple(_read_recipient(group) for group in groups if group.is_recipient),
        envid=top.value("original-envelope-id"),
        received_from=received_from,
        received_from_ip=comment if IP.fullmatch(comment) else "",
        arrival=top.moment("arrival-date"),
        deliver_by=top.moment("deliver-by-date"),
    )


# Writing


def _recipient(report: RecipientReport, utf8: bool) -> str:
    original = report.original
    return (
        (_address("Original-Recipient", original.address_type, original.address, utf8) if original else "")
        + _address("Final-Recipient", "rfc822" if report.final.isascii() else "utf-8", report.final, utf8)
        + f"Action: {report.action.value}\r\nStatus: {report.status}\r\n"
        + (_field("Remote-MTA", f"dns; {report.remote_mta}", utf8) if report.remote_mta else "")
        + _diagnostic(report.diagnostic, utf8)
        + _date("Last-Attempt-Date", report.last_attempt)
        + _field("Final-Log-ID", report.final_log_id, utf8)
        + _date("Will-Retry-Until", report.will_retry_until)
        + _field("X-SayWhy-Cause", report.cause, utf8)
        + _field("X-SayWhy-Act", report.act, utf8)
    )


def _received_from(report: DeliveryReport, utf8: bool) -> str:
    if not report.received_from:
        return ""
    comment = f" ({report.received_from_ip})" if report.received_from_ip else ""
    return _field("Received-From-MTA", f"dns; {report.received_from}{comment}", utf8)


def _address(field: str, kind: str, address: str, utf8: bool) -> str:
    """RFC 6533 section 3: type utf-8 in its 7-bit form, or plain in a global part unless it has a backslash."""
    if kind.lower() != "utf-8":
        return _field(field, f"{kind}; {address}", utf8)
    if not utf8 or "\\" in address:
        address = encode_address(address, native=utf8)
    return f"{field}: {_folded(f'{kind}; {address}', len(field) + 2)}\r\n"


def _diagnostic(diagnostic: Diagnostic, utf8: bool) -> str:
    if not diagnostic.lines:
        return ""
    first, *rest = diagnostic.lines
    more = "".join(f" {_folded(_safe(line, utf8), 1)}\r\n" for line in rest)
    return _field("Diagnostic-Code", f"{diagnostic.type}; {first}", utf8) + more


def _date(field: str, at: float) -> str:
    return f"{field}: {date.rfc5322(at)}\r\n" if at else ""


def _field(field: str, value: str, utf8: bool) -> str:
    """One field, folded; nothing for an empty value."""
    if not value:
        return ""
    return f"{field}: {_folded(_safe(value, utf8), len(field) + 2)}\r\n"


def _safe(value: str, utf8: bool) -> str:
    if utf8 or (value.isascii() and "\\x{" not in value):
        return value
    return _ESCAPED.sub(lambda found: f"\\x{{{ord(found[0]):02X}}}", value)


def _folded(value: str, used: int) -> str:
    if used + len(value) <= _LINE:
        return value
    lines, room = [""], _LINE - used
    for word in value.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
            room = _LINE
        lines[-1] += f" {word}" if lines[-1] else _broken(word)
    return "\r\n\t".join(lines)


def _broken(word: str) -> str:
    if len(word) <= _WORD:
        return word
    return "\r\n\t\t".join(word[at : at + _WORD] for at in range(0, len(word), _WORD))


# Reading


class _Group:
    """The fields of one group by lower-case name, each with its lines; the first of a name counts."""

    def __init__(self, block: bytes, utf8: bool) -> None:
        self._utf8 = utf8
        self._lines: dict[str, list[str]] = {}
        for field in _fields(block):
            self._lines.setdefault(field.name.lower(), _lines(field.body))

    @property
    def is_recipient(self) -> bool:
        return "final-recipient" in self._lines or "action" in self._lines

    def value(self, name: str) -> str:
        return self._plain(self._raw(name))

    def moment(self, name: str) -> float:
        found = date.parse(self._raw(name))
        return max(found[0], 0.0) if found is not None else 0.0

    def mta(self, name: str) -> tuple[str, str]:
        """`dns; host (comment)` -> host and comment."""
        value = self._plain(_typed(self._raw(name))[1])
        comment = _COMMENT.search(value)
        return (value[: comment.start()].rstrip(), comment[1]) if comment else (value, "")

    def address(self, name: str) -> OriginalRecipient:
        kind, value = _typed(self._raw(name))
        if kind.lower() != "utf-8":
            return OriginalRecipient(kind, self._plain(value))
        if self._utf8 and "\\x{" not in value:
            return OriginalRecipient(kind, value)
        try:
            return OriginalRecipient(kind, decode_address(value))
        except XtextError:
            return OriginalRecipient(kind, value)

    def diagnostic(self) -> Diagnostic:
        first, *rest = self._lines.get("diagnostic-code", [""])
        kind, value = _typed(first)
        lines = tuple(self._plain(line) for line in (value, *rest) if line)
        return Diagnostic(kind.lower(), lines) if lines else Diagnostic()

    def _raw(self, name: str) -> str:
        return " ".join(self._lines.get(name, ()))

    def _plain(self, value: str) -> str:
        return value if self._utf8 or "\\x{" not in value else _ESCAPE.sub(_character, value)


def _read_recipient(group: _Group) -> RecipientReport:
    action = _action(group.value("action"))
    original = group.address("original-recipient")
    return RecipientReport(
        final=group.address("final-recipient").address,
        action=action,
        status=_status(group.value("status"), action),
        original=original if original.address else None,
        remote_mta=group.mta("remote-mta")[0],
        diagnostic=group.diagnostic(),
        last_attempt=group.moment("last-attempt-date"),
        final_log_id=group.value("final-log-id"),
        will_retry_until=group.moment("will-retry-until"),
        cause=group.value("x-saywhy-cause"),
        act=group.value("x-saywhy-act"),
    )


def _fields(block: bytes) -> Iterator[Field]:
    """The fields of a block; lines that are none are passed over."""
    at = 0
    while at < len(block):
        fields, at = scan(block, at, len(block))
        yield from fields
        at = (block.find(b"\n", at) + 1) or len(block)


def _lines(body: bytes) -> list[str]:
    """A folded value -> its lines: one, or those of a reply in several."""
    first, *rest = body.splitlines() or [b""]
    out = [[text(first)]]
    for piece in map(text, rest):
        if piece.startswith("\t\t"):
            out[-1].append(piece[2:])
        elif piece.startswith(" ") and REPLY_LINE.match(piece, 1):
            out.append([piece])
        else:
            out[-1] += (" ", piece.strip())
    return ["".join(pieces).strip() for pieces in out]


def _typed(value: str) -> tuple[str, str]:
    """`rfc822; a@b` -> its two halves; a missing type is empty."""
    kind, semicolon, rest = value.partition(";")
    return (kind.strip(), rest.strip()) if semicolon else ("", value.strip())


def _action(word: str) -> Action:
    word = word.partition("(")[0].strip().lower()
    return next((action for action in Action if action.value == word), Action.FAILED)


def _status(value: str, action: Action) -> Status:
    """The code that opens the value, else the least that the action says (RFC 3461 section 6.3 (g))."""
    found = Status.find(value.replace("(", " ").strip())
    if found is not None:
        return found[0]
    return Status({Action.FAILED: 5, Action.DELAYED: 4}.get(action, 2), 0, 0)


def _character(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    plain = point == 0x5C or 0x80 <= point < 0xD800 or 0xE000 <= point <= 0x10FFFF
    return chr(point) if plain else found[0]
