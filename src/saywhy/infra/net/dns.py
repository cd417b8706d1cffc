"""Questions to the DNS: MX, addresses, TXT, PTR (RFC 1035, RFC 5321 section 5.1, RFC 7505).

A stub resolver on dnspython (which is imported here and by the laboratory's DNS server only): UDP, then TCP when
truncated; several name servers; answers kept for their TTL; equal questions asked once at a time.  Not here:
DNSSEC, search lists, and what an answer means for a message (flow/route).
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.PTR import PTR
from dns.rdtypes.ANY.TXT import TXT

from saywhy.infra.errors import DnsError, DnsProblem
from saywhy.model.address import domain_key, literal_ip
from saywhy.wire.auth.lookups import Answer, Missing, Question

MAX_RECORDS = 64  # of one answer; a hostile zone may hold thousands
MAX_TTL = 86_400.0
MAX_NEGATIVE_TTL = 3600.0  # RFC 2308 section 5 finds one to three hours sensible
TRANSIENT_TTL = 3.0  # a failed question is not repeated at once, but soon
MAX_ASKING = 256  # questions under way: each holds a socket
UDP_PAYLOAD = 1232
TRIES = 3  # how often one name server can be asked within the time-out

_NEGATIVE = (DnsProblem.NXDOMAIN, DnsProblem.NODATA)
_MISSING = {DnsProblem.NXDOMAIN: Missing.NXDOMAIN, DnsProblem.NODATA: Missing.NODATA}

Key = tuple[str, str]  # name, type


@dataclass(frozen=True, slots=True)
class _Answer:
    """`records` as the public methods return them, or the `problem`; `ttl` in seconds."""

    records: tuple[Any, ...] = ()
    problem: DnsProblem | None = None
    ttl: float = TRANSIENT_TTL


class Resolver:
    """`nameservers` empty: those of the system.  `timeout` is seconds for one question in all.

    Every method raises infra.errors.DnsError.  `now` only orders and ages the cache.
    """

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        port: int = 53,
        timeout: float = 5.0,
        *,
        now: Callable[[], float] = time.monotonic,
        cache_size: int = 10_000,
    ) -> None:
        self._stub = _stub(nameservers, port, timeout)
        self._now = now
        self._cache_size = cache_size
        self._cache: OrderedDict[Key, tuple[float, _Answer]] = OrderedDict()
        self._asking: dict[Key, asyncio.Task[_Answer]] = {}
        self._slots = asyncio.Semaphore(MAX_ASKING)

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        """(preference, host) by preference; host is an A-label name without final dot, "" for "." (RFC 7505)."""
        return await self._records(domain, "MX")

    async def addresses(self, name: str) -> list[str]:
        """The IPv4, then the IPv6 addresses of `name`; an address or address literal is its own answer.

        One of the two questions may fail: there are name servers that choke on AAAA.
        """
        literal = _literal(name)
        if literal:
            return [literal]
        key = _key(name, "A")
        answers = self._cached(key), self._cached((key[0], "AAAA"))
        if answers[0] is None or answers[1] is None:
            answers = await asyncio.gather(self._answer(key), self._answer((key[0], "AAAA")))
        found = [address for answer in answers if answer is not None for address in answer.records]
        if not found:
            raise DnsError(key[0], "A", _worst(answer.problem for answer in answers if answer is not None))
        return found

    async def txt(self, name: str) -> list[str]:
        """The TXT records of `name`, the strings of each joined (RFC 7208 section 3.3)."""
        return await self._records(name, "TXT")

    async def look_up(self, question: Question) -> Answer:
        """For the checks of wire/auth; never raises."""
        try:
            found = await self._records(question.name, question.type)
        except DnsError as error:
            return Answer(missing=_MISSING.get(error.problem, Missing.TROUBLE))
        return Answer(tuple(each[1] for each in found) if question.type == "MX" else tuple(found))

    async def _records(self, name: str, rtype: str) -> list[Any]:
        key = _key(name, rtype)
        answer = self._cached(key) or await self._answer(key)
        if answer.problem is not None:
            raise DnsError(*key, answer.problem)
        return list(answer.records)

    def _cached(self, key: Key) -> _Answer | None:
        kept = self._cache.get(key)
        if kept is None or kept[0] <= self._now():
            return None
        self._cache.move_to_end(key)
        return kept[1]

    async def _answer(self, key: Key) -> _Answer:
        """From the cache, or by a question that all who ask the same share; one who gives up stops no other."""
        kept = self._cached(key)
        if kept is not None:
            return kept
        task = self._asking.get(key)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._ask(key))
            self._asking[key] = task
            task.add_done_callback(lambda _task: self._asking.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, key: Key) -> _Answer:
        async with self._slots:
            answer = await _question(self._stub, key)
        self._cache[key] = (self._now() + answer.ttl, answer)
        self._cache.move_to_end(key)
        while len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return answer


def _stub(nameservers: Sequence[str], port: int, timeout: float) -> dns.asyncresolver.Resolver:
    try:
        stub = dns.asyncresolver.Resolver(configure=not nameservers)
    except dns.resolver.NoResolverConfiguration:
        stub = dns.asyncresolver.Resolver(configure=False)
        nameservers = ("127.0.0.1",)  # as resolv.conf(5) has it
    if nameservers:
        stub.nameservers = list(nameservers)
    stub.port = port
    stub.lifetime = timeout
    stub.timeout = timeout / TRIES
    stub.use_edns(0, 0, UDP_PAYLOAD)
    return stub


def _literal(name: str) -> str:
    bracketed = literal_ip(name)
    if bracketed is not None:
        return str(bracketed)
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return ""


def _key(name: str, rtype: str) -> Key:
    """The normal form of a question.  A name that the DNS cannot hold does not exist."""
    try:
        wanted = domain_key(name).removesuffix(".")
        dns.name.from_text(wanted + ".")
    except (ValueError, dns.exception.DNSException):
        wanted = ""
    if not wanted:
        raise DnsError(name, rtype, DnsProblem.NXDOMAIN)
    return wanted, rtype


async def _question(stub: dns.asyncresolver.Resolver, key: Key) -> _Answer:
    """Ask, and map everything that can come back; never raises."""
    name = dns.name.from_text(key[0] + ".")
    try:
        answer = await stub.resolve(name, key[1], raise_on_no_answer=False, search=False)
    except dns.resolver.NXDOMAIN as error:
        response = error.kwargs["responses"][name]
        return _Answer(problem=DnsProblem.NXDOMAIN, ttl=_negative_ttl(response))
    except dns.resolver.NoNameservers as error:
        return _Answer(problem=_refusal(error))
    except dns.exception.Timeout:
        return _Answer(problem=DnsProblem.TIMEOUT)
    except (dns.exception.DNSException, OSError, EOFError):
        return _Answer(problem=DnsProblem.BROKEN)
    if answer.rrset is None:
        return _Answer(problem=DnsProblem.NODATA, ttl=_negative_ttl(answer.response))
    ttl = min(float(answer.chaining_result.minimum_ttl), MAX_TTL)
    return _Answer(_CONVERT[key[1]](answer.rrset), ttl=ttl)


def _negative_ttl(response: Any) -> float:
    """The SOA of the answer says how long; without one it is not to be kept (RFC 2308 section 5)."""
    if not any(rrset.rdtype == dns.rdatatype.SOA for rrset in response.authority):
        return TRANSIENT_TTL
    return min(float(response.resolve_chaining().minimum_ttl), MAX_NEGATIVE_TTL)


def _refusal(error: dns.resolver.NoNameservers) -> DnsProblem:
    """What the name servers said, when none of them gave an answer."""
    said = [str(entry[3]) for entry in error.kwargs["errors"]]
    if "SERVFAIL" in said:
        return DnsProblem.SERVFAIL
    return DnsProblem.REFUSED if "REFUSED" in said else DnsProblem.BROKEN


def _worst(problems: Iterable[DnsProblem | None]) -> DnsProblem:
    """Of two failed questions about one name: what is transient wins, so that no mail bounces for a hiccup."""
    seen = [problem for problem in problems if problem is not None]
    transient = [problem for problem in seen if problem not in _NEGATIVE]
    if transient:
        return transient[0]
    return DnsProblem.NXDOMAIN if DnsProblem.NXDOMAIN in seen else DnsProblem.NODATA


def _mx(rrset: Iterable[dns.rdata.Rdata]) -> tuple[tuple[int, str], ...]:
    found = sorted((rdata.preference, _host(rdata.exchange)) for rdata in cast(Iterable[MX], rrset))
    return tuple(found[:MAX_RECORDS])


def _host(name: dns.name.Name) -> str:
    return "" if name == dns.name.root else name.to_text(omit_final_dot=True).lower()


def _addresses(rrset: Iterable[dns.rdata.Rdata]) -> tuple[str, ...]:
    return tuple(rdata.to_text() for rdata in rrset)[:MAX_RECORDS]


def _txt(rrset: Iterable[dns.rdata.Rdata]) -> tuple[str, ...]:
    texts = (b"".join(rdata.strings).decode("utf-8", "replace") for rdata in cast(Iterable[TXT], rrset))
    return tuple(texts)[:MAX_RECORDS]


def _names(rrset: Iterable[dns.rdata.Rdata]) -> tuple[str, ...]:
    return tuple(_host(rdata.target) for rdata in cast(Iterable[PTR], rrset))[:MAX_RECORDS]


_CONVERT: dict[str, Callable[[Iterable[dns.rdata.Rdata]], tuple[Any, ...]]] = {
    "MX": _mx,
    "A": _addresses,
    "AAAA": _addresses,
    "TXT": _txt,
    "PTR": _names,
}
