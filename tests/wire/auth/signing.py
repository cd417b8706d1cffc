"""Messages signed with keys made here: a signer written from RFC 6376, apart from the code under test."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

MESSAGE = (
    b"Received: from pc7 by mx.dest.test; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    b"From: Ann <ann@dest.test>\r\n"
    b"To: bob@partner.example\r\n"
    b"Subject:  A   folded\r\n\tsubject \r\n"
    b"\r\n"
    b"At ten,  in the  \tgarden. \r\n\r\nAnn\r\n\r\n\r\n"
)
PEM = serialization.Encoding.PEM


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ed25519_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def record(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, tags: str = "") -> str:
    """The TXT record of a key."""
    if isinstance(key, rsa.RSAPrivateKey):
        kind, encoding, form = "rsa", serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    else:
        kind, encoding, form = "ed25519", serialization.Encoding.Raw, serialization.PublicFormat.Raw
    octets = key.public_key().public_bytes(encoding, form)
    return f"v=DKIM1; k={kind}; {tags}p={base64.b64encode(octets).decode()}"


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())


def signed(
    message: bytes,
    key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
    *,
    names: tuple[str, ...] = ("From", "To", "Subject"),
    tags: str = "",
    domain: str = "dest.test",
    body: bytes | None = None,
) -> bytes:
    """`message` under a relaxed/relaxed signature; each of `names` must be there once.  `body`: to be hashed."""
    header, _, rest = message.partition(b"\r\n\r\n")
    digest = base64.b64encode(hashlib.sha256(_relaxed_body(rest) if body is None else body).digest()).decode()
    kind = "rsa" if isinstance(key, rsa.RSAPrivateKey) else "ed25519"
    field = (
        f"DKIM-Signature: v=1; a={kind}-sha256; c=relaxed/relaxed; d={domain}; s=one;{tags}\r\n"
        f" h={':'.join(names)}; bh={digest};\r\n b="
    )
    fields = dict(_relaxed(each) for each in re.split(rb"\r\n(?![ \t])", header))
    lines = [name.lower().encode() + b":" + fields[name.lower().encode()] + b"\r\n" for name in names]
    own_name, own = _relaxed(field.encode())
    octets = b"".join(lines) + own_name + b":" + own
    if isinstance(key, rsa.RSAPrivateKey):
        proof = key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
    else:
        proof = key.sign(hashlib.sha256(octets).digest())
    return f"{field}{base64.b64encode(proof).decode()}\r\n".encode() + message


def _relaxed(field: bytes) -> tuple[bytes, bytes]:
    name, _, body = field.partition(b":")
    return name.strip().lower(), b" ".join(body.split())


def _relaxed_body(body: bytes) -> bytes:
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
