from __future__ import annotations

import asyncio
import datetime
import os
import ssl
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from saywhy.infra.errors import TlsError
from saywhy.infra.net.selfsigned import make_pair
from saywhy.infra.net.tls import CertificateNotice, CertificateState, ServerTls, client_context, describe


class Files:
    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "tls" / "certificate.pem"
        self.key = folder / "tls" / "key.pem"
        self.notices: list[CertificateNotice] = []

    def server(self, *names: str) -> ServerTls:
        return ServerTls(self.certificate, self.key, names or ("mx.example",), notify=self.notices.append)

    def put(self, certificate: bytes, key: bytes) -> None:
        """Replace both files, as a renewal does: other inodes, whatever the clock's granularity."""
        for path, content in ((self.certificate, certificate), (self.key, key)):
            path.parent.mkdir(exist_ok=True)
            draft = path.with_suffix(".new")
            draft.write_bytes(content)
            draft.replace(path)

    @property
    def states(self) -> list[CertificateState]:
        return [notice.state for notice in self.notices]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """A handshake in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname=name)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        done = [_advance(side.do_handshake) for side in (here, there)]
        if all(done):
            return here, there
    raise AssertionError("the handshake does not end")


def _advance(step: Callable[[], None]) -> bool:
    try:
        step()
    except ssl.SSLWantReadError:
        return False
    return True


def test_the_first_start_makes_a_pair_that_only_its_owner_can_read(files: Files) -> None:
    files.server("mx.worcester.example", "bücher.example", "192.0.2.25")
    assert stat.S_IMODE(files.key.stat().st_mode) == 0o600
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["mx.worcester.example", "xn--bcher-kva.example"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.25"]
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"
    assert certificate.not_valid_after_utc > datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3000)
    assert files.states == [CertificateState.MADE, CertificateState.LOADED]
    assert sorted(path.name for path in files.key.parent.iterdir()) == ["certificate.pem", "key.pem"]


def test_a_second_start_keeps_the_pair(files: Files) -> None:
    files.server()
    before = files.certificate.read_bytes(), files.key.read_bytes()
    files.server()
    assert (files.certificate.read_bytes(), files.key.read_bytes()) == before


def test_a_name_longer_than_a_common_name_may_be_is_certified_all_the_same() -> None:
    name = ".".join(["label-of-twenty-chars"] * 5) + ".example"
    certificate, _ = make_pair([name])
    names = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == [name]


def test_half_a_pair_is_said_and_nothing_is_overwritten(files: Files) -> None:
    files.server()
    files.certificate.unlink()
    before = files.key.read_bytes()
    with pytest.raises(TlsError, match="one of the two is missing"):
        files.server()
    assert files.key.read_bytes() == before
    assert not files.certificate.exists()


def test_a_folder_that_cannot_be_made_is_a_tls_error(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file where the folder should be")
    with pytest.raises(TlsError, match="could be made"):
        Files(tmp_path).server()


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_key_without_read_permission_is_explained(files: Files) -> None:
    files.server()
    files.key.chmod(0)
    with pytest.raises(TlsError, match="right to read"):
        files.server()


def test_a_key_with_a_passphrase_is_refused_without_asking_the_terminal(files: Files) -> None:
    certificate, key = make_pair(["mx.example"])
    locked = serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"open sesame"),
    )
    files.put(certificate, locked)
    with pytest.raises(TlsError, match="passphrase"):
        files.server()


def test_opportunistic_tls_takes_a_self_signed_certificate(files: Files) -> None:
    here, there = shake_hands(files.server().context(), client_context(False), "anything.example")
    assert describe(here) == describe(there)
    assert describe(here).startswith("TLSv1.3 TLS_")


def test_verification_takes_the_right_name_only(files: Files) -> None:
    server = files.server("mx.example").context()
    trusting = client_context(True, str(files.certificate))
    shake_hands(server, trusting, "mx.example")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(server, trusting, "mx.other.example")


def test_verification_refuses_a_certificate_of_unknown_issue(files: Files) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(files.server("mx.example").context(), client_context(True), "mx.example")


def test_unreadable_authorities_are_a_tls_error(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match="CA certificates"):
        client_context(True, str(tmp_path / "missing.pem"))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.*is deprecated:DeprecationWarning")
def test_nothing_below_tls_1_2_is_spoken(files: Files) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        shake_hands(files.server().context(), old, "mx.example")
    assert client_context(False).minimum_version is ssl.TLSVersion.TLSv1_2


def test_no_session_means_no_words() -> None:
    assert describe(None) == ""


def serial(files: Files, server: ServerTls) -> int:
    here, _ = shake_hands(server.context(), client_context(False), "mx.example")
    der = here.getpeercert(binary_form=True)
    assert der is not None
    return x509.load_der_x509_certificate(der).serial_number


def test_a_changed_certificate_serves_the_next_handshake(files: Files) -> None:
    server = files.server()
    first = serial(files, server)
    assert serial(files, server) == first
    files.put(*make_pair(["mx.example"]))
    assert serial(files, server) != first
    assert files.states[-1] is CertificateState.REREAD
    assert server.problem == ""


async def test_a_session_outlives_the_certificate_that_it_began_with(files: Files) -> None:
    server = files.server()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    listener = await asyncio.start_server(echo, "127.0.0.1", 0, ssl=server.context())
    port = listener.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=client_context(False))
    writer.write(b"before\n")
    assert await reader.readline() == b"before\n"
    files.put(*make_pair(["mx.example"]))
    server.context()
    assert files.states[-1] is CertificateState.REREAD
    writer.write(b"after\n")
    assert await reader.readline() == b"after\n"
    writer.close()
    await writer.wait_closed()
    listener.close()
    await listener.wait_closed()


def test_a_broken_new_file_keeps_the_old_certificate_and_is_said_once(files: Files) -> None:
    server = files.server()
    first = serial(files, server)
    files.put(b"-----BEGIN nonsense", files.key.read_bytes())
    assert serial(files, server) == first
    assert serial(files, server) == first
    assert files.states.count(CertificateState.BROKEN) == 1
    assert "stays in force" in files.notices[-1].text
    assert "not PEM" in server.problem


def test_a_half_replaced_pair_waits_for_its_other_half(files: Files) -> None:
    server = files.server()
    first = serial(files, server)
    certificate, key = make_pair(["mx.example"])
    files.put(certificate, files.key.read_bytes())
    assert serial(files, server) == first
    assert "another certificate" in server.problem
    files.put(certificate, key)
    assert serial(files, server) != first
    assert server.problem == ""
    assert files.states[-2:] == [CertificateState.BROKEN, CertificateState.REREAD]


def test_a_certificate_that_vanishes_keeps_serving(files: Files) -> None:
    server = files.server()
    first = serial(files, server)
    files.certificate.unlink()
    assert serial(files, server) == first
    assert "missing" in server.problem
