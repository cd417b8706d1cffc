"""Templates of address policies: `%g.%s@worcester.example` and a recipient -> an address (spec E).

`%g` given name, `%i` initials, `%s` surname, `%d` display name, `%m` alias (or else the name), `%%` a percent
sign; with a number in between only so many letters (`%1g%s`); `%rxy` writes y for x in all that follows, `%rx%`
leaves x out.
What cannot stand in a local part is left out, letters with marks lose them.  An empty field makes no address.
"""

from __future__ import annotations

import unicodedata

from saywhy.model.address import Address, AddressError, check_domain
from saywhy.model.organisation import DirectoryObject

_FIELDS = {"g": "given_name", "i": "initials", "s": "surname", "d": "display_name", "m": "alias"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&'*+/=?^_`{|}~.-")
_LETTERS = {"ß": "ss", "æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "þ": "th"}


class TemplateError(ValueError):
    """A text is no template."""


def check(template: str) -> None:
    """TemplateError says what is wrong."""
    local, at, domain = template.rpartition("@")
    if not at or not local:
        raise TemplateError("a template is a local part, @ and a domain")
    _parts(local)
    try:
        check_domain(domain)
    except AddressError as error:
        raise TemplateError(f"{domain!r} is not a domain: {error}") from None


def address(template: str, item: DirectoryObject) -> Address | None:
    """None when the recipient lacks a field that the template names, or nothing usable is left."""
    local, _, domain = template.rpartition("@")
    written = ""
    swaps: dict[str, str] = {}
    for kind, text, length in _parts(local):
        if kind == "r":
            swaps[text[0]] = text[1:]
        elif kind:
            value = _field(item, kind)
            if not value:
                return None
            written += _plain(_swapped(value, swaps))[: length or None]
        else:
            written += text
    local = ".".join(part for part in written.split(".") if part)
    try:
        return Address.parse(f"{local}@{domain}")
    except AddressError:
        return None


def _field(item: DirectoryObject, kind: str) -> str:
    value: str = getattr(item, _FIELDS[kind])
    return value or (item.name if kind == "m" else "")


def _swapped(text: str, swaps: dict[str, str]) -> str:
    return "".join(swaps.get(char, char) for char in text) if swaps else text


def _plain(text: str) -> str:
    """Without marks, spaces and what must be quoted."""
    spelled = "".join(_LETTERS.get(char, char) for char in text)
    return "".join(char for char in unicodedata.normalize("NFKD", spelled) if char in _PLAIN)


def _parts(local: str) -> list[tuple[str, str, int]]:
    """(field letter or "" for text or "r", text, number of letters)."""
    out: list[tuple[str, str, int]] = []
    at = 0
    while at < len(local):
        if local[at] != "%":
            out.append(("", local[at], 0))
            at += 1
            continue
        at += 1
        digits = ""
        while at < len(local) and local[at].isascii() and local[at].isdecimal():
            digits += local[at]
            at += 1
        letter = local[at] if at < len(local) else ""
        at += 1
        if letter == "%" and not digits:
            out.append(("", "%", 0))
        elif letter == "r" and not digits and at + 1 < len(local):
            out.append(("r", local[at] + local[at + 1].replace("%", ""), 0))
            at += 2
        elif letter in _FIELDS and len(digits) <= 2:
            out.append((letter, "", int(digits or 0)))
        else:
            raise TemplateError(f"%{digits}{letter} is none of %g %i %s %d %m %r and %%")
    return out
