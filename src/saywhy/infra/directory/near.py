"""Near misses: existing local parts of one domain within a small edit distance of one that does not exist.

The work is bounded, because whoever may ask can ask often: names of a similar length only, a test of the letters
they share before the distance is computed, and a limit on both.  Leaves out: phonetic likeness, swapped first and
last names, other domains.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from saywhy.model.address import Address

MAX_DISTANCE = 2
MAX_SCANNED = 20_000  # names whose letters are looked at
MAX_COMPARED = 2_000  # names whose distance is computed


class Names:
    """The local parts of one domain, by length."""

    def __init__(self, addresses: Iterable[Address]) -> None:
        unique = {own.local.lower(): own for own in addresses}
        self._by_length: dict[int, list[tuple[int, str, Address]]] = defaultdict(list)
        for local in sorted(unique):
            self._by_length[len(local)].append((_letters(local), local, unique[local]))

    def near(self, local: str, limit: int) -> list[Address]:
        """At most `limit` addresses, nearest first, then by local part; never `local` itself."""
        wanted = local.lower()
        # Of a short name, two changes would leave nothing that is alike.
        allowed = min(MAX_DISTANCE, len(wanted) // 2)
        found = []
        for name, address in self._alike(wanted, allowed):
            steps = distance(wanted, name, allowed)
            if 0 < steps <= allowed:
                found.append((steps, name, address))
        found.sort(key=lambda each: each[:2])
        return [address for _, _, address in found[:limit]]

    def _alike(self, wanted: str, allowed: int) -> Iterator[tuple[str, Address]]:
        """Candidates: an edit changes the length by one at most, and the set of letters by two."""
        letters = _letters(wanted)
        scanned = compared = 0
        for length in sorted(self._by_length, key=lambda each: (abs(each - len(wanted)), each)):
            if abs(length - len(wanted)) > allowed:
                return
            for mask, name, address in self._by_length[length]:
                scanned += 1
                if scanned > MAX_SCANNED or compared >= MAX_COMPARED:
                    return
                if (mask ^ letters).bit_count() <= 2 * allowed:
                    compared += 1
                    yield name, address


def _letters(text: str) -> int:
    """The set of letters as bits; letters that share a bit only let a few more names through."""
    mask = 0
    for char in text:
        mask |= 1 << (ord(char) & 63)
    return mask


def distance(one: str, other: str, limit: int) -> int:
    """The number of characters to insert, delete or replace; anything above `limit` is given as `limit + 1`.

    What both begin with costs nothing; at the first difference there are three ways on, and `limit` levels of
    them at most.  For the small limits here that is far less work than a table of all distances.
    """
    if one == other:
        return 0
    if limit == 0 or abs(len(one) - len(other)) > limit:
        return limit + 1
    start = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        start += 1
    one, other = one[start:], other[start:]
    ways = ((one[1:], other[1:]), (one[1:], other), (one, other[1:]))
    return 1 + min(distance(left, right, limit - 1) for left, right in ways)
