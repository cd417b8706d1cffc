"""The arithmetic of DKIM's keys: RSA (PKCS #1 1.5) and Ed25519 over SHA-256, by `cryptography`."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, utils

from saywhy.wire.auth.dkim import MAX_RSA, MIN_RSA, Check
from saywhy.wire.auth.dkim_signature import Key

ED25519_OCTETS = 32


def verify(key: Key, digest: bytes, signed: bytes) -> Check:
    """wire.auth.dkim.Verify."""
    try:
        if key.kind == "ed25519":
            if len(key.octets) != ED25519_OCTETS:
                return Check.KEY_SIZE
            ed25519.Ed25519PublicKey.from_public_bytes(key.octets).verify(signed, digest)
            return Check.RIGHT
        return _rsa(key, digest, signed)
    except InvalidSignature:
        return Check.WRONG
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return Check.NO_KEY


def _rsa(key: Key, digest: bytes, signed: bytes) -> Check:
    public = serialization.load_der_public_key(key.octets)
    if not isinstance(public, rsa.RSAPublicKey):
        return Check.NO_KEY
    if not MIN_RSA <= public.key_size <= MAX_RSA:
        return Check.KEY_SIZE
    public.verify(signed, digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    return Check.RIGHT
