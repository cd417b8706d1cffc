"""Compressed RTF, as winmail.dat holds the body of a message (MS-OXRTFCP)."""

from __future__ import annotations

import struct

MAX_OCTETS = 4 * 1024 * 1024  # of the text unpacked
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_DICTIONARY = 4096
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


class RtfError(ValueError):
    """It is none, is damaged, or is too large."""


def unpacked(data: bytes) -> bytes:
    """The RTF; RtfError."""
    if len(data) < 16:
        raise RtfError("its header is cut off")
    _, size, magic, _ = struct.unpack_from("<IIII", data)
    if size > MAX_OCTETS:
        raise RtfError(f"it has {size} octets")
    if magic == _PLAIN:
        return data[16 : 16 + size]
    if magic != _COMPRESSED:
        raise RtfError("its header is none")
    return bytes(_expanded(data, size)[:size])


def _expanded(data: bytes, size: int) -> bytearray:
    """Runs of eight: a literal octet, or a place among the last 4096 octets and a length.

    Places count in a ring of which the text fills the octet behind `_START` first.
    """
    text = bytearray(bytes(_DICTIONARY - len(_START)) + _START)
    at, end, most = 16, len(data), _DICTIONARY + size
    while at < end and len(text) <= most:
        flags = data[at]
        at += 1
        if not flags and at + 8 <= end:
            text += data[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            said = flags >> bit & 1
            if at + said >= end:
                raise RtfError("it is cut off")
            if not said:
                text.append(data[at])
                at += 1
                continue
            offset, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 15) + 2
            at += 2
            back = (len(text) + len(_START) - offset) % _DICTIONARY
            if not back:
                return text[_DICTIONARY:]
            again = text[-back : len(text) - back + length]
            text += again if back >= length else (again * length)[:length]
    raise RtfError("it has no end")
