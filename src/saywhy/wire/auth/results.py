"""The Authentication-Results field (RFC 8601): written, and taken out where somebody else wrote it in our name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from saywhy.wire.auth.canonical import fields_of
from saywhy.wire.header import header_block

MAX_REASON = 100  # characters

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`{|}~@:]+")
_NAME = b"authentication-results"
# What stands before the first word of a field body: white space and comments, which may hold one another.
_SERVER = re.compile(rb'"((?:[^"\\]|\\.)*+)"|([^\s;"()]+)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Result:
    """`dkim=fail reason="..." header.d=dest.test`: `properties` are (ptype.property, value)."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        words = [f"{self.method}={self.result}"]
        if self.reason:
            words.append(f'reason="{_quotable(self.reason)[:MAX_REASON]}"')
        words += [f"{name}={_value(value)}" for name, value in self.properties if value]
        return " ".join(words)


def field(server: str, results: Iterable[Result]) -> bytes:
    """The field of the server of that name, folded, CRLF at its end."""
    body = ";\r\n\t".join([f"Authentication-Results: {server}", *(map(str, results))])
    return f"{body}\r\n".encode("ascii", "replace")


def without(content: bytes, server: str) -> bytes:
    """A message without the Authentication-Results fields that claim to be `server`'s (section 5)."""
    block = header_block(content)
    if _NAME not in block.lower():
        return content
    ours = server.lower().encode()
    kept = [each for each in fields_of(block) if not _claims(each, ours)]
    return b"".join(kept) + content[len(block) :]


def _claims(each: bytes, server: bytes) -> bool:
    name, _, body = each.partition(b":")
    if name.strip().lower() != _NAME:
        return False
    found = _SERVER.match(_uncommented(body))
    if found is None:
        return True  # whoever reads it may see our name in it
    named = found[2] if found[1] is None else re.sub(rb"\\(.)", rb"\1", found[1])
    return named.lower().rstrip(b".") == server


def _uncommented(body: bytes) -> bytes:
    """From the first octet on that is neither white space nor in a comment."""
    depth, at = 0, 0
    while at < len(body):
        octet = body[at : at + 1]
        if octet == b"\\" and depth:
            at += 1
        elif octet == b"(":
            depth += 1
        elif octet == b")" and depth:
            depth -= 1
        elif not depth and not octet.isspace():
            return body[at:]
        at += 1
    return b""


def _value(text: str) -> str:
    return text if _TOKEN.fullmatch(text) else f'"{_quotable(text)}"'


def _quotable(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isprintable() and char not in '"\\')[:255]
