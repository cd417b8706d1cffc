"""Who a message is from: the checks of wire/auth asked of the DNS, and what comes of them (spec F2, B8).

For clients that may not relay.  What has to be refused at MAIL is asked there, everything else when the message is
complete; each look-up has an end, and what has no answer by then is no verdict.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from saywhy.flow.receive import refusals
from saywhy.flow.receive.asking import Names
from saywhy.flow.receive.services import Services
from saywhy.infra.net.dkim_keys import verify
from saywhy.model.address import Address, domain_key
from saywhy.model.envelope import ReversePath
from saywhy.model.failure import Failure
from saywhy.model.organisation import ReceiveConnector, SenderCheck
from saywhy.wire import addresses
from saywhy.wire.auth import dkim, dmarc, iprev, results, spf
from saywhy.wire.auth.canonical import Content
from saywhy.wire.auth.dkim import Dkim, DkimVerdict
from saywhy.wire.auth.dmarc import Dmarc, DmarcVerdict, Organizational, Policy, Proofs
from saywhy.wire.auth.iprev import Iprev, IprevVerdict
from saywhy.wire.auth.lookups import Answer, Asking, Question
from saywhy.wire.auth.results import Result
from saywhy.wire.auth.spf import Spf, SpfVerdict
from saywhy.wire.header import unfolded

TIMEOUT = 20.0  # seconds for all of one check (RFC 7208 section 4.6.4 asks for no less)
LARGE = 256 * 1024  # octets; a larger message is hashed in a thread
MAX_AUTHORS = 4  # domains of From fields that are looked at; the strictest answer counts (RFC 7489 section 6.6.1)
MAX_FROM = 4096  # octets read of a From field

T = TypeVar("T")


def wanted(connector: ReceiveConnector) -> bool:
    """Whether anything is asked about who a message is from."""
    off = SenderCheck.OFF
    return not (connector.spf is connector.dkim is connector.dmarc is connector.reverse_dns is off)


def refuses_early(connector: ReceiveConnector) -> bool:
    """Whether something is refused at MAIL."""
    return connector.spf is SenderCheck.REFUSE or connector.reverse_dns is SenderCheck.REFUSE


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found; None where it was not asked."""

    ip: str
    spf: SpfVerdict | None = None
    dkim: tuple[DkimVerdict, ...] | None = None
    dmarc: DmarcVerdict | None = None
    iprev: IprevVerdict | None = None
    reverse_path: ReversePath = ReversePath.UNKNOWN

    @property
    def line(self) -> str:
        """`spf=pass dkim=fail dmarc=none`; of several signatures, the best."""
        words = [f"{each.method}={each.result}" for each in self._results() if each.method != "dkim"]
        if self.dkim is not None:
            words.append(f"dkim={_best(self.dkim).value}")
        return " ".join(sorted(words))

    def marked(self, content: bytes, hostname: str) -> bytes:
        """The message with our Authentication-Results field, and without others that claim to be ours."""
        return results.field(hostname, self._results()) + results.without(content, hostname)

    def _results(self) -> list[Result]:
        out = []
        if self.spf is not None:
            kind = "smtp.helo" if self.spf.helo else "smtp.mailfrom"
            out.append(Result("spf", self.spf.result.value, ((kind, self.spf.domain),), self.spf.why))
        for each in self.dkim or ():
            properties = ("header.d", each.domain), ("header.s", each.selector)
            out.append(Result("dkim", each.result.value, properties, each.why))
        if self.dkim == ():
            out.append(Result("dkim", Dkim.NONE.value))
        if self.dmarc is not None:
            asked = f"p={self.dmarc.policy.value}" if self.dmarc.result is Dmarc.FAIL else self.dmarc.why
            out.append(Result("dmarc", self.dmarc.result.value, (("header.from", self.dmarc.domain),), asked))
        if self.iprev is not None:
            out.append(Result("iprev", self.iprev.result.value, (("policy.iprev", self.ip),)))
        return out


def refusal(connector: ReceiveConnector, found: Proof) -> Failure | None:
    """Why a complete message is refused, or None."""
    refuse = SenderCheck.REFUSE
    if connector.dkim is refuse and found.dkim:
        best = _best(found.dkim)
        broken = next((each for each in found.dkim if each.broken), None)
        if broken is not None and best is Dkim.FAIL:
            return refusals.signature_broken(connector.name, broken.domain, broken.why)
        if best in (Dkim.POLICY, Dkim.PERMERROR):
            first = next(each for each in found.dkim if each.result is best)
            return refusals.signature_unverified(connector.name, first.domain, first.why)
    verdict = found.dmarc
    if connector.dmarc is refuse and verdict is not None and verdict.asked is Policy.REJECT:
        return refusals.dmarc_failed(connector.name, verdict.domain, found.line)
    return None


