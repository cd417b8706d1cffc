"""How strong the key in a certificate is, in bits of RSA, so that one limit serves all kinds of key.

The equivalents are those of NIST SP 800-57 part 1, table 2: a curve of 224 bits is as strong as RSA of 2048.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from saywhy.infra.errors import WeakKeyError

_CURVES = ((512, 15360), (384, 7680), (256, 3072), (224, 2048), (160, 1024))  # bits of a curve, and of RSA
_EDWARDS = 3072  # Ed25519; Ed448 is stronger


def strength(certificate: bytes) -> int:
    """Of a DER certificate; ValueError when it cannot be read, 0 when its kind of key is not known."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except UnsupportedAlgorithm:
        return 0
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return next((rsa_bits for bits, rsa_bits in _CURVES if key.key_size >= bits), 0)
    return _EDWARDS


def check_strength(certificate: bytes | None, least: int) -> None:
    """WeakKeyError unless the certificate's key is worth `least` bits of RSA."""
    try:
        found = strength(certificate or b"")
    except ValueError as error:
        raise WeakKeyError(f"the certificate's key cannot be judged: {error}", -1, least) from None
    if found < least:
        words = f"the certificate's key has {found} bits, and {least} are the least here"
        raise WeakKeyError(words, found, least)
