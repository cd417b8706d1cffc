"""What may stand in a report: values from remote servers and messages, made harmless before they are written.

No value can end its line, open a field or hide what follows: control, format and unassigned characters go, every
run of white space becomes one space, and everything has a length.  `clean` says exactly what `parse` will find in
a report that was built from a value; a clean value comes back identical.
"""

from __future__ import annotations

import re

from saywhy.model.envelope import OriginalRecipient
from saywhy.wire.report.values import DeliveryReport, Diagnostic, RecipientReport, ReportMessage

MAX_TEXT = 2000  # characters of a value
MAX_NAME = 255
MAX_SUBJECT = 255  # spec B2
MAX_LINES = 100  # of a reply
MAX_TIME = 253402300799  # the last second of the year 9999

_TYPE = re.compile(r"[A-Za-z0-9-]{1,40}")
IP = re.compile(r"[0-9A-Fa-f:.]{1,45}")
REPLY_LINE = re.compile(r"[2-5][0-9]{2}(?:[ -]|$)")
_NAME = re.compile(rf"[!-'*-:<-~]{{1,{MAX_NAME}}}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{1,35}")
_CONTROLS = dict.fromkeys([*range(10), *range(11, 32), *range(127, 160), *range(0xD800, 0xE000)], "?") | {9: "\t"}
_JOINERS = "\u200c\u200d"  # letters of several scripts, and emoji, need them


def line(text: str, most: int = MAX_TEXT) -> str:
    """Any text -> one harmless line of at most `most` characters."""
    if len(text) <= most and text.isprintable() and "  " not in text and text == text.strip():
        return text  # as nearly all are
    text = text[: most * 4]
    if not text.isprintable():
        text = "".join(char if char.isprintable() or char in _JOINERS else _instead(char) for char in text)
    return " ".join(text.split())[:most].rstrip()


def _instead(char: str) -> str:
    return " " if char.isspace() else "?"


def name(text: str) -> str:
    """The name of a host as it stands before a comment: no space, parenthesis or semicolon."""
    if _NAME.fullmatch(text):
        return text
    return re.sub(r"[\s();]", "?", line(text, MAX_NAME))


def reply(lines: tuple[str, ...]) -> tuple[str, ...]:
    """A remote's reply.  What does not begin with a reply code continues the line before it."""
    out: list[str] = []
    for text in map(line, lines[:MAX_LINES]):
        if out and not REPLY_LINE.match(text):
            out[-1] = line(f"{out[-1]} {text}")
        elif text:
            out.append(text)
    return tuple(out)


def clean(report: DeliveryReport) -> DeliveryReport:
    """The report as it can be written and read back."""
    ip = report.received_from_ip if IP.fullmatch(report.received_from_ip) else ""
    return DeliveryReport(
        reporting_mta=name(report.reporting_mta),
        recipients=tuple(map(_recipient, report.recipients)),
        envid=line(report.envid),
        received_from=name(report.received_from) or (f"[{ip}]" if ip else ""),
        received_from_ip=ip,
        arrival=_moment(report.arrival),
        deliver_by=_moment(report.deliver_by),
    )


def clean_message(message: ReportMessage) -> ReportMessage:
    """The message as it can be written and read back."""
    sender = line(message.sender)
    return ReportMessage(
        sender=sender if message.utf8 else sender.encode("ascii", "replace").decode(),
        sender_name=line(message.sender_name, MAX_NAME),
        to=line(message.to),
        subject=line(message.subject, MAX_SUBJECT),
        date=_moment(message.date),
        message_id=message_id(message.message_id),
        in_reply_to=message_id(message.in_reply_to),
        language=message.language if _LANGUAGE.fullmatch(message.language) else "en",
        text=prose(message.text),
        html=prose(message.html),
        returned=message.returned,
        status=clean(message.status),
    )


def message_id(text: str) -> str:
    """A message id that may be repeated in a header; empty for what is none."""
    return text if _MESSAGE_ID.fullmatch(text) else ""


def prose(text: str) -> str:
    """Text in lines without controls, the last line ended."""
    text = text.translate(_CONTROLS)
    return text if not text or text.endswith("\n") else text + "\n"


def _recipient(report: RecipientReport) -> RecipientReport:
    return RecipientReport(
        final=line(report.final),
        action=report.action,
        status=report.status,
        original=_original(report.original),
        remote_mta=name(report.remote_mta),
        diagnostic=_diagnostic(report.diagnostic),
        last_attempt=_moment(report.last_attempt),
        final_log_id=line(report.final_log_id),
        will_retry_until=_moment(report.will_retry_until),
        cause=line(report.cause),
        act=line(report.act),
    )


def _original(original: OriginalRecipient | None) -> OriginalRecipient | None:
    if original is None or not _TYPE.fullmatch(original.address_type):
        return None
    address = line(original.address)
    return OriginalRecipient(original.address_type, address) if address else None


def _diagnostic(diagnostic: Diagnostic) -> Diagnostic:
    lines = reply(diagnostic.lines)
    if not lines or not _TYPE.fullmatch(diagnostic.type):
        return Diagnostic()
    return Diagnostic(diagnostic.type.lower(), lines)


def _moment(at: float) -> float:
    return float(min(max(int(at), 0), MAX_TIME))
