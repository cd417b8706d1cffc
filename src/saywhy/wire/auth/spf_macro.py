"""Macros of SPF: `%{ir}.%{v}._spf.%{d2}` (RFC 7208 section 7).

The letters c, r and t stand in explanations only and are errors here.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

MAX_NAME = 253  # characters of a domain name
MAX_EXPANDED = 4096  # characters before it is cut to a name

_MACRO = re.compile(r"%(?:([%_\-])|\{([slodiphvSLODIPHV])([0-9]{0,3})([rR]?)([.\-+,/_=]*)\})")
_ESCAPES = {"%": "%", "_": " ", "-": "%20"}
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]*")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class MacroError(ValueError):
    """A text is no macro string."""


@dataclass(frozen=True, slots=True)
class Macro:
    """`keep` the rightmost parts (0: all) of what `letter` stands for, parted at `delimiters`."""

    letter: str
    keep: int
    reverse: bool
    delimiters: str


@dataclass(frozen=True, slots=True)
class Template:
    pieces: tuple[str | Macro, ...]

    @property
    def ends_in_macro(self) -> bool:
        return bool(self.pieces) and isinstance(self.pieces[-1], Macro)

    @property
    def tail(self) -> str:
        """The literal text at the end."""
        last = self.pieces[-1] if self.pieces else ""
        return last if isinstance(last, str) else ""

    @property
    def needs_name(self) -> bool:
        """It has %{p}, the client's validated name."""
        return any(isinstance(piece, Macro) and piece.letter.lower() == "p" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the letters stand for; `name` is %{p}, found out only where it is needed."""

    ip: Address
    local: str
    sender_domain: str
    helo: str

    def values(self, domain: str, name: str) -> dict[str, str]:
        return {
            "s": f"{self.local}@{self.sender_domain}",
            "l": self.local,
            "o": self.sender_domain,
            "d": domain,
            "i": _dotted(self.ip),
            "p": name,
            "h": self.helo,
            "v": "in-addr" if self.ip.version == 4 else "ip6",
        }


def _dotted(ip: Address) -> str:
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", ""))


def template(text: str) -> Template:
    """A macro string; MacroError."""
    pieces: list[str | Macro] = []
    at = 0
    while at < len(text):
        if text[at] == "%":
            found = _MACRO.match(text, at)
            if found is None:
                raise MacroError(f"{text[at : at + 20]!r} is no macro")
            _append(pieces, _ESCAPES[found[1]] if found[1] else _macro(found))
        else:
            found = _LITERAL.match(text, at)
            if found is None or not found[0]:
                raise MacroError(f"{text[at]!r} may not stand in a macro string")
            _append(pieces, found[0])
        at = found.end()
    return Template(tuple(pieces))


def _append(pieces: list[str | Macro], piece: str | Macro) -> None:
    """Literal text stays one piece."""
    if pieces and isinstance(piece, str) and isinstance(pieces[-1], str):
        pieces[-1] += piece
    else:
        pieces.append(piece)


def _macro(found: re.Match[str]) -> Macro:
    if found[3] and int(found[3]) == 0:
        raise MacroError("a macro keeps at least one part")
    return Macro(found[2], int(found[3] or 0), bool(found[4]), found[5] or ".")


def expand(wanted: Template, facts: Facts, domain: str, name: str = "unknown") -> str:
    """The domain name that a template makes; left parts are dropped until it fits (section 7.3)."""
    values = facts.values(domain, name)
    out = "".join(piece if isinstance(piece, str) else _filled(piece, values) for piece in wanted.pieces)
    out = out[-MAX_EXPANDED:].removesuffix(".")
    while len(out) > MAX_NAME:
        _, dot, out = out.partition(".")
        if not dot:
            return ""
    return out


def _filled(macro: Macro, values: dict[str, str]) -> str:
    value = values[macro.letter.lower()][:MAX_EXPANDED]
    parts = re.split(f"[{re.escape(macro.delimiters)}]", value)
    if macro.reverse:
        parts.reverse()
    value = ".".join(parts[-macro.keep :])
    return quote(value, safe="-._~") if macro.letter.isupper() else value
