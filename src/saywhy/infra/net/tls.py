"""TLS for both sides of SMTP: the server's certificate, the client's contexts, and what a session uses.

RFC 3207 (STARTTLS), RFC 7435 (opportunistic), RFC 8996 (nothing below TLS 1.2).  The server's certificate follows
its files: each handshake is given the pair on disk, sessions keep theirs, and a broken replacement leaves the old
one in force.  Not here: which session may or must use TLS (flow), DANE and MTA-STS.
"""

from __future__ import annotations

import enum
import os
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from saywhy.infra.errors import CertificateError, TlsError

MINIMUM = ssl.TLSVersion.TLSv1_2


class CertificateState(enum.Enum):
    """What happened to the server's certificate."""

    MADE = "made"  # self-signed, at the first start
    LOADED = "loaded"
    REREAD = "reread"  # the files had changed
    BROKEN = "broken"  # the files had changed but cannot be used: the old pair stays in force


@dataclass(frozen=True, slots=True)
class CertificateNotice:
    """Something that the operator should know about the certificate; `text` says what, why and what to do."""

    state: CertificateState
    text: str


class ServerTls:
    """The server's certificate.  TlsError when there is none that can be used at the start.

    `certificate` is a PEM chain, `key` its PEM key without passphrase; when neither exists, a self-signed pair
    for `names` is made.  `notify` is told what happens, once for each change of the files.
    """

    def __init__(
        self,
        certificate: Path,
        key: Path,
        names: Sequence[str],
        *,
        notify: Callable[[CertificateNotice], None] = lambda _notice: None,
    ) -> None:
        self._certificate = certificate
        self._key = key
        self._notify = notify
        self._problem = ""
        if self._fingerprint() == (None, None):
            self._make(names)
        self._seen = self._fingerprint()
        self._context = self._load()
        notify(CertificateNotice(CertificateState.LOADED, f"certificate {certificate} is in force"))

    def context(self) -> ssl.SSLContext:
        """The context for the next handshake; looks first whether the files have changed."""
        fingerprint = self._fingerprint()
        if fingerprint != self._seen:
            self._seen = fingerprint
            self._reread()
        return self._context

    @property
    def problem(self) -> str:
        """Why the files as they are now cannot be used; empty when they are in force."""
        return self._problem

    def _reread(self) -> None:
        try:
            self._context = self._load()
        except TlsError as error:
            self._problem = str(error)
            text = f"{error}; the certificate read before stays in force"
            self._notify(CertificateNotice(CertificateState.BROKEN, text))
        else:
            self._problem = ""
            text = f"certificate {self._certificate} had changed and is in force"
            self._notify(CertificateNotice(CertificateState.REREAD, text))

    def _fingerprint(self) -> tuple[object, ...]:
        return _stamp(self._certificate), _stamp(self._key)

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = MINIMUM
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
        try:
            context.load_cert_chain(self._certificate, self._key, password=_no_passphrase)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            raise TlsError(self._why(error)) from None
        return context

    def _why(self, error: Exception) -> str:
        pair = f"certificate {self._certificate} with key {self._key}"
        if None in self._fingerprint():
            return (
                f"{pair} cannot be used: one of the two is missing; put it there, or remove both: a pair is made"
            )
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            return f"{pair} cannot be used: the key belongs to another certificate; replace both"
        if isinstance(error, ssl.SSLError):
            return f"{pair} cannot be used: not PEM, or not what it should be ({error.reason or error})"
        if isinstance(error, OSError):
            return f"{pair} cannot be read: {error.strerror}; give the server's user the right to read both"
        return f"{pair} cannot be used: {error}"

    def _make(self, names: Sequence[str]) -> None:
        from saywhy.infra.net.selfsigned import make_pair  # 50 ms that only a first start needs

        try:
            certificate, key = make_pair(names)
            _create(self._key, key, 0o600)
            _create(self._certificate, certificate, 0o644)
        except (OSError, ValueError) as error:
            raise TlsError(f"no self-signed certificate {self._certificate} could be made: {error}") from None
        text = f"made a self-signed certificate {self._certificate} for {', '.join(names)}; replace it by your own"
        self._notify(CertificateNotice(CertificateState.MADE, text))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _no_passphrase() -> str:
    """Called when the key is encrypted, where OpenSSL would ask the terminal."""
    raise ValueError("the key has a passphrase; store it without one")


