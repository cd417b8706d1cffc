"""Parts of text: another subtype, another charset, and the account of what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saywhy.model.form import Form
from saywhy.wire.convert import entity, html
from saywhy.wire.convert.budget import Budget, Work
from saywhy.wire.convert.charsets import Charsets, encode
from saywhy.wire.convert.entity import Entity
from saywhy.wire.header import Field
from saywhy.wire.mime import Part, parameters

PLAIN, HTML = "text/plain", "text/html"


def is_body(part: Part) -> bool:
    """A text that is shown, and no file."""
    if part.type not in (PLAIN, HTML) or "name" in part.parameters:
        return False
    disposition = part.get("Content-Disposition")
    attached = disposition.partition(";")[0].strip().lower() == "attachment"
    return not attached and "filename" not in parameters(disposition)


class Writer:
    """For one message.  `done` and `lost` are told in its tracking; `budget` is what its conversion may cost."""

    def __init__(self, form: Form, charsets: Charsets) -> None:
        self._form = form
        self._charsets = charsets
        self.done: list[str] = []
        self.lost: list[str] = []
        self.budget = Budget()

    def text(self, part: Part, target: str) -> Entity | None:
        """A body in the type `target` and in the charset that is wanted; None when it is so already."""
        label = part.parameters.get("charset", "")
        if target == part.type and not self._other_charset(part, label):
            return None
        text = self.read(part)
        if target == HTML and part.type == PLAIN:
            text = html.from_text(self._bounded(text))
        elif target == PLAIN and part.type == HTML:
            text = self.from_html(text)
        keep: Mapping[str, str] = {}
        if target == part.type:
            keep = {name: value for name, value in part.parameters.items() if name != "charset"}
            self.done.append(f"charset {label or 'us-ascii'} to {self._form.charset}")
        else:
            self.done.append(f"{part.type} to {target}")
        return self.entity(text, target, entity.kept(part), keep)

    def read(self, part: Part) -> str:
        """A part's characters, lines ending in `\\n`.  Damaged, NoCodec."""
        label = part.parameters.get("charset", "")
        text, broken = self._charsets.decode(entity.data_of(part), label)
        if broken:
            self.lost.append(f"what is not {label}")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def from_html(self, text: str) -> str:
        self.lost.append("the formatting of HTML")
        return html.to_text(self._bounded(text))

    def entity(
        self, text: str, type_: str, fields: Iterable[Field], keep: Mapping[str, str] | None = None
    ) -> Entity:
        """Text -> a part, in the charset that is wanted, else in the smallest of two that hold it."""
        charset = self._form.charset or ("us-ascii" if text.isascii() else "utf-8")
        codec = self._charsets.codec(charset) or "ascii"
        octets, missing = encode(text.replace("\n", "\r\n"), codec, self.budget, html=type_ == HTML)
        if missing:
            self.lost.append(f"{missing} characters that are not in {charset}")
        encoding, body = entity.encoded(octets)
        return entity.leaf(fields, type_, {**(keep or {}), "charset": charset}, encoding, body)

    def _other_charset(self, part: Part, label: str) -> bool:
        """The wanted one is another, and the difference shows."""
        wanted = self._form.charset
        if not wanted or label.strip().lower() == wanted.lower():
            return False
        if self._charsets.codec(label) == (codec := self._charsets.codec(wanted)) and codec:
            return False
        return bool(self._charsets.codec(label)) or not entity.data_of(part).isascii()

    def _bounded(self, text: str) -> str:
        self.budget.spend(Work.TEXT, len(text))
        return text
