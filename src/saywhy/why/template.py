"""Sentences with placeholders, as the catalogue's files hold them.

    No mailbox {recipient} exists here[; the nearest address is {near}].

`{name}` is one of FIELDS.  What stands in `[...]` is left out, brackets and all, when one of its placeholders
was not seen; outside of brackets a default ("the other mail server") takes the place.  `[[` and `]]` are literal
brackets.  What stands between backquotes is a command to copy: values in it are quoted for the shell, because
addresses and host names come from strangers.  Not here: loops, conditions, nesting.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

MAX_VALUE = 300  # characters of one value; an address has at most 254

# Name of a placeholder: what stands for it in prose and in a command when it was not seen.
FIELDS: Mapping[str, tuple[str, str]] = {
    "recipient": ("the recipient", "ADDRESS"),
    "domain": ("the recipient's domain", "DOMAIN"),
    "host": ("the other mail server", "HOST"),
    "ip": ("its address", "IP"),
    "reply": ("", "REPLY"),
    "status": ("", "STATUS"),
    "observed": ("", ""),
    "limit": ("", ""),
    "dns": ("", ""),
    "tls": ("", ""),
    "step": ("", ""),
    "period": ("", ""),
    "near": ("", ""),
    "name": ("", "NAME"),
    "queue": ("", "QUEUE"),
    "connector": ("", "CONNECTOR"),
}

_TOKEN = re.compile(r"\[\[|\]\]|\[|\]|`|\{[a-z]*\}|[{}]")


class TemplateError(ValueError):
    """The text is no template; the message says what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text, then the field after it (empty at the end of a part)."""

    literal: str
    field: str = ""
    command: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    pieces: tuple[Piece, ...]
    optional: bool

    def fields(self) -> list[str]:
        return [piece.field for piece in self.pieces if piece.field]


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled text.  `fixed` is the whole of it when it has no placeholders."""

    parts: tuple[Part, ...]
    fixed: str
    fields: frozenset[str]

    def fill(self, values: Mapping[str, str]) -> str:
        if not self.fields:
            return self.fixed
        out: list[str] = []
        for part in self.parts:
            if part.optional and not all(values.get(name) for name in part.fields()):
                continue
            for piece in part.pieces:
                out.append(piece.literal)
                if piece.field:
                    out.append(_value(piece, values.get(piece.field, "")))
        return "".join(out).strip()


def compile_template(text: str) -> Template:
    """TemplateError says which brace, bracket or name is wrong."""
    return _Compiler(text).run()


class _Compiler:
    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[Part] = []
        self._pieces: list[Piece] = []
        self._literal = ""
        self._optional = False
        self._command = False

    def run(self) -> Template:
        end = 0
        for found in _TOKEN.finditer(self._text):
            self._literal += self._text[end : found.start()]
            self._token(found[0])
            end = found.end()
        self._literal += self._text[end:]
        if self._optional:
            raise TemplateError("a [ has no ]")
        if self._command:
            raise TemplateError("a backquote has no partner")
        self._close_part()
        fields = frozenset(name for part in self._parts for name in part.fields())
        fixed = "" if fields else "".join(piece.literal for part in self._parts for piece in part.pieces)
        return Template(tuple(self._parts), fixed.strip(), fields)

    def _token(self, token: str) -> None:
        match token:
            case "[[" | "]]":
                self._literal += token[0]
            case "[":
                self._open_optional()
            case "]":
                self._close_optional()
            case "`":
                self._command = not self._command
                self._literal += token
            case "{" | "}":
                raise TemplateError("a brace stands alone")
            case _:
                self._field(token[1:-1])

    def _field(self, name: str) -> None:
        if name not in FIELDS:
            raise TemplateError(f"{{{name}}} is no placeholder; there are {', '.join(FIELDS)}")
        if not self._optional and not FIELDS[name][self._command]:
            raise TemplateError(f"{{{name}}} has no default: put it in an optional [...]")
        self._pieces.append(Piece(self._literal, name, self._command))
        self._literal = ""

    def _open_optional(self) -> None:
        if self._optional:
            raise TemplateError("a [ stands inside [...]")
        self._close_part()
        self._optional = True

    def _close_optional(self) -> None:
        if not self._optional:
            raise TemplateError("a ] has no [")
        if not any(piece.field for piece in self._pieces):
            raise TemplateError("an optional [...] without a placeholder would always stand")
        self._close_part()
        self._optional = False

    def _close_part(self) -> None:
        if self._literal:
            self._pieces.append(Piece(self._literal))
            self._literal = ""
        if self._pieces:
            self._parts.append(Part(tuple(self._pieces), self._optional))
            self._pieces = []


def _value(piece: Piece, value: str) -> str:
    if not value:
        return FIELDS[piece.field][piece.command]
    return shlex.quote(clean(value)) if piece.command else clean(value)


def clean(value: str, limit: int = MAX_VALUE) -> str:
    """At most `limit` printable characters: what strangers wrote must not move a terminal's cursor."""
    if len(value) > limit:
        value = value[: limit - 3] + "..."
    if value.isprintable():
        return value
    return "".join(char if char.isprintable() else "?" for char in value)
