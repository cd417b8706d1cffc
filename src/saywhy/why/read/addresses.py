"""Addresses in reports: types, comments, brackets and encodings taken off."""

from __future__ import annotations

import re

from saywhy.why.read.plain import ADDRESS
from saywhy.wire.smtp.xtext import XtextError, decode_address

_ENCAPSULATED = re.compile(r"(IMCEA[A-Z0-9]{2,12})-([^@\s]{1,1000}?)(?:@([A-Za-z0-9.-]{1,255}))?$", re.I)
_HEX = re.compile(r"\+([0-9A-Fa-f]{2})")
_QUOTED_PAIR = re.compile(r"\\(.)")
_COMMENT = re.compile(r"\s\([^()\n]{0,500}\)\s*$")
MAX_ADDRESS = 1000  # characters kept


def bare(value: str) -> str:
    """`rfc822; <bob@dest.test> (Bob)` -> `bob@dest.test`; what holds no address comes back trimmed."""
    kind, semicolon, rest = value.partition(";")
    if semicolon and "@" not in kind:
        value = rest
        if kind.strip().lower() == "utf-8":
            value = _unescaped(value.strip())
    value = _COMMENT.sub("", value.strip()).strip(" \t,")
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    if value.startswith("<") or value.endswith(">"):
        inner = value.rpartition("<")[2].rstrip(">").strip()
        value = inner or value.strip("<>")
    if value[:7].lower() == "mailto:":
        value = value[7:]
    if value[:5].lower() == "smtp:":
        value = value[5:]
    if "@" in value and (" " in value or value[-1:] in ".,;:"):
        found = ADDRESS.search(value)
        if found is not None:
            value = found[0]
    return decapsulated(value)[:MAX_ADDRESS]


def decapsulated(address: str) -> str:
    """`IMCEASMTP-bob+40dest+2Etest@mx.test` -> `bob@dest.test`, other types `EX:/o=Org/cn=bob` (MS-OXOMSG)."""
    if address[:5].upper() != "IMCEA":
        return address
    found = _ENCAPSULATED.match(address)
    if found is None:
        return address
    plain = _HEX.sub(lambda pair: chr(int(pair[1], 16)), found[2].replace("_", "/"))
    kind = found[1][5:].upper()
    if kind == "SMTP" or (kind != "EX" and ADDRESS.fullmatch(plain)):
        return plain
    return f"{kind}:{plain}"


def _unescaped(value: str) -> str:
    try:
        return decode_address(value)
    except XtextError:
        return value
