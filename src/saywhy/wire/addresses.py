"""Address lists of header fields (RFC 5322 section 3.4): From, Sender, To, Cc, Bcc.

Display names, comments and the names of groups are left out, and so is a source route.  What is no address is
given back as it was written, for whoever has to be told.  Every step is linear in the length, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.model.address import Address, AddressError

MAX_SHOWN = 100  # characters kept of what cannot be read

# A quoted string (perhaps never closed), an escaped character, one that means something, or others.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|\\.|[(),:;<>\[\]\\]|[^"\\(),:;<>\[\]]++', re.DOTALL)


def addresses(body: str) -> list[Address | str]:
    """An unfolded field body -> its addresses in order; a `str` is an entry that cannot be read."""
    return [_address(entry) for entry in _entries(body) if "".join(entry).strip()]


def _entries(body: str) -> Iterator[list[str]]:
    """The tokens of each entry: what stands between commas and semicolons, without comments and group names."""
    entry: list[str] = []
    depth = 0
    within = ""  # what closes the angle brackets or the domain literal that we are in
    for piece in _TOKEN.findall(body):
        if piece == "(" and within != "]":
            depth += 1
        elif depth:
            depth -= piece == ")"
        elif within:
            within = "" if piece == within else within
            entry.append(piece)
        elif piece in (",", ";"):
            yield entry
            entry = []
        elif piece == ":":
            entry = []
        else:
            within = {"<": ">", "[": "]"}.get(piece, "")
            entry.append(piece)
    yield entry


def _address(tokens: list[str]) -> Address | str:
    text = "".join(tokens).strip()
    path = text
    if "<" in tokens:
        start = tokens.index("<") + 1
        if ">" not in tokens[start:]:
            return text[:MAX_SHOWN]
        end = tokens.index(">", start)
        if "".join(tokens[end + 1 :]).strip():
            return text[:MAX_SHOWN]
        path = "".join(tokens[start:end]).strip()
    if path.startswith("@"):
        path = path.partition(":")[2]
    try:
        return Address.parse(path)
    except AddressError:
        return (path or text)[:MAX_SHOWN]
