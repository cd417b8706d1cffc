"""The text of a system message: words with a small, safe part of HTML and a few placeholders (spec B6).

Tags: B, EM, BR, P, and A with HREF alone, to http, https or mailto.  Entities: `&lt;`, `&gt;`, `&quot;`,
`&amp;`.  Whatever else looks like HTML is text and is shown as it stands.  A placeholder is a name of PLACEHOLDERS
in braces; its value is never read as HTML.
"""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

MAX_TEXT = 512  # characters, tags included
PLACEHOLDERS = ("recipient", "code", "server", "size", "limit", "helpdesk")

_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s[^<>]*)?)>|&(lt|gt|quot|amp);")
_HREF = re.compile(r"""\s+href\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')\s*""", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?://|mailto:)[!-~]+", re.IGNORECASE)
_BRACES = re.compile(r"\{([A-Za-z_]+)\}")
_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "amp": "&"}
_PAIRED = frozenset({"b", "em", "a"})


class Mark(enum.Enum):
    TEXT = "text"
    OPEN = "open"  # B, EM
    LINK = "link"  # its value is the address
    CLOSE = "close"
    BREAK = "break"
    PARAGRAPH = "paragraph"


class Piece(NamedTuple):
    mark: Mark
    value: str = ""


def read(text: str) -> list[Piece]:
    """The pieces of a text; what is none of the tags above is text."""
    out: list[Piece] = []
    at = 0
    for found in _TOKEN.finditer(text):
        if found.start() > at:
            out.append(Piece(Mark.TEXT, text[at : found.start()]))
        out.append(_piece(found))
        at = found.end()
    if at < len(text):
        out.append(Piece(Mark.TEXT, text[at:]))
    return out


def _piece(found: re.Match[str]) -> Piece:
    entity = found[4]
    if entity:
        return Piece(Mark.TEXT, _ENTITIES[entity])
    closes, name, rest = found[1], found[2].lower(), found[3]
    href = _HREF.fullmatch(rest) if name == "a" and not closes else None
    link = (href[1] or href[2] or "") if href else ""
    if link and _SCHEME.fullmatch(_BRACES.sub("", link)):
        return Piece(Mark.LINK, link)
    if not rest.strip(" /") and name in ("b", "em", "br", "p", "a"):
        match name:
            case "br" if not closes:
                return Piece(Mark.BREAK)
            case "p":
                return Piece(Mark.PARAGRAPH)
            case "b" | "em" | "a" if closes:
                return Piece(Mark.CLOSE, name)
            case "b" | "em":
                return Piece(Mark.OPEN, name)
    return Piece(Mark.TEXT, found[0])


def faults(text: str) -> Iterator[str]:
    """What its writer did not mean: too much, tags and placeholders that would not be read, open ends."""
    if len(text) > MAX_TEXT:
        yield f"it has {len(text)} characters"
    yield from _tag_faults(text)
    for name in _BRACES.findall(text):
        if name not in PLACEHOLDERS:
            yield f"there is no placeholder {{{name}}}"


def _tag_faults(text: str) -> Iterator[str]:
    stack: list[str] = []
    for found in _TOKEN.finditer(text):
        piece = _piece(found)
        match piece.mark:
            case Mark.TEXT if not found[4]:
                yield f"the tag {found[0][:40]} is none of B, EM, BR, P and A HREF"
            case Mark.OPEN | Mark.LINK:
                stack.append(piece.value if piece.mark is Mark.OPEN else "a")
            case Mark.CLOSE if not stack or stack.pop() != piece.value:
                yield f"</{piece.value}> closes nothing"
    if stack:
        yield f"<{stack[-1]}> is not closed"


def lines(text: str, values: Mapping[str, str]) -> list[str]:
    """As plain text: lines, an empty one between paragraphs; a link's address behind its words."""
    out, links = [""], list[tuple[str, int, int]]()
    for piece in read(text):
        match piece.mark:
            case Mark.TEXT:
                out[-1] += _filled(piece.value, values)
            case Mark.BREAK:
                out.append("")
            case Mark.PARAGRAPH:
                out += ["", ""]
            case Mark.LINK:
                links.append((_filled(piece.value, values, quoted=True), len(out), len(out[-1])))
            case Mark.CLOSE if piece.value == "a" and links:
                address, line, column = links.pop()
                shown = out[-1][column:] if line == len(out) else ""
                if shown != address and f"mailto:{shown}" != address:
                    out[-1] += f" <{address}>"
            case Mark.OPEN | Mark.CLOSE:
                continue
    return _tidy(out)


def _tidy(found: list[str]) -> list[str]:
    """Without white space at the edges, and with one empty line where there are several."""
    out: list[str] = []
    for line in (" ".join(each.split()) for each in found):
        if line or (out and out[-1]):
            out.append(line)
    while out and not out[-1]:
        out.pop()
    return out


def to_html(text: str, values: Mapping[str, str]) -> str:
    """As HTML for one paragraph; each tag that was opened is closed, in order."""
    out = _Html()
    for piece in read(text):
        match piece.mark:
            case Mark.BREAK:
                out.breaks = min(2, out.breaks + 1)
            case Mark.PARAGRAPH:
                out.breaks = 2
            case Mark.TEXT:
                out.words(_filled(piece.value, values))
            case Mark.OPEN:
                out.open(piece.value, f"<{piece.value}>")
            case Mark.LINK:
                out.open("a", f'<a href="{html.escape(_filled(piece.value, values, quoted=True))}">')
            case Mark.CLOSE:
                out.close(piece.value)
    return str(out)


class _Html:
    """`breaks`: lines ended since the last words, two at most, which is a paragraph's end."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._stack: list[str] = []
        self.breaks = 0

    def words(self, text: str) -> None:
        if text.strip():
            self._go_on()
            self._out.append(html.escape(text))
        elif self._out and not self.breaks:
            self._out.append(" ")

    def open(self, name: str, tag: str) -> None:
        self._go_on()
        self._stack.append(name)
        self._out.append(tag)

    def close(self, name: str) -> None:
        """With whatever was opened within it; nothing when it is not open."""
        while name in self._stack:
            inner = self._stack.pop()
            self._out.append(f"</{inner}>")
            if inner == name:
                return

    def _go_on(self) -> None:
        if self.breaks and self._out:
            self._out.append("<br>\n" * self.breaks)
        self.breaks = 0

    def __str__(self) -> str:
        return "".join((*self._out, *(f"</{name}>" for name in reversed(self._stack))))


def _filled(text: str, values: Mapping[str, str], *, quoted: bool = False) -> str:
    """`quoted`: within an address, where a value must not become a part of its syntax."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in PLACEHOLDERS:
            return found[0]
        known = values.get(found[1], "")
        return quote(known, safe="@.") if quoted else known

    return _BRACES.sub(value, text)
