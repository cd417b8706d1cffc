"""winmail.dat in a message -> parts that every mail program can show."""

from __future__ import annotations

import mimetypes

from saywhy.wire import mime
from saywhy.wire.convert import entity, rtf, tnef
from saywhy.wire.convert.budget import Work
from saywhy.wire.convert.entity import Entity
from saywhy.wire.convert.errors import Packed
from saywhy.wire.convert.texts import HTML, PLAIN, Writer
from saywhy.wire.encoded_word import encode
from saywhy.wire.header import Field
from saywhy.wire.mime import Part, parameters

MAX_DEPTH = 5  # messages within messages
TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
FILE_NAME = "winmail.dat"
OCTETS = "application/octet-stream"
_KNOWN = mimetypes.MimeTypes()  # without the lists of this machine


def is_packed(part: Part) -> bool:
    """By its type; by its name only if it begins as one does."""
    if part.type in TYPES:
        return True
    if part.type != OCTETS:
        return False
    names = (parameters(part.get("Content-Disposition")).get("filename", ""), part.parameters.get("name", ""))
    return any(name.lower() == FILE_NAME for name in names) and part.data.startswith(tnef.SIGNATURE)


def read(part: Part, writer: Writer) -> tnef.Tnef:
    """Packed when it is damaged."""
    try:
        return tnef.read(entity.data_of(part), writer.budget)
    except tnef.TnefError as error:
        raise Packed(f"{FILE_NAME}: {error}") from error


def unpacked(part: Part, writer: Writer, *, with_text: bool) -> tuple[Entity, list[str]]:
    """What stands for the part, and the media types in it.  `with_text`: its text is the message's only one."""
    found = read(part, writer)
    parts = _parts(found, writer, with_text=with_text, depth=0)
    writer.done.append(f"{FILE_NAME} to {len(found.files)} files")
    if not parts:
        parts = [writer.entity("", PLAIN, ())]
    types = [_type_of(file) for file in found.files]
    if len(parts) == 1:
        return Entity([*entity.outer(part), *parts[0].fields], parts[0].body), types
    return entity.several("mixed", parts, entity.outer(part)), types


def text_of(found: tnef.Tnef, writer: Writer) -> str:
    """Its text, out of the HTML where it has no other."""
    if found.text.strip():
        return _lines(found.text)
    return writer.from_html(_html(found)) if found.html else ""


def _parts(found: tnef.Tnef, writer: Writer, *, with_text: bool, depth: int) -> list[Entity]:
    bodies = _bodies(found, writer) if with_text else []
    if not with_text and (found.html or found.rtf):
        writer.lost.append(f"the formatting of {FILE_NAME}")
    return bodies + [_file(file, writer, depth) for file in found.files]


def _bodies(found: tnef.Tnef, writer: Writer) -> list[Entity]:
    """The text in the forms in which it is there, the best one last (RFC 2046 section 5.1.4)."""
    forms = [writer.entity(_lines(found.text), PLAIN, ())] if found.text.strip() else []
    if found.html:
        forms.append(writer.entity(_html(found), HTML, ()))
    if forms:
        return [entity.several("alternative", forms)] if len(forms) > 1 else forms
    if not found.rtf:
        return []
    try:
        octets = rtf.unpacked(found.rtf)
    except rtf.RtfError as error:
        raise Packed(f"{FILE_NAME}: its formatted text: {error}") from error
    writer.budget.spend(Work.FORMATTED, len(octets))
    return [_octets("message.rtf", "application/rtf", octets)]


def _html(found: tnef.Tnef) -> str:
    try:
        return _lines(found.html.decode(found.code_page, "replace"))
    except LookupError:
        return _lines(found.html.decode("cp1252", "replace"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _file(file: tnef.File, writer: Writer, depth: int) -> Entity:
    if not file.message or depth >= MAX_DEPTH:
        return _octets(file.name, _type_of(file), file.data, file.id)
    try:
        inner = tnef.read(file.data, writer.budget)
    except tnef.TnefError as error:
        raise Packed(f"{FILE_NAME}: a message in it: {error}") from error
    parts = _parts(inner, writer, with_text=True, depth=depth + 1) or [writer.entity("", PLAIN, ())]
    subject = encode("".join(char for char in inner.subject if char.isprintable())[:500])
    fields = [Field("Subject", f" {subject}\r\n".encode()), entity.field("MIME-Version", "1.0")]
    whole = entity.several("mixed", parts, fields)
    described = entity.field("Content-Description", "a message within winmail.dat")
    return Entity([described, entity.content_type("message/rfc822", {})], whole.pieces())


def _octets(name: str, type_: str, octets: bytes, id_: str = "") -> Entity:
    shown = "".join(char if char.isprintable() and char not in '/\\"' else "_" for char in name)[:200] or "file"
    fields = [_disposition(shown)]
    if id_ and id_.isascii() and id_.isprintable() and not set(id_) & set(" <>") and len(id_) < 200:
        fields.append(entity.field("Content-ID", f"<{id_}>"))
    return entity.leaf(fields, type_, {}, "base64", entity.in_base64(octets))


def _disposition(name: str) -> Field:
    """RFC 2231 where the name is beyond ASCII."""
    if name.isascii():
        return entity.field("Content-Disposition", f'attachment;\r\n filename="{name}"')
    octets = name.encode("utf-8", "replace")
    written = "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else f"%{octet:02X}" for octet in octets)
    return entity.field("Content-Disposition", f"attachment;\r\n filename*=utf-8''{written}")


def _type_of(file: tnef.File) -> str:
    if file.message:
        return "message/rfc822"
    guessed = file.type or _KNOWN.guess_type(file.name)[0] or OCTETS
    known = mime.media_type(guessed)
    return known if known and not known.startswith(("multipart/", "message/")) else OCTETS
