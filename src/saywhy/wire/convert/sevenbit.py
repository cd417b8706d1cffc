"""A message of 8-bit octets for a server that takes 7-bit ones only (RFC 6152 section 3, RFC 2045 section 6).

Each part keeps its type and its text; its transfer encoding becomes another.  Left out: header fields beyond
ASCII, which no transfer encoding helps (RFC 6532).
"""

from __future__ import annotations

from saywhy.wire import mime
from saywhy.wire.convert import entity
from saywhy.wire.convert.entity import Entity
from saywhy.wire.header import Field
from saywhy.wire.mime import MESSAGE_TYPES, Part

_ENCODINGS = frozenset({"", "7bit", "8bit", "binary"})
_SIGNED = ("dkim-signature", "arc-seal", "domainkey-signature")


class _Stays(Exception):
    """It cannot be converted without breaking what is signed, or what is broken already."""


def seven_bit(content: bytes) -> bytes | None:
    """None where the message stays as it is: signed (RFC 1847, RFC 6376), broken, or beyond the bounds."""
    root = mime.read(content, mime.Bounds(octets=max(1, len(content))))
    if any(root.get(name) for name in _SIGNED):
        return None
    try:
        made = _entity(root, memoryview(content))
    except _Stays:
        return None
    if made is None or root.cut:
        return None
    if not root.get("MIME-Version"):
        made.fields.append(entity.field("MIME-Version", "1.0"))
    return b"".join(made.pieces())


def _entity(part: Part, view: memoryview) -> Entity | None:
    """None for a part of 7-bit octets."""
    if part.body.isascii():
        return None
    if part.get("Content-Transfer-Encoding").strip().lower() not in _ENCODINGS:
        raise _Stays  # its octets are not what it says
    if part.type in ("multipart/signed", "multipart/encrypted"):
        raise _Stays
    if part.parts:
        made = {id(each): _entity(each, view) for each in part.parts}
        if part.type not in MESSAGE_TYPES:
            return Entity(_without_encoding(part), entity.spliced(part, view, made))
        [inner] = made.values()
        return Entity(_without_encoding(part), inner.pieces()) if inner is not None else None
    return _leaf(part)


def _leaf(part: Part) -> Entity:
    fields = _without_encoding(part)
    if not part.get("Content-Type"):  # RFC 1428: what it is, only its writer knew
        fields.append(entity.content_type("text/plain", {"charset": "unknown-8bit"}))
    if part.type.startswith("text/"):
        encoding, body = entity.encoded(part.body)
    else:
        encoding, body = "base64", entity.in_base64(part.body)
    return Entity([*fields, entity.field("Content-Transfer-Encoding", encoding)], [body])


def _without_encoding(part: Part) -> list[Field]:
    return [field for field in part.fields if field.name.lower() != "content-transfer-encoding"]
