"""tag=value lists, as DKIM and DMARC write them (RFC 6376 section 3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

MAX_TAGS = 64

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e \t\r\n]*")


class TagError(ValueError):
    """A text is no tag list."""


def parse(text: str) -> Mapping[str, str]:
    """`v=1; a=rsa-sha256; b=...` -> its tags, white space around values off; TagError (a tag twice is one)."""
    found: dict[str, str] = {}
    parts = text.strip().removesuffix(";").split(";")
    if len(parts) > MAX_TAGS:
        raise TagError("too many tags")
    for part in parts:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
            raise TagError(f"{part.strip()[:40]!r} is no tag")
        if name in found:
            raise TagError(f"{name}= stands there twice")
        found[name] = value
    return found


def squeezed(value: str) -> str:
    """Without any white space: base64 and lists may be folded."""
    return "".join(value.split())


def listed(value: str) -> list[str]:
    """`From : To` -> from, to."""
    return [entry.strip().lower() for entry in value.split(":")]
