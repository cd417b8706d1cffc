"""Filters on recipients, for dynamic groups and address policies: `department = "Brewery" and kind = mailbox`.

    filter     = term *("or" term)
    term       = factor *("and" factor)
    factor     = "not" factor / "(" filter ")" / name operator value
    operator   = "=" / "==" / "-eq" / "!=" / "-ne" / "-like"

Names are `kind`, `type`, `name`, `alias`, `display_name`, `given_name`, `initials`, `surname`, `address` (any of
them), `container`, or an attribute of the recipient.  Case does not matter, `*` in a value stands for anything.
Leaves out: `<`, dates, everything else of OPATH.  No IO, no backtracking, bounded in length and depth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from saywhy.model.organisation import Contact, DirectoryObject, Folder, Group, Mailbox

MAX_LENGTH = 2000  # characters
MAX_DEPTH = 20
MAX_STARS = 5

Filter = Callable[[DirectoryObject], bool]

_TOKEN = re.compile(r"""\s*(?:("[^"]*"|'[^']*')|(\(|\)|==|=|!=)|([^\s()="'!]+))""")
_OPERATORS = {"=": True, "==": True, "-eq": True, "-like": True, "!=": False, "-ne": False}
_FIELDS = ("name", "alias", "display_name", "given_name", "initials", "surname", "container")
_KINDS: tuple[tuple[type, str], ...] = (
    (Mailbox, "mailbox"),
    (Contact, "contact"),
    (Group, "group"),
    (Folder, "folder"),
)


class FilterError(ValueError):
    """A text is no filter; the message says where it goes wrong."""


@lru_cache(maxsize=512)
def parse(text: str) -> Filter:
    """FilterError when `text` is none."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter has at most {MAX_LENGTH} characters")
    parser = _Parser(_tokens(text))
    found = parser.either(0)
    parser.end()
    return found


def within(container: str, item: DirectoryObject) -> bool:
    """Whether `item` stands in `container` or below; everything is in the empty one."""
    wanted, has = container.strip("/").lower(), item.container.strip("/").lower()
    return not wanted or has == wanted or has.startswith(wanted + "/")


def _tokens(text: str) -> list[tuple[str, bool]]:
    """(token, quoted)."""
    out = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise FilterError(f"{text[at : at + 20].strip()!r} cannot be read")
        quoted, sign, word = found.groups()
        out.append((quoted[1:-1], True) if quoted else (sign or word, False))
        at = found.end()
    return out


class _Parser:
    def __init__(self, tokens: list[tuple[str, bool]]) -> None:
        self._tokens = tokens
        self._at = 0

    def _take(self, wanted: str) -> tuple[str, bool]:
        if self._at == len(self._tokens):
            raise FilterError(f"it ends where {wanted} should stand")
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, word: str) -> bool:
        """Take the next token if it is this word."""
        if self._at < len(self._tokens) and self._tokens[self._at] in ((word, False), (word.upper(), False)):
            self._at += 1
            return True
        return False

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise FilterError(f"{self._tokens[self._at][0]!r} is too much")

    def either(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise FilterError(f"it is nested more than {MAX_DEPTH} deep")
        parts = [self._both(depth)]
        while self._is("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else lambda item: any(part(item) for part in parts)

    def _both(self, depth: int) -> Filter:
        parts = [self._one(depth)]
        while self._is("and"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else lambda item: all(part(item) for part in parts)

    def _one(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise FilterError(f"it is nested more than {MAX_DEPTH} deep")
        if self._is("not"):
            inner = self._one(depth + 1)
            return lambda item: not inner(item)
        if self._is("("):
            inner = self.either(depth + 1)
            if not self._is(")"):
                raise FilterError("a closing ) is missing")
            return inner
        return self._comparison()

    def _comparison(self) -> Filter:
        name, quoted = self._take("the name of an attribute")
        if quoted or name in ("(", ")", *_OPERATORS):
            raise FilterError(f"{name!r} stands where the name of an attribute should")
        operator, _ = self._take("= or !=")
        positive = _OPERATORS.get(operator.lower())
        if positive is None:
            raise FilterError(f"{operator!r} is not one of {', '.join(_OPERATORS)}")
        value, quoted = self._take("a value")
        if not quoted and value in ("(", ")"):
            raise FilterError(f"{value!r} stands where a value should")
        matches = _pattern(value.lower())
        key = name.lower()
        return lambda item: any(matches(text.lower()) for text in _values(item, key)) is positive


def _pattern(value: str) -> Callable[[str], bool]:
    """Text with `*` in it, without a regular expression: parts are found one after the other."""
    if "*" not in value:
        return lambda text: text == value
    first, *middle, last = value.split("*")
    if len(middle) >= MAX_STARS:
        raise FilterError(f"a value has at most {MAX_STARS} *")

    def matches(text: str) -> bool:
        if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True

    return matches


def _values(item: DirectoryObject, key: str) -> Iterable[str]:
    """What a recipient has under a name; one without a value has the empty one, so that `city = ""` finds it."""
    if key in _FIELDS:
        return (getattr(item, key),)
    if key == "kind":
        return tuple(kind for cls, kind in _KINDS if isinstance(item, cls))
    if key == "type":
        return (item.type.value,) if isinstance(item, Mailbox | Contact) else ("",)
    if key == "address":
        return tuple(map(str, item.addresses))
    found = [value for name, _, value in (each.partition("=") for each in item.attributes) if name.lower() == key]
    return found or ("",)
