"""The way in: a message, the form that is demanded -> the message in that form, and what had to be done for it.

Parts that nobody demands anything of are copied octet for octet.  What is signed, encrypted or a report stays
whole (RFC 1847 section 2.1, RFC 6522): only who can read nothing but one plain text gets the text out of it.
Attachments keep their octets.  Left out: encoded words in the header, RFC 2231, uuencode, `format=flowed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from saywhy.model.form import ContentType, Form
from saywhy.wire import mime
from saywhy.wire.convert import entity, packed, texts
from saywhy.wire.convert.charsets import ALL, Charsets
from saywhy.wire.convert.entity import Entity
from saywhy.wire.convert.errors import Damaged, Prohibited, TooMuch, WrongMedia
from saywhy.wire.convert.plain import Gatherer
from saywhy.wire.convert.texts import HTML, PLAIN
from saywhy.wire.header import Field
from saywhy.wire.mime import Part

MAX_DEPTH = 30  # parts within parts (spec 5.6.0 a)
MAX_PARTS = 1000
MAX_FIELDS = 100_000
MAX_FACTS = 20  # of one message that are told

_WHOLE = frozenset({"multipart/signed", "multipart/encrypted", "multipart/report"})
_WANTED = {ContentType.TEXT: (PLAIN, HTML), ContentType.HTML: (HTML, PLAIN)}  # and what it replaces


@dataclass(frozen=True, slots=True)
class Converted:
    """`done` is what was converted: with nothing done, `content` is the original.  `lost` could not be kept."""

    content: bytes
    done: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def convert(content: bytes, form: Form, charsets: Charsets = ALL) -> Converted:
    """CannotConvert says why not."""
    root = mime.read(content, mime.Bounds(max(1, len(content)), MAX_DEPTH, MAX_PARTS, MAX_FIELDS))
    writer = texts.Writer(form, charsets)
    made = Gatherer(root, writer).message() if form.plain else _Walk(root, form, writer).entity(root)
    if root.cut:
        raise _beyond(root)
    if made is None:
        return Converted(content)
    _permitted(root, writer)
    if not root.get("MIME-Version"):
        made.fields.append(entity.field("MIME-Version", "1.0"))
    whole = b"".join(made.pieces())
    return Converted(whole if whole.endswith(b"\n") else whole + b"\r\n", _few(writer.done), _few(writer.lost))


def _permitted(root: Part, writer: texts.Writer) -> None:
    """Prohibited where the message's own header says so (RFC 2156)."""
    lost = _few(writer.lost)
    for field, applies in (("Conversion", True), ("Conversion-With-Loss", bool(lost))):
        if applies and root.get(field).strip().lower() == "prohibited":
            raise Prohibited(field, lost if field != "Conversion" else ())


def _few(facts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(facts))[:MAX_FACTS]


def _beyond(root: Part) -> Damaged | TooMuch:
    parts = sum(1 for _ in root.walk())
    if parts >= MAX_PARTS:
        return TooMuch("parts", parts, MAX_PARTS)
    return Damaged(f"its parts are nested more than {MAX_DEPTH} deep")


