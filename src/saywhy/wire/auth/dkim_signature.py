"""A DKIM-Signature field and the key record that goes with it, as written (RFC 6376 sections 3.5, 3.6.1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from saywhy.wire.auth.tags import TagError, listed, parse, squeezed

MAX_SIGNATURE = 16 * 1024  # octets of a field
MAX_KEY = 8 * 1024  # characters of a record
MAX_NAMES = 400  # header fields that a signature names
ALGORITHMS = ("rsa-sha256", "ed25519-sha256")  # RFC 8301 section 3.1, RFC 8463; rsa-sha1 proves nothing any more

_DOMAIN = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})){0,126}")
_NUMBER = re.compile(r"[0-9]{1,76}")


class SignatureError(ValueError):
    """No signature or key that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Signature:
    """`field` as in the message.  `length` -1: all of the body.  `expires` epoch seconds, 0: never."""

    field: bytes
    algorithm: str
    domain: str
    selector: str
    names: tuple[str, ...]  # lower case, in order
    signed: bytes  # b=
    body_hash: bytes
    relaxed_header: bool
    relaxed_body: bool
    length: int
    expires: int
    identity: str  # the domain of i=

    @property
    def key_name(self) -> str:
        return f"{self.selector}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True)
class Key:
    """`kind` rsa or ed25519.  `strict`: i= must be the very domain (t=s); `testing`: t=y."""

    kind: str
    octets: bytes
    strict: bool
    testing: bool


def signature(field: bytes) -> Signature:
    """A DKIM-Signature field -> what it claims; SignatureError."""
    if len(field) > MAX_SIGNATURE:
        raise SignatureError("the field is too long")
    tags = _tags(field.partition(b":")[2].decode("latin-1"))
    missing = [name for name in ("v", "a", "b", "bh", "d", "h", "s") if not tags.get(name)]
    if missing:
        raise SignatureError(f"{missing[0]}= is missing")
    if tags["v"] != "1":
        raise SignatureError("v= is not 1")
    algorithm = tags["a"].lower()
    if algorithm not in ALGORITHMS:
        raise SignatureError(f"a={algorithm[:30]} proves nothing")
    domain, selector = tags["d"].lower(), tags["s"].lower()
    if _DOMAIN.fullmatch(domain) is None or _DOMAIN.fullmatch(selector) is None:
        raise SignatureError("d= or s= is no name")
    identity = tags.get("i", f"@{domain}").rpartition("@")[2].lower()
    if identity != domain and not identity.endswith(f".{domain}"):
        raise SignatureError("i= is not within d=")
    if "q" in tags and "dns/txt" not in listed(tags["q"]):
        raise SignatureError("q= knows no way to the key")
    header, _, body = tags.get("c", "simple/simple").lower().partition("/")
    body = body or "simple"
    if not {header, body} <= {"simple", "relaxed"}:
        raise SignatureError("c= is unknown")
    return Signature(
        field,
        algorithm,
        domain,
        selector,
        _names(tags["h"]),
        _base64(tags["b"]),
        _base64(tags["bh"]),
        header == "relaxed",
        body == "relaxed",
        _number(tags, "l", -1),
        _number(tags, "x", 0),
        identity,
    )


def key(record: str, algorithm: str) -> Key:
    """A key record -> the key for `algorithm`; SignatureError."""
    if len(record) > MAX_KEY:
        raise SignatureError("the key record is too long")
    tags = _tags(record)
    if tags.get("v", "DKIM1") != "DKIM1":
        raise SignatureError("the key record is of another version")
    kind, _, digest = algorithm.partition("-")
    if "p" not in tags:
        raise SignatureError("the key record has no key")
    if not tags["p"]:
        raise SignatureError("the key is revoked")
    if tags.get("k", "rsa").lower() != kind:
        raise SignatureError("the key is of another kind")
    if "h" in tags and digest not in listed(tags["h"]):
        raise SignatureError("the key is not for this hash")
    if not {"*", "email"} & set(listed(tags.get("s", "*"))):
        raise SignatureError("the key is not for mail")
    flags = listed(tags.get("t", ""))
    return Key(kind, _base64(tags["p"]), "s" in flags, "y" in flags)


def unsigned(field: bytes) -> bytes:
    """The field with the value of its b= and the space around it taken out (section 3.7)."""
    parts = field.split(b";")
    for at, part in enumerate(parts):
        name, equals, _ = part.rpartition(b":")[2].partition(b"=") if at == 0 else part.partition(b"=")
        if equals and name.strip() == b"b":
            parts[at] = part[: part.index(equals) + 1]
    return b";".join(parts)


def _names(value: str) -> tuple[str, ...]:
    names = tuple(listed(value))
    if len(names) > MAX_NAMES:
        raise SignatureError("h= names too many fields")
    if "from" not in names:
        raise SignatureError("h= does not name From")
    return names


def _tags(text: str) -> Mapping[str, str]:
    try:
        return parse(text)
    except TagError as error:
        raise SignatureError(str(error)) from None


def _base64(value: str) -> bytes:
    try:
        return base64.b64decode(squeezed(value), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureError("a value is no base64") from None


def _number(tags: Mapping[str, str], name: str, absent: int) -> int:
    if name not in tags:
        return absent
    if _NUMBER.fullmatch(tags[name]) is None:
        raise SignatureError(f"{name}= is no number")
    return int(tags[name])
