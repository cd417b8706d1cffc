"""What the operations on remote domains and dial plans share, and the warning that failure reports are off.

Whoever switches them off breaks RFC 5321 section 6.1 (a server that cannot deliver MUST tell the sender): it is
allowed because the specification demands it, and never silent (errata 65).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from saywhy.config.object_docs import DOCS
from saywhy.model.address_space import EVERYTHING
from saywhy.model.event import Event, Kind
from saywhy.model.organisation import DialPlan, Lockdown, Organisation, OrganisationObject, RemoteDomain
from saywhy.operations import telling
from saywhy.operations.declaration import Parameter

YES_NO = ("yes", "no")
WARNING = "RFC 5321 section 6.1 demands them: their senders never hear that mail was lost."


def parameters(kind: str, *names: str) -> tuple[Parameter, ...]:
    """A switch that takes yes or no for each field; left out, it stays as it is."""
    return tuple(Parameter(name, DOCS[kind][name], choices=YES_NO) for name in names)


def values(given: Mapping[str, str]) -> dict[str, bool]:
    """The switches that were given, as values of the fields."""
    return {name: value == YES_NO[0] for name, value in given.items() if value}


def off(item: OrganisationObject | None) -> str:
    """Which failure reports `item` holds back, as a sentence; empty when it holds back none."""
    match item:
        case RemoteDomain(ndr=False):
            where = "outside" if item.domain == EVERYTHING else f"in {item.domain}"
            return f"No failure report goes to readers {where} (remote domain {item.name})."
        case DialPlan(ndr=False):
            return f"No failure of a message under the dial plan {item.name} is reported."
        case Lockdown():
            until = telling.clock(item.until)
            return f"No failure report goes to readers outside until {until} (lockdown {item.name})."
    return ""


def warnings(organisation: Organisation, now: float) -> Iterator[str]:
    """A sentence for each switch that holds failure reports back now."""
    yield from filter(None, map(off, organisation.remote_domains.values()))
    yield from filter(None, map(off, organisation.dial_plans.values()))
    yield from (off(each) for each in organisation.lockdowns.values() if each.until > now)


def switched(
    old: OrganisationObject | None, new: OrganisationObject | None, now: float, actor: str
) -> Event | None:
    """The event that a change calls for: failure reports went off, or on again."""
    ended = isinstance(old, Lockdown) and old.until <= now
    before, after = "" if ended else off(old), off(new)
    if before == after:
        return None
    if after:
        return Event(Kind.REPORTS_OFF, now, text=f"{after} {WARNING}", data={"actor": actor})
    return Event(Kind.REPORTS_ON, now, text=f"This holds no more: {before}", data={"actor": actor})
