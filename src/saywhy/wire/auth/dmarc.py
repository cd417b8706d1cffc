"""DMARC: is the domain in the From field proved, and what does it ask for otherwise? (RFC 7489)

Which part of a name is an organisation's is handed in (`Organizational`: the public suffix list).  Leaves out:
reports to the domain's owner (rua, ruf, fo, ri).
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from saywhy.wire.auth.lookups import Asking, Missing, Question
from saywhy.wire.auth.tags import TagError, parse

MAX_RECORD = 4096  # characters


class Dmarc(enum.Enum):
    NONE = "none"  # the domain has no policy
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Policy(enum.Enum):
    """What the domain's owner asks for, from weak to strong."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class Organizational(Protocol):
    """`mail.news.example.co.uk` -> `example.co.uk`."""

    def __call__(self, domain: str) -> str: ...


@dataclass(frozen=True, slots=True)
class DmarcVerdict:
    """`policy` is what the record asks for, `asked` what this message meets once `pct` has been thrown."""

    result: Dmarc
    domain: str = ""
    policy: Policy = Policy.NONE
    asked: Policy = Policy.NONE
    why: str = ""


@dataclass(frozen=True, slots=True)
class Proofs:
    """Domains that passed: SPF's of the reverse-path ("": none), DKIM's.  `unsure`: a check had no answer."""

    spf: str = ""
    dkim: Collection[str] = ()
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    policy: Policy
    subdomains: Policy
    absent: Policy  # for names that do not exist (np=)
    strict_dkim: bool
    strict_spf: bool
    percent: int

    @property
    def knows_absent(self) -> bool:
        return self.absent is not self.subdomains


def check(domain: str, proofs: Proofs, organizational: Organizational, chance: float) -> Asking[DmarcVerdict]:
    """`domain` is the one in From, `chance` a random number in [0, 1) for `pct`."""
    owner = organizational(domain)
    record: Record | None = None
    for name in dict.fromkeys((domain, owner)):
        answer = yield Question(f"_dmarc.{name}", "TXT")
        if answer.missing is Missing.TROUBLE:
            return DmarcVerdict(Dmarc.TEMPERROR, domain, why=f"no answer for the policy of {name}")
        found = [text for text in answer.records if _is_record(text)]
        record = _record(found[0]) if len(found) == 1 else None
        if record is not None:
            break
    if record is None:
        return DmarcVerdict(Dmarc.NONE, domain)
    policy = record.policy
    if name != domain:
        policy = record.subdomains
        if record.knows_absent and (yield Question(domain, "A")).missing is Missing.NXDOMAIN:
            policy = record.absent
    if _proved(domain, proofs, record, organizational):
        return DmarcVerdict(Dmarc.PASS, domain, policy)
    if proofs.unsure:
        return DmarcVerdict(Dmarc.TEMPERROR, domain, policy, why="SPF or DKIM had no answer")
    return DmarcVerdict(Dmarc.FAIL, domain, policy, _thrown(policy, record.percent, chance))


def aligned(one: str, other: str, organizational: Organizational, *, strict: bool = False) -> bool:
    """Section 3.1: the same domain, or (relaxed) of the same organisation."""
    one, other = one.lower(), other.lower()
    if one == other:
        return True
    return not strict and organizational(one) == organizational(other)


def _proved(domain: str, proofs: Proofs, record: Record, organizational: Organizational) -> bool:
    if proofs.spf and aligned(domain, proofs.spf, organizational, strict=record.strict_spf):
        return True
    return any(aligned(domain, each, organizational, strict=record.strict_dkim) for each in proofs.dkim)


def _thrown(policy: Policy, percent: int, chance: float) -> Policy:
    """Section 6.6.4: what the percentage leaves out meets the next weaker policy."""
    if chance * 100 < percent:
        return policy
    return Policy.QUARANTINE if policy is Policy.REJECT else Policy.NONE


def _is_record(text: str) -> bool:
    name, _, value = text.partition(";")[0].partition("=")
    return name.strip() == "v" and value.strip() == "DMARC1"


def _record(text: str) -> Record | None:
    if len(text) > MAX_RECORD:
        return None
    try:
        tags = parse(text)
    except TagError:
        return None
    policy = _policy(tags, "p")
    if policy is None:
        if not tags.get("rua"):
            return None
        policy = Policy.NONE  # section 6.6.3: a record for reports only
    subdomains = _policy(tags, "sp") or policy
    percent = tags.get("pct", "100")
    return Record(
        policy,
        subdomains,
        _policy(tags, "np") or subdomains,
        tags.get("adkim", "r").lower() == "s",
        tags.get("aspf", "r").lower() == "s",
        min(int(percent), 100) if percent.isdigit() and len(percent) <= 3 else 100,
    )


def _policy(tags: Mapping[str, str], name: str) -> Policy | None:
    try:
        return Policy(tags.get(name, "").lower())
    except ValueError:
        return None
