"""Addresses of other kinds than mail: `FAX:+44190520000`, `X400:c=GB;s=Cork` (spec E, F4, F5).

Type and address, parted by the first colon.  Address spaces are written alike, with a final `*` for all that begin
so: `FAX:*`, `FAX:+44*`.  In mail they go as IMCEA encapsulates them: `IMCEAFAX-+2B44190520000@corp.example`, where
`_` stands for `/` and `+2B` for the character with that number.
"""

from __future__ import annotations

import re

MAX_OCTETS = 571  # of an address, spec F4
PREFIX = "IMCEA"

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}")
_CLEAR = re.compile(r"[A-Za-z0-9.=-]")  # and `/`, as `_`


def is_address(text: str) -> bool:
    """`FAX:+44190520000`; `SMTP:` is none: what it names is a mail address."""
    type_, colon, value = text.partition(":")
    fits = len(text) <= MAX_OCTETS and value.strip() != "" and value.isascii() and value.isprintable()
    return bool(colon) and fits and _TYPE.fullmatch(type_) is not None and type_.upper() != "SMTP"


def is_space(text: str) -> bool:
    """An address space of another kind."""
    return is_address(text) and "*" not in text[:-1]


def type_of(address: str) -> str:
    """`FAX`."""
    return address.partition(":")[0].upper()


def value_of(address: str) -> str:
    return address.partition(":")[2]


def key(address: str) -> str:
    """What two spellings of an address, or of a space, share."""
    return address.lower()


def covers(space: str, address: str) -> bool:
    """Both by their keys."""
    return address.startswith(space[:-1]) if space.endswith("*") else address == space


def encapsulated(address: str) -> str:
    """The local part that stands for it in a mail address."""
    value = "".join(map(_written, value_of(address)))
    return f"{PREFIX}{type_of(address)}-{value}"


def _written(char: str) -> str:
    if char == "/":
        return "_"
    return char if _CLEAR.match(char) else f"+{ord(char):02X}"
