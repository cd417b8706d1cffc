"""winmail.dat: what Outlook packs a message into (MS-OXTNEF): the text, its formatted form, the files.

Attributes one after the other, each with a length and a checksum; two kinds hold MAPI properties.  What is
looped over is counted (budget).  Leaves out: recipients, calendars, OLE objects, named properties' names.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from saywhy.wire.convert.budget import Budget, Work

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTACHMENTS = 1000
MAX_PROPERTIES = 10_000


class _Id:
    """Attributes."""

    SUBJECT, BODY, PROPERTIES, CODE_PAGE = 0x8004, 0x800C, 0x9003, 0x9007
    NEW_FILE, FILE_NAME, FILE_DATA, FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005


_TAG_SUBJECT, _TAG_BODY, _TAG_RTF, _TAG_HTML, _TAG_CHARSET = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_TAG_DATA, _TAG_NAME, _TAG_LONG_NAME, _TAG_MIME, _TAG_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712

_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}  # type -> octets, padded
_TEXT, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_VARIABLE = frozenset({_TEXT, _UNICODE, _OBJECT, _BINARY})
_SEVERAL = 0x1000


class TnefError(ValueError):
    """It is damaged: what is wrong with it, and where."""


@dataclass(slots=True)
class File:
    """An attachment.  `message`: it is a message, and `data` its own winmail.dat."""

    name: str = ""
    type: str = ""
    id: str = ""  # Content-ID, without angle brackets
    data: bytes = b""
    message: bool = False


@dataclass(slots=True)
class Tnef:
    """`rtf` is compressed (wire/convert/rtf); `code_page` is that of the octets of `html`."""

    subject: str = ""
    text: str = ""
    html: bytes = b""
    rtf: bytes = b""
    code_page: str = "cp1252"
    files: list[File] = field(default_factory=list)


def read(data: bytes, budget: Budget) -> Tnef:
    """TnefError when it is cut off, or a checksum is wrong."""
    found = Tnef()
    for id_, value in _attributes(data):
        budget.spend(Work.ITEMS, 1)
        match id_:
            case _Id.NEW_FILE:
                if len(found.files) >= MAX_ATTACHMENTS:
                    raise TnefError(f"it has more than {MAX_ATTACHMENTS} files")
                found.files.append(File())
            case _Id.FILE_NAME | _Id.FILE_DATA | _Id.FILE_PROPERTIES:
                _add_to_file(found, id_, value, budget)
            case _:
                _add_to_message(found, id_, value, budget)
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if not data.startswith(SIGNATURE):
        raise TnefError("it does not begin as winmail.dat does")
    at = 6  # behind the signature and a key
    while at < len(data):
        if at + 9 > len(data):
            raise TnefError(f"it is cut off at octet {at}")
        _, id_, _, size = struct.unpack_from("<BHHI", data, at)
        start, end = at + 9, at + 9 + size
        if end + 2 > len(data):
            raise TnefError(f"it is cut off: at octet {at}, {size} octets should follow")
        value = data[start:end]
        if sum(value) & 0xFFFF != int.from_bytes(data[end : end + 2], "little"):
            raise TnefError(f"the checksum at octet {end} is wrong")
        yield id_, value
        at = end + 2


def _add_to_message(found: Tnef, id_: int, value: bytes, budget: Budget) -> None:
    match id_:
        case _Id.CODE_PAGE if len(value) >= 4:
            found.code_page = _code_page(value[:4])
        case _Id.SUBJECT:
            found.subject = _text(value, found.code_page)
        case _Id.BODY:
            found.text = _text(value, found.code_page)
        case _Id.PROPERTIES:
            properties = _properties(value, budget)
            found.subject = _string(properties, _TAG_SUBJECT, found.code_page) or found.subject
            found.text = _string(properties, _TAG_BODY, found.code_page) or found.text
            _, found.rtf = properties.get(_TAG_RTF, (0, found.rtf))
            kind, html = properties.get(_TAG_HTML, (_BINARY, found.html))
            found.html = _text_utf16(html).encode() if kind == _UNICODE else html
            _, charset = properties.get(_TAG_CHARSET, (0, b""))
            if len(charset) == 4:
                found.code_page = _code_page(charset)


def _code_page(value: bytes) -> str:
    """Windows has 65536: Python remembers each name that it was ever asked for."""
    return f"cp{int.from_bytes(value[:2], 'little')}" if not any(value[2:]) else "cp1252"


def _add_to_file(found: Tnef, id_: int, value: bytes, budget: Budget) -> None:
    if not found.files:
        raise TnefError("a part of a file stands before the file")
    file = found.files[-1]
    match id_:
        case _Id.FILE_NAME:
            file.name = file.name or _text(value, found.code_page)
        case _Id.FILE_DATA:
            file.data = value
        case _Id.FILE_PROPERTIES:
            properties = _properties(value, budget)
            for tag in (_TAG_NAME, _TAG_LONG_NAME):
                file.name = _string(properties, tag, found.code_page) or file.name
            file.type = _string(properties, _TAG_MIME, found.code_page)
            file.id = _string(properties, _TAG_ID, found.code_page)
            kind, data = properties.get(_TAG_DATA, (0, b""))
            if kind == _OBJECT:  # behind the 16 octets that name the interface
                file.data, file.message = data[16:], data[16:20] == SIGNATURE
            elif data:
                file.data = data


# -- MAPI properties --


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """TnefError when fewer are left."""
        end = self._at + count
        if end > len(self._data):
            raise TnefError(f"a list of properties is cut off at octet {self._at}")
        taken, self._at = self._data[self._at : end], end
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def padded(self, count: int) -> bytes:
        taken = self.take(count)
        self.take(-count % 4)
        return taken


def _properties(data: bytes, budget: Budget) -> dict[int, tuple[int, bytes]]:
    """Tag -> type and (first) value; those with a name of their own are passed over."""
    cursor = _Cursor(data)
    count = cursor.number()
    if count > MAX_PROPERTIES:
        raise TnefError(f"a list has {count} properties")
    found: dict[int, tuple[int, bytes]] = {}
    for _ in range(count):
        budget.spend(Work.ITEMS, 1)
        kind, tag = struct.unpack("<HH", cursor.take(4))
        if tag >= 0x8000:
            _skip_name(cursor)
        value = _value(cursor, kind, budget)
        if tag < 0x8000:
            found[tag] = kind & ~_SEVERAL, value
    return found


def _skip_name(cursor: _Cursor) -> None:
    cursor.take(16)
    if cursor.number() == 0:
        cursor.number()
    else:
        cursor.padded(cursor.number())


def _value(cursor: _Cursor, kind: int, budget: Budget) -> bytes:
    base = kind & ~_SEVERAL
    size = _FIXED.get(base)
    if size is None and base not in _VARIABLE:
        raise TnefError(f"a property has the unknown type {kind:#06x}")
    several = bool(kind & _SEVERAL) or size is None
    values = (cursor.number() if several else 1) or 0
    first = b""
    for number in range(values):
        budget.spend(Work.ITEMS, 1)
        value = cursor.take(size) if size is not None else cursor.padded(cursor.number())
        first = value if number == 0 else first
    return first


def _string(properties: Mapping[int, tuple[int, bytes]], tag: int, code_page: str) -> str:
    kind, value = properties.get(tag, (0, b""))
    return _text_utf16(value) if kind == _UNICODE else _text(value, code_page)


def _text(value: bytes, code_page: str) -> str:
    try:
        text = value.decode(code_page, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return text.rstrip("\0")


def _text_utf16(value: bytes) -> str:
    return value.decode("utf-16-le", "replace").rstrip("\0")
