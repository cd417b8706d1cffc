"""DKIM: do the signatures of a message still fit? (RFC 6376 section 6, RFC 8301, RFC 8463)

The arithmetic of keys is handed in (`Verify`), as the DNS answers are.  At most MAX_SIGNATURES are looked at, in
the order of the message.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
from dataclasses import dataclass
from typing import Protocol

from saywhy.wire.auth import canonical, dkim_signature
from saywhy.wire.auth.canonical import Content
from saywhy.wire.auth.dkim_signature import Key, Signature, SignatureError
from saywhy.wire.auth.lookups import Asking, Missing, Question

MAX_SIGNATURES = 5
MIN_RSA = 1024  # bits: what is shorter proves nothing (RFC 8301 section 3.2)
MAX_RSA = 4096  # what is longer is not tried


class Dkim(enum.Enum):
    """RFC 8601 section 2.7.1."""

    NONE = "none"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    POLICY = "policy"
    NEUTRAL = "neutral"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Check(enum.Enum):
    """What the arithmetic says."""

    RIGHT = "right"
    WRONG = "wrong"
    NO_KEY = "not a key"
    KEY_SIZE = "the key's size is not accepted"


class Verify(Protocol):
    """`digest` is the SHA-256 of what was signed; RSA by PKCS #1 1.5, Ed25519 over the digest (RFC 8463)."""

    def __call__(self, key: Key, digest: bytes, signed: bytes) -> Check: ...


@dataclass(frozen=True, slots=True)
class DkimVerdict:
    """Of one signature.  `broken`: the message is not what was signed any more."""

    result: Dkim
    domain: str = ""
    selector: str = ""
    why: str = ""
    broken: bool = False
    body_hash: bool = False  # it is the body that changed


def check(content: Content, verify: Verify, now: float) -> Asking[tuple[DkimVerdict, ...]]:
    """One verdict for each signature, none where there is none; `now` in epoch seconds."""
    verdicts: tuple[DkimVerdict, ...] = ()
    for field in content.named("dkim-signature")[:MAX_SIGNATURES]:
        verdicts = (*verdicts, (yield from _check(content, field, verify, now)))
    return verdicts


def _check(content: Content, field: bytes, verify: Verify, now: float) -> Asking[DkimVerdict]:
    try:
        claim = dkim_signature.signature(field)
    except SignatureError as error:
        return DkimVerdict(Dkim.NEUTRAL, why=str(error))
    if claim.expires and now > claim.expires:
        return _verdict(claim, Dkim.POLICY, "the signature has expired")
    answer = yield Question(claim.key_name, "TXT")
    if answer.missing is Missing.TROUBLE:
        return _verdict(claim, Dkim.TEMPERROR, "no answer for the key")
    if answer.missing is not None:
        return _verdict(claim, Dkim.PERMERROR, "there is no key")
    try:
        key = dkim_signature.key(answer.records[0], claim.algorithm)
    except SignatureError as error:
        return _verdict(claim, Dkim.PERMERROR, str(error))
    if key.strict and claim.identity != claim.domain:
        return _verdict(claim, Dkim.PERMERROR, "the key is for its very domain only")
    return _softened(_judged(content, claim, key, verify), key)


def _softened(verdict: DkimVerdict, key: Key) -> DkimVerdict:
    """A key under test makes a message neither better nor worse than one without signature (section 3.6.1)."""
    if not key.testing or verdict.result is Dkim.PASS:
        return verdict
    return DkimVerdict(Dkim.NEUTRAL, verdict.domain, verdict.selector, f"{verdict.why} (a key under test)")


def _judged(content: Content, claim: Signature, key: Key, verify: Verify) -> DkimVerdict:
    body = content.relaxed_body if claim.relaxed_body else content.simple_body
    if claim.length > len(body):
        return _verdict(claim, Dkim.FAIL, "the body is shorter than what was signed", broken=True, body=True)
    signed = body if claim.length < 0 else memoryview(body)[: claim.length]
    if not hmac.compare_digest(hashlib.sha256(signed).digest(), claim.body_hash):
        return _verdict(claim, Dkim.FAIL, "the body has changed", broken=True, body=True)
    found = verify(key, hashlib.sha256(_header(content, claim)).digest(), claim.signed)
    match found:
        case Check.RIGHT if 0 <= claim.length < len(body):
            return _verdict(claim, Dkim.POLICY, "not all of the body is signed")
        case Check.RIGHT:
            return _verdict(claim, Dkim.PASS)
        case Check.WRONG:
            return _verdict(claim, Dkim.FAIL, "the header has changed", broken=True)
        case Check.KEY_SIZE:
            return _verdict(claim, Dkim.POLICY, found.value)
        case Check.NO_KEY:
            return _verdict(claim, Dkim.PERMERROR, found.value)


def _header(content: Content, claim: Signature) -> bytes:
    """The fields that h= names, the last of a name first, then the signature itself (section 5.4.2, 3.7)."""
    left: dict[str, int] = {}
    parts: list[bytes] = []
    for name in claim.names:
        fields = content.named(name)
        number = left.get(name, len(fields))
        if number > 0:
            parts.append(_form(fields[number - 1], claim))
        left[name] = number - 1
    itself = _form(dkim_signature.unsigned(claim.field), claim)
    return b"".join((*parts, itself.removesuffix(b"\n").removesuffix(b"\r")))


def _form(field: bytes, claim: Signature) -> bytes:
    return canonical.relaxed(field) if claim.relaxed_header else field


def _verdict(
    claim: Signature, result: Dkim, why: str = "", *, broken: bool = False, body: bool = False
) -> DkimVerdict:
    return DkimVerdict(result, claim.domain, claim.selector, why, broken, body)
