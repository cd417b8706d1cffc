"""A message as one plain text, for who can read nothing else; what is left out is named at its end."""

from __future__ import annotations

from saywhy.wire.convert import entity, packed, texts
from saywhy.wire.convert.entity import Entity
from saywhy.wire.convert.errors import NoText
from saywhy.wire.convert.texts import HTML, PLAIN, Writer
from saywhy.wire.mime import Part, parameters

MAX_NAMED = 50  # parts left out that are named
MAX_NAME = 80  # characters


class Gatherer:
    """The texts of one message.  A signature is lost with the form that it was made for."""

    def __init__(self, root: Part, writer: Writer) -> None:
        self._root = root
        self._writer = writer
        self._texts: list[str] = []
        self._left: list[str] = []
        self._types: list[str] = []

    def message(self) -> Entity | None:
        """None when it is such a text already.  NoText, Damaged, NoCodec."""
        root = self._root
        if root.type == PLAIN and texts.is_body(root):
            return self._writer.text(root, PLAIN)
        self._gather(root)
        if not self._texts:
            raise NoText(", ".join(dict.fromkeys(self._types))[:200] or root.type)
        self._writer.done.append(f"{root.type} to one text/plain")
        whole = "\n".join([*self._texts, *self._left_out()])
        return self._writer.entity(whole, PLAIN, entity.outer(root))

    def _left_out(self) -> list[str]:
        if not self._left:
            return []
        self._writer.lost.append(f"{len(self._left)} parts that are no text")
        more = [f"and {len(self._left) - MAX_NAMED} more"] if len(self._left) > MAX_NAMED else []
        return [f"[Not text, left out: {each}]" for each in [*self._left[:MAX_NAMED], *more]] + [""]

    def _gather(self, part: Part) -> None:
        match part.type:
            case "multipart/signed":
                self._writer.lost.append("the signature")
                self._first(part)
            case "multipart/alternative":
                self._alternative(part)
            case "multipart/related" | "multipart/report":
                self._first(part)
                for other in part.parts[1:]:
                    self._leave(other)
            case "multipart/encrypted":
                self._leave(part)
            case type_ if type_.startswith("multipart/"):
                for each in part.parts:
                    self._gather(each)
            case _:
                self._leaf(part)

    def _first(self, part: Part) -> None:
        for each in part.parts[:1]:
            self._gather(each)

    def _alternative(self, part: Part) -> None:
        """The plain text if there is one; else the last that has any, which is the richest (RFC 2046 5.1.4)."""
        for each in part.parts:
            if each.type == PLAIN and texts.is_body(each):
                self._gather(each)
                return
        before = len(self._texts)
        for each in reversed(part.parts):
            self._gather(each)
            if len(self._texts) > before:
                return

    def _leaf(self, part: Part) -> None:
        if texts.is_body(part):
            text = self._writer.read(part)
            text = self._writer.from_html(text) if part.type == HTML else text
            self._texts.append(text if text.endswith("\n") else text + "\n")
        elif packed.is_packed(part):
            found = packed.read(part, self._writer)
            if not self._texts and (text := packed.text_of(found, self._writer)):
                self._texts.append(text)
            self._left += [_shown(file.name, file.type, len(file.data)) for file in found.files]
        else:
            self._leave(part)

    def _leave(self, part: Part) -> None:
        name = parameters(part.get("Content-Disposition")).get("filename", "") or part.parameters.get("name", "")
        self._types.append(part.type)
        self._left.append(_shown(name, part.type, part.end - part.body_start))


def _shown(name: str, type_: str, octets: int) -> str:
    readable = "".join(char for char in name if char.isprintable())[:MAX_NAME]
    return f"{readable or 'a part'} ({type_ or 'unknown'}, {octets} octets)"