class _Walk:
    """Through the parts of one message."""

    def __init__(self, root: Part, form: Form, writer: texts.Writer) -> None:
        self._root = root
        self._view = memoryview(root.content)
        self._form = form
        self._writer = writer
        self._kinds: dict[int, str] = {}

    def entity(self, part: Part, *, alone: bool = True) -> Entity | None:
        """What becomes of a part; None when it stays.  `alone`: no other text stands beside it."""
        if part.type in _WHOLE:
            for type_ in _leaves(part):
                self._take(type_)
            return None
        if part.type.startswith("multipart/"):
            return self._multipart(part, alone=alone)
        if not self._form.tnef and packed.is_packed(part):
            made, files = packed.unpacked(part, self._writer, with_text=alone)
            for type_ in files:
                self._take(type_)
            return made
        return self._leaf(part)

    def _leaf(self, part: Part) -> Entity | None:
        if not texts.is_body(part):
            self._take(part.type)
            return None
        target = self._target(part.type)
        self._take(target)
        return self._writer.text(part, target)

    def _multipart(self, part: Part, *, alone: bool) -> Entity | None:
        children = self._children(part)
        stay = self._chosen(part, children)
        if len(stay) < len(children):
            left = {self._kind(each) or each.type for each in children} - {
                self._kind(each) or each.type for each in stay
            }
            self._writer.done.append(f"{', '.join(sorted(left)) or 'an alternative'} left out")
        beside = any(self._kind(each) for each in stay)
        made = [self.entity(each, alone=alone and not beside) for each in stay]
        if part.type == "multipart/alternative" and len(stay) == 1:
            inner = made[0] or entity.of(stay[0], self._view)
            return Entity([*entity.outer(part), *inner.content_fields()], inner.body)
        if len(stay) == len(children) and not any(made):
            return None
        replaced = dict(zip(map(id, stay), made, strict=True))
        return Entity(self._fields(part, made), entity.spliced(part, self._view, replaced))

    def _children(self, part: Part) -> Sequence[Part]:
        if not part.parts:
            raise _beyond(self._root) if self._root.cut else Damaged(f"{part.type}: no part of it is to be found")
        return part.parts

    def _chosen(self, part: Part, children: Sequence[Part]) -> list[Part]:
        """Of alternatives those that are wanted, if any is; of other parts all."""
        stay = list(children)
        if part.type != "multipart/alternative":
            return stay
        wanted, replaced = _WANTED.get(self._form.content, ("", ""))
        if any(self._kind(each) == wanted for each in stay):
            stay = [each for each in stay if self._kind(each) in ("", wanted) or self._kind(each) != replaced]
        if not self._form.media:
            return stay
        taken = [each for each in stay if all(map(self._covers, _leaves(each)))]
        readable = [each for each in stay if all(self._covers(self._target(type_)) for type_ in _leaves(each))]
        return taken or readable or stay

    def _fields(self, part: Part, made: Sequence[Entity | None]) -> list[Field]:
        """HTML with its pictures is related; a plain text and pictures are just several parts."""
        boundary = part.parameters.get("boundary", "")
        first = made[0]
        if part.type != "multipart/related" or first is None or not boundary.isascii():
            return list(part.fields)
        if not any(field.body.lower().lstrip().startswith(b"text/plain") for field in first.content_fields()):
            return list(part.fields)
        return [*entity.kept(part), entity.content_type("multipart/mixed", {"boundary": boundary})]

    def _kind(self, part: Part) -> str:
        """`text/plain` or `text/html` for what is mainly that; empty for anything else.

        Remembered: each multipart around a part asks for it again.
        """
        known = self._kinds.get(id(part))
        if known is None:
            known = self._kinds[id(part)] = self._found_kind(part)
        return known

    def _found_kind(self, part: Part) -> str:
        if part.type == "multipart/alternative":
            kinds = set(map(self._kind, part.parts))
            return HTML if HTML in kinds else PLAIN if PLAIN in kinds else ""
        if part.type.startswith("multipart/") and part.type not in _WHOLE:
            return self._kind(part.parts[0]) if part.parts else ""
        return part.type if texts.is_body(part) else ""

    # -- media types --

    def _target(self, type_: str) -> str:
        """The type in which a text is wanted."""
        wanted, replaced = _WANTED.get(self._form.content, ("", ""))
        target = wanted if type_ == replaced else type_
        other = {PLAIN: HTML, HTML: PLAIN}.get(target, "")
        return other if other and not self._covers(target) and self._covers(other) else target

    def _covers(self, type_: str) -> bool:
        media = self._form.media
        return not media or any(each in ("*/*", type_) or each == f"{type_.partition('/')[0]}/*" for each in media)

    def _take(self, type_: str) -> None:
        if not self._covers(type_):
            raise WrongMedia(type_)


def _leaves(part: Part) -> list[str]:
    """The media types in it."""
    return [each.type for each in part.walk() if not each.type.startswith("multipart/")]
