"""xtext (RFC 3461 section 4) and the address forms of the utf-8 address type (RFC 6533 section 3).

Decoded values are printable, without line breaks or other controls: they end up in report fields.
"""

from __future__ import annotations

import re

_XTEXT = re.compile(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*+")
_HEXCHAR = re.compile(r"\+([0-9A-F]{2})")
_PLAIN_ENVID = re.compile(r"[!-*,-<>-~]*+")
_UNITEXT = re.compile(r"(?:[!-*,-<>-\[\]-~\u0080-\U0010ffff]|\\x\{[0-9A-F]{2,6}\})++")
_EMBEDDED = re.compile(r"\\x\{([0-9A-F]{2,6})\}")


class XtextError(ValueError):
    """The text is not in the form asked for, or decodes to something that is not printable."""


def encode(text: str) -> str:
    """Any text -> xtext; characters beyond ASCII as the octets of their UTF-8."""
    if _PLAIN_ENVID.fullmatch(text):
        return text
    return "".join(
        chr(octet) if 33 <= octet <= 126 and octet not in b"+=" else f"+{octet:02X}"
        for octet in text.encode("utf-8")
    )


def decode(text: str) -> str:
    """xtext -> printable US-ASCII; XtextError otherwise (RFC 3461 section 4.4, errata 8)."""
    if not _XTEXT.fullmatch(text):
        raise XtextError("not xtext: + needs two upper case hexadecimal digits after it")
    if "+" not in text:
        return text
    decoded = _HEXCHAR.sub(lambda found: chr(int(found[1], 16)), text)
    if not (decoded.isascii() and decoded.isprintable()):
        raise XtextError("the decoded value is not printable US-ASCII")
    return decoded


def encode_address(address: str, *, native: bool) -> str:
    """An address of type utf-8 for ORCPT: `native` keeps UTF-8 (for SMTPUTF8 servers), else all is ASCII."""
    return "".join(char if _stays(char, native) else f"\\x{{{ord(char):02X}}}" for char in address)


def _stays(char: str, native: bool) -> bool:
    if char.isascii():
        return "!" <= char <= "~" and char not in "+=\\"
    return native


def decode_address(text: str) -> str:
    """utf-8-addr-xtext, utf-8-addr-unitext or utf-8-address -> the address.

    What is not in one of these forms but is xtext is taken as that: senders mix the two up.
    """
    if not _UNITEXT.fullmatch(text):
        return decode(text)
    decoded = _EMBEDDED.sub(_embedded, text)
    if any(char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029" for char in decoded):
        raise XtextError("the decoded address has control characters")
    return decoded


def _embedded(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise XtextError(f"\\x{{{found[1]}}} is no character")
    return chr(point)
