"""Characters out of a part's octets and back, by codecs that an administrator may rename or switch off."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.wire import charset
from saywhy.wire.convert.budget import Budget, Work
from saywhy.wire.convert.errors import NoCodec

MAX_LABEL = 64
_GUESSED = frozenset({"", "us-ascii", "ascii", "unknown-8bit"})  # 8-bit text hides there: guessed, never refused


@dataclass(frozen=True, slots=True)
class Charsets:
    """`aliases` by the label's lower case; `disabled` are labels or codecs, lower case."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    disabled: frozenset[str] = frozenset()

    def decode(self, octets: bytes, label: str) -> tuple[str, int]:
        """The characters, and how many octets or so were none in that charset.  NoCodec."""
        name = self.codec(label)
        if not name:
            return charset.decode(octets), 0
        try:
            return octets.decode(name), 0
        except UnicodeError:
            text = octets.decode(name, "replace")
            return text, max(1, text.count("\ufffd"))

    def codec(self, label: str) -> str:
        """Python's name for it; empty where the charset has to be guessed.  NoCodec."""
        wanted = label.strip().lower()
        wanted = self.aliases.get(wanted, wanted)
        if wanted in _GUESSED:
            return ""
        known = charset.codec(wanted)
        name = codecs.lookup(known).name if known else ""
        if not name:
            raise NoCodec(label.strip()[:MAX_LABEL])
        if wanted in self.disabled or name in self.disabled:
            raise NoCodec(label.strip()[:MAX_LABEL], disabled=True)
        return name


ALL = Charsets()


def encode(text: str, label: str, budget: Budget, *, html: bool = False) -> tuple[bytes, int]:
    """The octets, and how many characters the charset does not have; HTML has a spelling for all of them."""
    try:
        return text.encode(label), 0
    except UnicodeError:
        pass
    if html:
        return text.encode(label, "xmlcharrefreplace"), 0
    different = set(text)
    budget.spend(Work.DISTINCT, len(different))
    return text.encode(label, "replace"), max(1, sum(not _holds(char, label) for char in different))


def _holds(char: str, label: str) -> bool:
    try:
        char.encode(label)
    except UnicodeError:
        return False
    return True
