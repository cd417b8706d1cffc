"""What a file is, by its first octets."""

from __future__ import annotations

import enum

SNIFFED = 1024  # octets that are enough to tell

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Kind(enum.Enum):
    """How messages are got out of it."""

    MESSAGE = "message"  # it is one, or a pasted text
    MBOX = "mbox"
    GZIP = "gzip"
    TAR = "tar"
    OUTLOOK = "msg"


def kind_of(first: bytes, name: str = "") -> Kind:
    """`first`: the first SNIFFED octets.  What is called *.eml is one message, even below a From_ line."""
    if first.startswith(b"\x1f\x8b\x08"):
        return Kind.GZIP
    if first[257:262] == b"ustar":
        return Kind.TAR
    if first.startswith(_OLE):
        return Kind.OUTLOOK
    if first.lstrip(b"\r\n").startswith(b"From ") and not name.lower().endswith(".eml"):
        return Kind.MBOX
    return Kind.MESSAGE
