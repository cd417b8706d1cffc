"""HTML as plain text, and plain text as HTML.  One pass over the input; no character is looked at often.

What a browser shows as text is in the text; styles and scripts are not.  Links keep their address, lists their
bullets, rows of a table their line.  Leaves out: CSS, frames, forms.
"""

from __future__ import annotations

import html
import re

_TAG_NAME = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]{0,20})")
_LESS_THAN = re.compile("<+")
_DELIMITER = re.compile("[>\"']")
_HREF = re.compile(r"""\shref\s*+=\s*+(?:"([^"]*+)|'([^']*+)|([^\s>"']++))""", re.I)
_ALT = re.compile(r"""\salt\s*+=\s*+(?:"([^"]*+)|'([^']*+)|([^\s>"']++))""", re.I)
_RAW_END = {name: re.compile(f"</{name}", re.I) for name in ("script", "style", "title")}
_HUGE_NUMBER = re.compile(r"&#[0-9]{9,}+")  # html.unescape cannot read it, and no character has it
_SPACE = " \t\n\r\f"
_BREAKS = {  # line ends that a block begins and ends with at least
    "p": 2, "div": 1, "tr": 1, "table": 2, "ul": 1, "ol": 1, "li": 1, "blockquote": 2, "pre": 2, "hr": 1,
    "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "dl": 1, "dt": 1, "dd": 1, "section": 1, "article": 1,
    "header": 1, "footer": 1, "center": 1, "address": 1, "form": 1, "body": 1, "head": 1, "html": 1, "caption": 1,
}  # fmt: skip
_CELLS = frozenset({"td", "th"})


def to_text(source: str) -> str:
    """Lines ending in `\\n`; the last one ended."""
    return _Reader(source).text()


def from_text(text: str) -> str:
    """A document that shows `text` as it is; `to_text` undoes it."""
    shown = html.escape(text, quote=False)
    return f'<html><body><pre style="white-space: pre-wrap">\n{shown}</pre></body></html>\n'


class _Page:
    """The text as it grows: white space collapses, blocks stand on lines of their own."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._breaks = 0  # line ends owed before the next text
        self._space = False
        self.literal = 0  # inside how many <pre>

    def text(self, text: str) -> None:
        if self.literal:
            if text:
                self._begin()
                self._out.append(text)
            return
        words = re.split(f"[{_SPACE}]+", text)
        if len(words) > 1 and not words[0]:
            self._space = True
        kept = [word for word in words if word]
        if kept:
            self._begin()
            self._out.append(" ".join(kept))
            self._space = not words[-1]

    def _begin(self) -> None:
        if self._breaks:
            if self._out:
                self._out.append("\n" * self._breaks)
        elif self._space and self._out:
            self._out.append(" ")
        self._breaks, self._space = 0, False

    def line_break(self) -> None:
        self._breaks = min(self._breaks + 1, 3)

    def block(self, breaks: int) -> None:
        self._breaks = max(self._breaks, breaks)

    def whole(self) -> str:
        return "".join(self._out)


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._page = _Page()
        self._quoting = True  # until a quote is found that nothing closes: then `>` ends every tag
        self._commenting = True  # until a comment is found that nothing closes: then `>` ends every one
        self._links: list[str] = []  # the addresses of the <a> that are open

    def text(self) -> str:
        source, at = self._source, 0
        while at < len(source):
            tag = source.find("<", at)
            if tag < 0:
                self._words(at, len(source))
                break
            self._words(at, tag)
            at = self._markup(tag)
        whole = self._page.whole().replace("\u00a0", " ")
        return whole if whole.endswith("\n") else whole + "\n"

    def _words(self, start: int, end: int) -> None:
        if start == end:
            return
        words = self._source[start:end]
        if "&" in words:
            words = html.unescape(_HUGE_NUMBER.sub("&#0", words))
        self._page.text(words)

    def _markup(self, at: int) -> int:
        """What begins with `<` at `at`; where the text goes on."""
        source = self._source
        if source.startswith("<!--", at):
            end = source.find("-->", at + 4) if self._commenting else -1
            self._commenting = end >= 0
            return end + 3 if end >= 0 else self._behind(at)
        named = _TAG_NAME.match(source, at + 1)
        if named is None:
            if source.startswith(("<!", "<?"), at):
                return self._behind(at)
            run = _LESS_THAN.match(source, at)
            end = run.end() if run is not None else at + 1
            stays = end - 1 if end > at + 1 else end  # the last of several may begin a tag
            self._page.text(source[at:stays])
            return stays
        end = self._behind(at)
        self._tag(named[2].lower(), bool(named[1]), source[at : min(end, at + 4000)])
        return end if named[1] else self._inside(named[2].lower(), end)

    def _inside(self, name: str, at: int) -> int:
        """Where the text of an element goes on that begins at `at`."""
        raw = _RAW_END.get(name)
        if raw is not None:
            closed = raw.search(self._source, at)
            return closed.start() if closed is not None else len(self._source)
        return at + 1 if name == "pre" and self._source.startswith("\n", at) else at

    def _behind(self, at: int) -> int:
        """Where a tag that begins at `at` ends; one that does not is the rest of the text."""
        if self._quoting:
            end = self._quoted_end(at)
            if end >= 0:
                return end
            self._quoting = False
        end = self._source.find(">", at)
        return end + 1 if end >= 0 else len(self._source)

    def _quoted_end(self, at: int) -> int:
        source = self._source
        while True:
            found = _DELIMITER.search(source, at)
            if found is None:
                return -1
            if found[0] == ">":
                return found.end()
            at = source.find(found[0], found.end()) + 1
            if not at:
                return -1

    def _tag(self, name: str, closing: bool, tag: str) -> None:
        page = self._page
        if name in _BREAKS:
            page.block(_BREAKS[name])
        if name == "pre":
            page.literal = max(0, page.literal + (-1 if closing else 1))
        elif name == "br":
            page.line_break()
        elif name in _CELLS and not closing:
            page.text(" ")
        elif name == "li" and not closing:
            page.text("* ")
        elif name == "a":
            self._link(closing, tag)
        elif name == "img" and not closing:
            described = _value(_ALT, tag)
            if described.strip():
                page.text(f"[{described}]")

    def _link(self, closing: bool, tag: str) -> None:
        if not closing:
            target = _value(_HREF, tag).strip()
            worth = target.lower().startswith(("http://", "https://", "mailto:", "ftp://", "tel:"))
            self._links.append(target if worth else "")
        elif self._links:
            target = self._links.pop()
            if target:
                self._page.text(f" <{target}>")


def _value(pattern: re.Pattern[str], tag: str) -> str:
    found = pattern.search(tag)
    if found is None:
        return ""
    return html.unescape(_HUGE_NUMBER.sub("&#0", next(filter(None, found.groups()), "")))
