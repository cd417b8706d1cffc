"""A self-signed certificate, so that STARTTLS works before anyone has asked a CA for one (RFC 3207, RFC 7435).

EC P-256 (or RSA), ten years.  It encrypts; it proves nothing.  The names are host names (as A-labels) or IP
addresses.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from saywhy.model.address import domain_key

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

VALID_FOR = datetime.timedelta(days=3650)
BACKDATED = datetime.timedelta(days=1)  # for peers whose clocks are slow
MAX_COMMON_NAME = 64  # RFC 5280, ub-common-name


def make_pair(
    names: Sequence[str], now: datetime.datetime | None = None, *, rsa_bits: int = 0
) -> tuple[bytes, bytes]:
    """(certificate, key), both PEM.  ValueError when a name is no host name and no address."""
    if not names:
        raise ValueError("a certificate needs at least one name")
    key: Key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, names, now or datetime.datetime.now(datetime.UTC))
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _certificate(key: Key, names: Sequence[str], now: datetime.datetime) -> x509.Certificate:
    common_name = next((name for name in names if len(name) <= MAX_COMMON_NAME), "mail server")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(domain_key(name))