class Prover:
    """One connection's; what was asked at MAIL is not asked again at the end of the message."""

    def __init__(self, services: Services, connector: ReceiveConnector) -> None:
        self._services = services
        self._connector = connector
        self._known: tuple[tuple[str, Address | None], SpfVerdict] | None = None
        self._named: IprevVerdict | None = None

    async def early(self, ip: str, helo: str, sender: Address | None) -> Failure | None:
        """Why MAIL is refused, or None."""
        connector = self._connector
        if connector.reverse_dns is SenderCheck.REFUSE:
            found = await self._iprev(ip)
            if found.result in (Iprev.FAIL, Iprev.PERMERROR):
                return refusals.no_reverse_name(connector.name, ip, found.name)
        if connector.spf is SenderCheck.REFUSE:
            verdict = await self._spf(ip, helo, sender)
            if verdict.result is Spf.FAIL:
                return refusals.spf_failed(connector.name, verdict.domain, ip)
        return None

    async def whole(self, ip: str, helo: str, sender: Address | None, octets: bytes) -> Proof:
        """What there is to find out when the message is complete."""
        connector, off = self._connector, SenderCheck.OFF
        every = connector.dmarc is not off  # it rests on both
        content = Content(octets)
        about_path, signatures, name = await asyncio.gather(
            self._spf(ip, helo, sender) if every or connector.spf is not off else _nothing(),
            self._dkim(content) if every or connector.dkim is not off else _nothing(),
            self._iprev(ip) if connector.reverse_dns is not off else _nothing(),
        )
        organizational = await self._services.suffixes() if every else None
        passed = [each.domain for each in signatures or () if each.result is Dkim.PASS]
        verdict = None
        if organizational is not None and about_path is not None and signatures is not None:
            verdict = await self._dmarc(content, about_path, signatures, passed, organizational)
        path = ReversePath.UNKNOWN
        if sender is not None and about_path is not None:
            path = await self._path(sender.domain_key, about_path, passed, organizational)
        return Proof(ip, about_path, signatures, verdict, name, path)

    async def _spf(self, ip: str, helo: str, sender: Address | None) -> SpfVerdict:
        if self._known is not None and self._known[0] == (helo, sender):
            return self._known[1]
        local, domain = ("", "") if sender is None else (sender.local, sender.domain_key)
        asking = spf.check(ip, helo, local, domain)
        late = SpfVerdict(Spf.TEMPERROR, domain or helo, sender is None, "no answer in time")
        verdict = await _run(self._services.names, asking, late)
        self._known = (helo, sender), verdict
        return verdict

    async def _iprev(self, ip: str) -> IprevVerdict:
        if self._named is None:
            self._named = await _run(self._services.names, iprev.check(ip), IprevVerdict(Iprev.TEMPERROR))
        return self._named

    async def _dkim(self, content: Content) -> tuple[DkimVerdict, ...]:
        late = (DkimVerdict(Dkim.TEMPERROR, why="no answer in time"),)
        asking = dkim.check(content, verify, self._services.clock.now())
        return await _run(self._services.names, asking, late, large=len(content.octets) > LARGE)

    async def _dmarc(
        self,
        content: Content,
        about_path: SpfVerdict,
        signatures: Sequence[DkimVerdict],
        passed: Sequence[str],
        organizational: Organizational,
    ) -> DmarcVerdict:
        unsure = about_path.result is Spf.TEMPERROR or any(each.result is Dkim.TEMPERROR for each in signatures)
        proofs = Proofs(about_path.domain if about_path.result is Spf.PASS else "", passed, unsure)
        found = []
        for domain in _authors(content):
            late = DmarcVerdict(Dmarc.TEMPERROR, domain, why="no answer in time")
            asking = dmarc.check(domain, proofs, organizational, random.random())
            found.append(await _run(self._services.names, asking, late))
        return max(found, key=_severity, default=DmarcVerdict(Dmarc.PERMERROR, why="no domain in From"))

    async def _path(
        self, domain: str, about_path: SpfVerdict, passed: Sequence[str], organizational: Organizational | None
    ) -> ReversePath:
        """Errata 63 and 64: SPF fail and no aligned signature; a domain that is not, or takes no mail."""
        if about_path.result is Spf.PASS or any(_same(each, domain, organizational) for each in passed):
            return ReversePath.VERIFIED
        if about_path.result is Spf.FAIL:
            return ReversePath.FORGED
        if not about_path.exists:
            return ReversePath.NOWHERE
        answer = await self._services.names.look_up(Question(domain, "MX"))
        return ReversePath.NOWHERE if answer.records == ("",) else ReversePath.UNVERIFIED


async def _nothing() -> None:
    return None


async def _run(names: Names, asking: Asking[T], late: T, *, large: bool = False) -> T:
    """Answer a check's questions; `late` when they take too long."""
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _answered(names, asking, large)
    except TimeoutError:
        return late


async def _answered(names: Names, asking: Asking[T], large: bool) -> T:
    answer: Answer | None = None
    while True:
        step = partial(_step, asking, answer)
        found = await asyncio.to_thread(step) if large else step()
        if not isinstance(found, Question):
            return found[0]
        answer = await names.look_up(found)


def _step(asking: Asking[T], answer: Answer | None) -> Question | tuple[T]:
    """The next question, or the verdict in a tuple of one."""
    try:
        return next(asking) if answer is None else asking.send(answer)
    except StopIteration as end:
        return (end.value,)


def _authors(content: Content) -> list[str]:
    """The domains of all From fields, each once."""
    found: dict[str, None] = {}
    for each in content.named("from"):
        for author in addresses.addresses(unfolded(each.partition(b":")[2][:MAX_FROM])):
            if isinstance(author, Address) and not author.is_literal:
                found.setdefault(domain_key(author.domain))
    return list(found)[:MAX_AUTHORS]


def _severity(verdict: DmarcVerdict) -> tuple[bool, int]:
    return verdict.result is Dmarc.FAIL, list(Policy).index(verdict.asked)


def _same(one: str, other: str, organizational: Organizational | None) -> bool:
    """Of one organisation; where the list is not installed, one is within the other."""
    if organizational is not None:
        return dmarc.aligned(one, other, organizational)
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


_RANKS = (
    Dkim.NONE, Dkim.NEUTRAL, Dkim.PERMERROR, Dkim.POLICY, Dkim.FAIL, Dkim.TEMPERROR, Dkim.PASS,
)  # fmt: skip


def _best(verdicts: Sequence[DkimVerdict]) -> Dkim:
    """What counts of several signatures: one that passes, else one that may yet pass, else the worst."""
    return max((each.result for each in verdicts), key=_RANKS.index, default=Dkim.NONE)
