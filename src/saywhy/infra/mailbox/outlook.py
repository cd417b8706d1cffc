"""Outlook's .msg files -> the message as it would be sent (MS-OXMSG, MS-OXOMSG section 2.2.3; olefile reads OLE).

Outlook keeps a report's fields as properties.  A message that came with its report part as an attachment gets it
back; a report of Exchange gets a report part of what its recipients' properties say, word for word.  Left out are
rich text and attachments that are neither report nor returned message.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

_CLASS, _SUBJECT, _HEADERS, _BODY, _REPORT_TEXT, _HTML = 0x001A, 0x0037, 0x007D, 0x1000, 0x1001, 0x1013
_SENDER_NAME, _SENDER, _SENDER_SMTP, _REPORTING = 0x0C1A, 0x0C1F, 0x5D01, 0x6820
_NAME, _ADDRESS, _SMTP, _SUPPLEMENT, _REMOTE = 0x3001, 0x3003, 0x39FE, 0x0C1B, 0x0C21
_DATA, _MIME = 0x3701, 0x370E
_DELIVERED = 0x0E06  # when the message came: 100 ns since 1601

_ACTIONS = {"ndr": "failed", "dr": "delivered", "delayed": "delayed", "expanded": "expanded", "relayed": "relayed"}
_STATUS = re.compile(r"#?\b([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_OF_BODY = re.compile(r"(?:Content-[A-Za-z-]+|MIME-Version):", re.IGNORECASE)
_PARTS = ("message/delivery-status", "message/global-delivery-status", "message/rfc822", "text/rfc822-headers")
_MAX_ENTRIES = 1000  # recipients and attachments that are looked at


class Unreadable(ValueError):
    """The text says why the file cannot be read."""


def message(data: bytes) -> bytes:
    """The content of a .msg file -> an Internet message."""
    try:
        import olefile  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise Unreadable("Outlook's .msg files need a package: pip install 'saywhy[msg]'") from None
    try:
        with olefile.OleFileIO(data) as ole:
            return _message(_Storage(ole))
    except Exception as error:  # olefile and damaged files: anything may come
        raise Unreadable(f"the Outlook file is damaged: {error}") from None


class _Storage:
    """A message, a recipient or an attachment in the file."""

    def __init__(self, ole: Any, path: tuple[str, ...] = ()) -> None:
        self._ole = ole
        self._path = path

    def text(self, tag: int) -> str:
        """A property that is text, or octets which are; empty if there is none."""
        for type_, encoding in ((0x001F, "utf-16-le"), (0x001E, "cp1252"), (0x0102, "utf-8")):
            if data := self._stream(f"__substg1.0_{tag:04X}{type_:04X}"):
                return data.decode(encoding, "replace").rstrip("\0")
        return ""

    def data(self, tag: int) -> bytes:
        return self._stream(f"__substg1.0_{tag:04X}0102")

    def moment(self, tag: int) -> datetime | None:
        properties = self._stream("__properties_version1.0")
        for offset in range(32 if not self._path else 8, len(properties) - 15, 16):
            if properties[offset : offset + 4] == (0x0040 | tag << 16).to_bytes(4, "little"):
                ticks = int.from_bytes(properties[offset + 8 : offset + 16], "little")
                try:
                    return datetime.fromtimestamp(ticks / 1e7 - 11_644_473_600, UTC)
                except (ValueError, OverflowError, OSError):
                    return None
        return None

    def below(self, name: str) -> Iterator[_Storage]:
        for number in range(_MAX_ENTRIES):
            path = (*self._path, f"__{name}_version1.0_#{number:08X}")
            if not self._ole.exists(list(path)):
                return
            yield _Storage(self._ole, path)

    def embedded(self) -> _Storage | None:
        path = (*self._path, f"__substg1.0_{_DATA:04X}000D")
        return _Storage(self._ole, path) if self._ole.exists(list(path)) else None

    def _stream(self, name: str) -> bytes:
        path = [*self._path, name]
        if not self._ole.exists(path) or self._ole.get_type(path) != 2:
            return b""
        with self._ole.openstream(path) as stream:
            return bytes(stream.read())


def _message(storage: _Storage) -> bytes:
    parts = [*_texts(storage), *_attached(storage)]
    if not any(kind in _PARTS[:2] for kind, _ in parts) and (status := _status(storage)):
        parts.insert(1, (_PARTS[0], status.encode("utf-8", "replace")))
    boundary = "msg-" + hashlib.sha256(b"".join(content for _, content in parts)).hexdigest()[:40]
    report = any(kind in _PARTS[:2] for kind, _ in parts)
    type_ = "multipart/report; report-type=delivery-status" if report else "multipart/mixed"
    head = f'{_header(storage)}MIME-Version: 1.0\nContent-Type: {type_}; boundary="{boundary}"\n\n'
    out = [head.encode("utf-8", "replace")]
    for kind, content in parts:
        out.append(f"--{boundary}\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n".encode())
        out.append(content.replace(b"\r\n", b"\n") + b"\n")
    out.append(f"--{boundary}--\n".encode())
    return b"".join(out)


def _header(storage: _Storage) -> str:
    """The header that came with the message, without the fields that tell of its body; else what is known."""
    fields, keep = [], True
    for line in storage.text(_HEADERS).replace("\r\n", "\n").split("\n"):
        if not line[:1].isspace():
            keep = ":" in line and _OF_BODY.match(line) is None
        if line and keep:
            fields.append(line)
    if fields:
        return "\n".join(fields) + "\n"
    sender = storage.text(_SENDER_SMTP) or storage.text(_SENDER)
    came = storage.moment(_DELIVERED)
    known = {
        "From": f"{_one_line(storage.text(_SENDER_NAME))} <{_one_line(sender)}>",
        "Subject": _one_line(storage.text(_SUBJECT)),
        "Date": format_datetime(came) if came else "",
    }
    return "".join(f"{name}: {value}\n" for name, value in known.items() if value)


def _texts(storage: _Storage) -> Iterator[tuple[str, bytes]]:
    text = storage.text(_BODY) or storage.text(_REPORT_TEXT)
    html = storage.data(_HTML)
    if text or not html:
        yield "text/plain; charset=utf-8", text.encode("utf-8", "replace")
    else:
        yield "text/html", html


def _attached(storage: _Storage) -> Iterator[tuple[str, bytes]]:
    for attachment in storage.below("attach"):
        kind = attachment.text(_MIME).lower()
        inner = attachment.embedded()
        if inner is not None:
            yield _PARTS[3], _header(inner).encode("utf-8", "replace")
        elif kind in _PARTS and (data := attachment.data(_DATA)):
            yield kind, data


def _status(storage: _Storage) -> str:
    """The report part of an Exchange report: its class tells what happened, its recipients to whom."""
    *_, last = storage.text(_CLASS).lower().split(".")
    if not storage.text(_CLASS).upper().startswith("REPORT.") or last not in _ACTIONS:
        return ""
    reporting = _one_line(storage.text(_REPORTING))
    groups = [f"Reporting-MTA: dns; {reporting}\n" if reporting else "X-Class: " + last + "\n"]
    for recipient in storage.below("recip"):
        said = _one_line(recipient.text(_SUPPLEMENT))
        address = _one_line(recipient.text(_SMTP) or recipient.text(_ADDRESS) or recipient.text(_NAME))
        status = _STATUS.search(said)
        remote = _one_line(recipient.text(_REMOTE))
        groups.append(
            f"Final-Recipient: rfc822; {address}\nAction: {_ACTIONS[last]}\n"
            + (f"Status: {status[1]}\n" if status else "")
            + (f"Remote-MTA: dns; {remote}\n" if remote else "")
            + (f"Diagnostic-Code: smtp; {said}\n" if said else "")
        )
    return "\n".join(groups) if len(groups) > 1 else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