def _create(path: Path, content: bytes, mode: int) -> None:
    """A new file, durable before it has its name; never over an existing one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@lru_cache(maxsize=16)
def client_context(verify: bool, authorities: str = "") -> ssl.SSLContext:
    """For outbound handshakes; shared, not to be changed.

    `verify` False: opportunistic, any certificate will do.  True: chain and host name are checked, against the
    system's CAs or those in the PEM file `authorities`; TlsError when that cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = MINIMUM
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    _load_authorities(context, authorities)
    return context


def _load_authorities(context: ssl.SSLContext, authorities: str) -> None:
    try:
        if authorities:
            context.load_verify_locations(authorities)
        else:
            context.load_default_certs()
    except OSError as error:
        raise TlsError(f"the CA certificates in {authorities} cannot be used: {error}") from None


@dataclass(frozen=True, slots=True)
class Proof:
    """What a server's certificate must show: a valid chain, and one of `names` where there are any.

    The chain ends at a certificate in the PEM file `authorities`; empty: at one of the system's CAs.  `chain`
    False: any certificate will do, but for its key, which is worth `key_bits` of RSA at least (0: not asked).
    """

    authorities: str = ""
    names: tuple[str, ...] = ()
    chain: bool = True
    key_bits: int = 0

    def context(self) -> ssl.SSLContext:
        return proving_context(self.authorities) if self.chain else client_context(False)


@lru_cache(maxsize=64)
def proving_context(authorities: str) -> ssl.SSLContext:
    """As `client_context(True, authorities)`, with the names left to `check_names`; shared, not to be changed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = MINIMUM
    context.check_hostname = False  # SNI is the host's name, the certificate may be for another
    _load_authorities(context, authorities)
    return context


def check(ssl_object: ssl.SSLObject | ssl.SSLSocket, proof: Proof) -> None:
    """What the handshake itself has not shown; CertificateError."""
    if proof.names:
        check_names(ssl_object, proof.names)
    if proof.key_bits:
        from saywhy.infra.net.keys import check_strength  # a library that few servers need

        check_strength(ssl_object.getpeercert(binary_form=True), proof.key_bits)


def check_names(ssl_object: ssl.SSLObject | ssl.SSLSocket, names: Sequence[str]) -> None:
    """CertificateError unless the certificate, verified already, is for one of `names` (RFC 9525 section 6.3)."""
    certificate = ssl_object.getpeercert() or {}
    held = [(str(entry[0]), str(entry[1])) for entry in certificate.get("subjectAltName", ())]
    if not any(_is_for(kind, value, name) for name in names for kind, value in held):
        shown = ", ".join(value for _, value in held[:5]) or "nobody"
        raise CertificateError(f"the certificate is for {shown}, not for {' or '.join(names)}")


def _is_for(kind: str, held: str, name: str) -> bool:
    """A wildcard stands for one whole label, the first."""
    if kind == "IP Address":
        return held.lower() == name.lower()
    if kind != "DNS":
        return False
    held, name = held.lower().rstrip("."), name.lower().rstrip(".")
    if held.startswith("*."):
        first, _, rest = name.partition(".")
        return bool(first) and rest == held[2:]
    return held == name


def describe(ssl_object: ssl.SSLObject | ssl.SSLSocket | None) -> str:
    """`TLSv1.3 TLS_AES_256_GCM_SHA384`; empty without TLS."""
    if ssl_object is None:
        return ""
    cipher = ssl_object.cipher()
    return f"{ssl_object.version()} {cipher[0]}" if cipher else ""
