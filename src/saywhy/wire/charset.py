"""Octets and a charset label -> characters, whatever the label says (RFC 2046 section 4.1.2).

Mail lies about its charset.  A label that Python does not know, or whose decoder is no decoder of text, is read
as UTF-8 and then as Windows-1252, which is what unlabelled mail mostly is.
"""

from __future__ import annotations

import codecs
from functools import lru_cache

# Decoders that are no charsets of mail: some are quadratic in their input, some need the machine's locale.
_NOT_CHARSETS = frozenset({"idna", "punycode", "mbcs", "oem", "unicode_escape", "raw_unicode_escape", "undefined"})
_GUESSED = frozenset({"us-ascii", "ascii", "utf-8", "utf8"})  # 8-bit text of any charset hides there
_FALLBACK = "windows-1252"


def decode(raw: bytes, label: str = "") -> str:
    """Never fails: what cannot be read becomes U+FFFD."""
    name = codec(label.strip().lower())
    if name and name not in _GUESSED:
        return raw.decode(name, "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(_FALLBACK, "replace")


@lru_cache(maxsize=256)
def codec(label: str) -> str:
    """The Python codec for a label in lower case; empty when there is none."""
    if not label or len(label) > 64:
        return ""
    try:
        if codecs.lookup(label).name.replace("-", "_") in _NOT_CHARSETS:  # however the label spells it
            return ""
        b"a".decode(label, "replace")
    except (LookupError, ValueError):
        return ""
    return label
