"""How strong a certificate's key is, in bits of RSA."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from saywhy.infra.errors import WeakKeyError
from saywhy.infra.net.keys import check_strength, strength

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
NOW = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)


def certificate(key: Key) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mx.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + datetime.timedelta(days=1))
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize(
    ("key", "bits"),
    [
        (rsa.generate_private_key(65537, 1024), 1024),
        (ec.generate_private_key(ec.SECP256R1()), 3072),
        (ec.generate_private_key(ec.SECP384R1()), 7680),
        (ec.generate_private_key(ec.SECP192R1()), 1024),
        (ed25519.Ed25519PrivateKey.generate(), 3072),
    ],
)
def test_every_kind_of_key_is_counted_in_bits_of_rsa(key: Key, bits: int) -> None:
    der = certificate(key)
    assert strength(der) == bits
    check_strength(der, bits)
    with pytest.raises(WeakKeyError, match=f"has {bits} bits, and {bits + 1} are the least here"):
        check_strength(der, bits + 1)


@pytest.mark.parametrize("der", [None, b"", b"no certificate"])
def test_a_certificate_that_cannot_be_read_is_not_strong_enough(der: bytes | None) -> None:
    with pytest.raises(WeakKeyError, match="cannot be judged"):
        check_strength(der, 1)
