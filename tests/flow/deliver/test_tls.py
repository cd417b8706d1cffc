"""TLS as a send connector or a policy of the domain demands it, against servers with certificates of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.flow.deliver.tls import TlsPolicy
from saywhy.flow.stages import Host
from saywhy.infra.net.tls import Proof
from saywhy.lab.script import Script, TlsMode
from saywhy.model.organisation import TlsAuthLevel
from saywhy.model.outcome import Deferred
from saywhy.model.queued import NextHop
from tests.flow.deliver.internet import Internet, failure_line, internet
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

GOOD = Script()


def trusted(net: Internet, folder: Path, *names: str, number: int = 1) -> str:
    """A file with the host's own certificate, which is for `names`."""
    host = net.world.hosts[f"mx{number}.dest.test"]
    if names:
        host.certified = names
    host.tls_context()
    path = folder / f"{number}.pem"
    path.write_bytes(host.certificate)
    return str(path)


async def test_a_certificate_that_nobody_vouches_for_makes_the_mail_wait(tmp_path: Path) -> None:
    async with internet(GOOD) as net:
        net.set(tls_auth_level=TlsAuthLevel.CERTIFICATE)
        (outcome,) = await net.send()
        assert net.messages(1) == 0
    assert isinstance(outcome, Deferred)
    assert outcome.failure.line() == (
        "454 4.7.5 SMTPSEND.TLS.CertificateInvalid; the certificate of the next server is not valid for this route"
    )
    assert outcome.failure.cause == "tls-failed"
    assert "certificate is not acceptable" in outcome.failure.evidence.tls


async def test_certificate_validation_asks_for_the_chain_and_not_for_the_name(tmp_path: Path) -> None:
    async with internet(GOOD) as net:
        file = trusted(net, tmp_path, "another.example")
        net.set(tls_auth_level=TlsAuthLevel.CERTIFICATE, tls_authorities=file)
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"


@pytest.mark.parametrize(
    ("names", "tls_domain", "good"),
    [
        (("dest.test",), "", True),
        (("mx1.dest.test",), "", False),  # what the MX record says proves nothing
        (("*.dest.test",), "", False),
        (("*.dest.test",), "mail.dest.test", True),
        (("*.dest.test",), "a.b.dest.test", False),
        (("partner.example", "other.example"), "Partner.Example", True),
    ],
)
async def test_domain_validation_asks_for_the_name(
    tmp_path: Path, names: tuple[str, ...], tls_domain: str, good: bool
) -> None:
    async with internet(GOOD) as net:
        file = trusted(net, tmp_path, *names)
        net.set(tls_auth_level=TlsAuthLevel.DOMAIN, tls_authorities=file, tls_domain=tls_domain)
        (outcome,) = await net.send()
        if good:
            assert failure_line(outcome) == "Relayed mx1.dest.test"
            return
        assert isinstance(outcome, Deferred)
        assert f"the certificate is for {names[0]}, not for" in outcome.failure.evidence.tls
        assert net.messages(1) == 0


async def test_a_smart_host_is_known_by_its_own_name(tmp_path: Path) -> None:
    async with internet(GOOD) as net:
        file = trusted(net, tmp_path)
        net.set(tls_auth_level=TlsAuthLevel.DOMAIN, tls_authorities=file, smart_hosts=("mx1.dest.test",))
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"


async def test_a_host_with_a_bad_certificate_leaves_the_mail_to_the_next(tmp_path: Path) -> None:
    async with internet(GOOD, GOOD) as net:
        file = trusted(net, tmp_path, "dest.test", number=2)
        net.set(tls_auth_level=TlsAuthLevel.DOMAIN, tls_authorities=file)
        assert failure_line((await net.send())[0]) == "Relayed mx2.dest.test"


async def test_authorities_that_cannot_be_read_make_the_mail_wait() -> None:
    async with internet(GOOD) as net:
        net.set(tls_auth_level=TlsAuthLevel.CERTIFICATE, tls_authorities="/nowhere/ca.pem")
        (outcome,) = await net.send()
    assert isinstance(outcome, Deferred)
    assert "/nowhere/ca.pem cannot be used" in outcome.failure.evidence.tls


async def test_a_validated_level_never_goes_in_clear() -> None:
    async with internet(Script(tls=TlsMode.NONE)) as net:
        net.set(tls_auth_level=TlsAuthLevel.CERTIFICATE)
        (outcome,) = await net.send()
        assert net.messages(1) == 0
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == "tls-not-offered"


# -- what a domain demands by itself --


class Demands:
    def __init__(self, policy: TlsPolicy | None) -> None:
        self.policy = policy
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, hop: NextHop, host: Host) -> TlsPolicy | None:
        self.asked.append((hop.domain, host.name))
        return self.policy


@pytest.mark.parametrize(("source", "cause"), [("mta-sts", "sts-policy-failed"), ("dane", "dane-failed")])
async def test_a_policy_of_the_domain_wins_and_is_named_as_the_cause(source: str, cause: str) -> None:
    async with internet(GOOD) as net:
        demands = Demands(TlsPolicy("must", Proof(names=("mx1.dest.test",)), source))
        net.deliver._tls_policy = demands
        (outcome,) = await net.send()
        assert demands.asked == [("dest.test", "mx1.dest.test")]
    assert isinstance(outcome, Deferred)
    assert (str(outcome.failure.status), outcome.failure.cause) == ("4.7.5", cause)


async def test_without_a_policy_of_the_domain_the_connectors_holds_and_sessions_are_told_apart(
    tmp_path: Path,
) -> None:
    async with internet(GOOD) as net:
        demands = Demands(None)
        net.deliver._tls_policy = demands
        await net.send()
        demands.policy = TlsPolicy("must", Proof(trusted(net, tmp_path), ("mx1.dest.test",)), "mta-sts")
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"
        await net.send()
        assert len(net.sessions(1)) == 2


# -- the strength of the certificate's key --

WEAK = Script(tls=TlsMode.WEAK)


@pytest.mark.parametrize(("script", "good"), [(WEAK, False), (GOOD, True)])
async def test_a_key_below_the_least_that_the_connector_asks_for_makes_the_mail_wait(
    script: Script, good: bool
) -> None:
    async with internet(script) as net:
        net.set(require_tls=True, min_key_bits=2048)
        (outcome,) = await net.send()
        if good:
            assert failure_line(outcome) == "Relayed mx1.dest.test"
            return
        assert net.messages(1) == 0
    assert isinstance(outcome, Deferred)
    assert outcome.failure.line() == (
        "454 4.7.6 SMTPSEND.TLS.WeakCertificate; the certificate of the next server has too weak a key"
    )
    assert (outcome.failure.evidence.observed, outcome.failure.evidence.limit) == (1024, 2048)


async def test_any_key_is_better_than_none_where_tls_is_not_demanded_or_no_least_is_set() -> None:
    async with internet(WEAK) as net:
        net.set(min_key_bits=2048)
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"
        net.set(min_key_bits=0, require_tls=True)
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"
        assert all(message.tls for message in net.world.hosts["mx1.dest.test"].messages)


async def test_openssl_refuses_a_weak_key_where_certificates_are_checked(tmp_path: Path) -> None:
    async with internet(WEAK) as net:
        net.set(tls_auth_level=TlsAuthLevel.CERTIFICATE, tls_authorities=trusted(net, tmp_path))
        (outcome,) = await net.send()
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == "tls-certificate-weak"
    assert "too weak" in outcome.failure.evidence.tls
