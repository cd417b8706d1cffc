"""Entities put together anew: header fields, and a body in pieces, most of them views of the original."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from saywhy.wire import mime
from saywhy.wire.convert.errors import Damaged
from saywhy.wire.header import Field

Piece = bytes | memoryview

MAX_LINE = 998  # octets, RFC 5322 section 2.1.1
_QUOTED_SHARE = 6  # of so many octets one beyond ASCII: above that base64 is shorter and no less readable
_OF_BODY = ("content-type", "content-transfer-encoding", "content-md5", "content-length", "lines")
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/]+")
_TOKEN = re.compile(r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+")


@dataclass(slots=True)
class Entity:
    """Header fields as they are written, and a body, of which most is views of the original."""

    fields: list[Field]
    body: list[Piece]

    def pieces(self) -> list[Piece]:
        head = b"".join(field.name.encode() + b":" + _ended(field.body) for field in self.fields)
        return [head, b"\r\n", *self.body]

    def content_fields(self) -> list[Field]:
        return [field for field in self.fields if _of_content(field)]


def of(part: mime.Part, view: memoryview) -> Entity:
    """A part as it stands; `view` is of the octets that it is a part of."""
    return Entity(part.fields, [view[part.body_start : part.end]])


def _ended(body: bytes) -> bytes:
    return body if body.endswith(b"\n") else body + b"\r\n"


def _of_content(field: Field) -> bool:
    return field.name.lower().startswith("content-")


def kept(part: mime.Part) -> list[Field]:
    """The fields of a part that hold whatever becomes of its body."""
    return [field for field in part.fields if field.name.lower() not in _OF_BODY]


def outer(part: mime.Part) -> list[Field]:
    """The fields of a message that are not about its content."""
    return [field for field in part.fields if not _of_content(field)]


def field(name: str, value: str) -> Field:
    return Field(name, f" {value}\r\n".encode("ascii"))


def content_type(type_: str, parameters: Mapping[str, str]) -> Field:
    """Values that no header can hold are left out."""
    written = [f"{name}={_quoted(value)}" for name, value in parameters.items() if _fits(name, value)]
    return field("Content-Type", ";\r\n ".join([type_, *written]))


def _fits(name: str, value: str) -> bool:
    return bool(_TOKEN.fullmatch(name)) and value.isascii() and value.isprintable() and len(value) < 900


def _quoted(value: str) -> str:
    if _TOKEN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def encoded(octets: bytes) -> tuple[str, bytes]:
    """Text with CRLF lines -> a transfer encoding that every server takes, and the body in it."""
    beyond = len(octets.translate(None, bytes(range(128))))
    if not beyond and b"\0" not in octets and _lines_fit(octets):
        return "7bit", octets
    if beyond * _QUOTED_SHARE > len(octets):
        return "base64", in_base64(octets)
    quoted = binascii.b2a_qp(octets.replace(b"\r\n", b"\n"), istext=True)
    return "quoted-printable", quoted.replace(b"\n", b"\r\n")


def _lines_fit(octets: bytes) -> bool:
    """No line too long, and no CR or LF by itself."""
    lines = octets.split(b"\r\n")
    return max(map(len, lines)) <= MAX_LINE and octets.count(b"\n") == octets.count(b"\r") == len(lines) - 1


def in_base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def leaf(fields: Iterable[Field], type_: str, parameters: Mapping[str, str], encoding: str, body: bytes) -> Entity:
    added = [content_type(type_, parameters), field("Content-Transfer-Encoding", encoding)]
    return Entity([*fields, *added], [body])


def several(subtype: str, entities: Sequence[Entity], fields: Iterable[Field] = ()) -> Entity:
    """A multipart.  The boundary comes of the parts, so that each attempt makes the same message."""
    digest = hashlib.sha256()
    for entity in entities:
        for piece in entity.pieces():
            digest.update(piece)
    boundary = f"=_{digest.hexdigest()[:32]}"
    body: list[Piece] = []
    for entity in entities:
        body += [f"--{boundary}\r\n".encode(), *entity.pieces(), b"\r\n"]
    body.append(f"--{boundary}--\r\n".encode())
    return Entity([*fields, content_type(f"multipart/{subtype}", {"boundary": boundary})], body)


def spliced(part: mime.Part, view: memoryview, made: Mapping[int, Entity | None]) -> list[Piece]:
    """A multipart's body of those parts that `made` has, by their `id`, changed or not; its own lines stay."""
    body: list[Piece] = []
    children = part.parts
    last = part.body_start
    for child in children:
        if id(child) in made:
            start, end = (last, child.start) if body else (part.body_start, children[0].start)
            body.append(view[start:end])
            new = made[id(child)]
            body += new.pieces() if new is not None else [view[child.start : child.end]]
        last = child.end
    body.append(view[last : part.end])
    return body


def data_of(part: mime.Part) -> bytes:
    """A part's octets, its transfer encoding off.  Damaged when they are not all there."""
    encoding = part.get("Content-Transfer-Encoding").strip().lower()
    if encoding == "base64":
        return _from_base64(part.body, part.type)
    if encoding in ("", "7bit", "8bit", "binary", "quoted-printable"):
        return part.data
    raise Damaged(f"{part.type}: no transfer encoding is called {encoding[:40]}")


def _from_base64(body: bytes, type_: str) -> bytes:
    """What is no base64 is passed over (RFC 2045 section 6.8); what ends within a group was cut off."""
    written, _, rest = body.partition(b"=")
    digits = _NO_DIGIT.sub(b"", written)
    missing = -len(digits) % 4
    if missing == 3 or (missing and not 1 <= missing <= 1 + rest.count(b"=")) or _NO_DIGIT.sub(b"", rest):
        raise Damaged(f"{type_}: its base64 is cut off behind {len(digits)} characters")
    return binascii.a2b_base64(digits + b"=" * missing)
