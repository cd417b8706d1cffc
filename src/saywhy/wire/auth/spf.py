"""SPF: may this client send for this domain? (RFC 7208)

The limits of section 4.6.4 hold: 10 terms that ask the DNS, 10 hosts of an MX, 10 names of a PTR, 2 answers that
have nothing.  Explanations (`exp=`) are not fetched.
"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass

from saywhy.wire.auth import spf_record
from saywhy.wire.auth.lookups import Answer, Asking, Missing, Question
from saywhy.wire.auth.spf_macro import Address, Facts, Template, expand
from saywhy.wire.auth.spf_record import Mechanism, Record, SpfSyntax

MAX_LOOKUPS = 10
MAX_HOSTS = 10  # of one MX or PTR answer
MAX_VOID = 2


class Spf(enum.Enum):
    """Section 2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True)
class SpfVerdict:
    """`domain` is whose record was asked for: the reverse-path's, or HELO's where that is null (section 2.4)."""

    result: Spf
    domain: str
    helo: bool = False
    why: str = ""  # what is wrong with the record or the look-up
    exists: bool = True  # False: the DNS says that there is no such domain


_QUALIFIERS = {"+": Spf.PASS, "-": Spf.FAIL, "~": Spf.SOFTFAIL, "?": Spf.NEUTRAL}


class _End(Exception):
    def __init__(self, result: Spf, why: str) -> None:
        super().__init__(why)
        self.result = result


def check(client_ip: str, helo: str, local: str, domain: str) -> Asking[SpfVerdict]:
    """`local` and `domain` of the reverse-path; both empty where it is null.  `helo` as the client said it."""
    ip = ipaddress.ip_address(client_ip.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    named = domain or helo
    facts = Facts(mapped or ip, local or "postmaster", named, helo)
    evaluation = _Evaluation(facts)
    try:
        result = yield from evaluation.host(named)
    except _End as end:
        return SpfVerdict(end.result, named, not domain, str(end))
    return SpfVerdict(result, named, not domain, exists=evaluation.exists)


class _Evaluation:
    """One check_host() with all that it includes (section 4)."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._family = "A" if facts.ip.version == 4 else "AAAA"
        self._lookups = 0
        self._voids = 0
        self._name: str | None = None  # %{p}
        self.exists = True

    def host(self, domain: str) -> Asking[Spf]:
        record = yield from self._record(domain)
        if record is None:
            return Spf.NONE
        for mechanism in record.mechanisms:
            if (yield from self._matches(mechanism, domain)):
                return _QUALIFIERS[mechanism.qualifier]
        if record.redirect is None:
            return Spf.NEUTRAL
        self._count()
        target = yield from self._target(record.redirect, domain)
        result = yield from self.host(target)
        if result is Spf.NONE:
            raise _End(Spf.PERMERROR, f"redirect to {target[:100]}, which has no record")
        return result

    def _record(self, domain: str) -> Asking[Record | None]:
        if not _is_name(domain):
            return None
        answer = yield Question(domain, "TXT")
        if answer.missing is Missing.TROUBLE:
            raise _End(Spf.TEMPERROR, f"no answer for the record of {domain}")
        if answer.missing is Missing.NXDOMAIN and not self._lookups:
            self.exists = False
        found = [text for text in answer.records if spf_record.is_record(text)]
        if len(found) > 1:
            raise _End(Spf.PERMERROR, f"{domain} has {len(found)} records")
        try:
            return spf_record.parse(found[0]) if found else None
        except SpfSyntax as error:
            raise _End(Spf.PERMERROR, f"the record of {domain}: {error}") from None

    def _matches(self, mechanism: Mechanism, domain: str) -> Asking[bool]:
        if mechanism.name == "all":
            return True
        if mechanism.network is not None:
            return self._facts.ip in mechanism.network
        self._count()
        target = domain
        if mechanism.domain is not None:
            target = yield from self._target(mechanism.domain, domain)
        match mechanism.name:
            case "include":
                return (yield from self._include(target))
            case "a":
                return (yield from self._at(target, mechanism))
            case "mx":
                return (yield from self._mx(target, mechanism))
            case "exists":
                return not (yield from self._ask(target, "A")).void
            case _:
                return (yield from self._ptr(target))

    def _include(self, target: str) -> Asking[bool]:
        result = yield from self.host(target)
        if result is Spf.NONE:
            raise _End(Spf.PERMERROR, f"include of {target[:100]}, which has no record")
        return result is Spf.PASS

    def _at(self, name: str, mechanism: Mechanism) -> Asking[bool]:
        answer = yield from self._ask(name, self._family)
        return any(self._covers(record, mechanism) for record in answer.records)

    def _mx(self, target: str, mechanism: Mechanism) -> Asking[bool]:
        answer = yield from self._ask(target, "MX")
        if len(answer.records) > MAX_HOSTS:
            raise _End(Spf.PERMERROR, f"{target} has more than {MAX_HOSTS} MX hosts")
        for host in answer.records:
            if host and (yield from self._at(host, mechanism)):
                return True
        return False

    def _covers(self, record: str, mechanism: Mechanism) -> bool:
        prefix = mechanism.prefix4 if self._facts.ip.version == 4 else mechanism.prefix6
        try:
            return self._facts.ip in ipaddress.ip_network(f"{record}/{prefix}", strict=False)
        except ValueError:
            return False

    def _ptr(self, target: str) -> Asking[bool]:
        """A failing look-up is no match here, and no error (section 5.5)."""
        wanted = target.lower()
        return bool((yield from self._validated(wanted)))

    def _validated(self, wanted: str) -> Asking[list[str]]:
        """The client's own names, looked up in both directions; only those within `wanted`, when that is given."""
        answer = yield Question(self._facts.ip.reverse_pointer, "PTR")
        self._void(answer)
        found = []
        for name in answer.records[:MAX_HOSTS]:
            if wanted and not _within(name, wanted):
                continue
            addresses = yield Question(name, self._family)
            if any(_same(record, self._facts.ip) for record in addresses.records):
                found.append(name.lower())
        return found

    def _target(self, wanted: Template, domain: str) -> Asking[str]:
        name = "unknown"
        if wanted.needs_name:
            if self._name is None:
                self._name = _best((yield from self._validated("")), domain.lower())
            name = self._name
        return expand(wanted, self._facts, domain, name)

    def _ask(self, name: str, rtype: str) -> Asking[Answer]:
        answer = yield Question(name, rtype)
        if answer.missing is Missing.TROUBLE:
            raise _End(Spf.TEMPERROR, f"no answer for {rtype} {name}")
        self._void(answer)
        return answer

    def _void(self, answer: Answer) -> None:
        self._voids += answer.void
        if self._voids > MAX_VOID:
            raise _End(Spf.PERMERROR, f"more than {MAX_VOID} look-ups found nothing")

    def _count(self) -> None:
        self._lookups += 1
        if self._lookups > MAX_LOOKUPS:
            raise _End(Spf.PERMERROR, f"more than {MAX_LOOKUPS} look-ups")


def _best(names: list[str], domain: str) -> str:
    """%{p}: the domain itself, else a name within it, else any (section 7.3)."""
    if domain in names:
        return domain
    return next((name for name in names if _within(name, domain)), names[0] if names else "unknown")


def _within(name: str, domain: str) -> bool:
    name = name.lower()
    return name == domain or name.endswith(f".{domain}")


def _same(record: str, ip: Address) -> bool:
    try:
        return ipaddress.ip_address(record) == ip
    except ValueError:
        return False


def _is_name(domain: str) -> bool:
    """Several labels of a sensible length (section 4.3): not an address literal, not `localhost`."""
    labels = domain.removesuffix(".").split(".")
    return len(labels) > 1 and len(domain) <= 253 and all(0 < len(label) <= 63 for label in labels)
