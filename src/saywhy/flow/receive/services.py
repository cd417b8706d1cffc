"""What a session asks of the rest of the house; `server/` fills it in."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from saywhy.flow.receive.asking import Names
from saywhy.flow.receive.limits import Connections, InFlight, Rates
from saywhy.flow.stages import CurrentOrganisation, NoPressure, Pressure, Submit
from saywhy.infra.net.suffixes import Suffixes
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.model.organisation import User
from saywhy.model.outcome import Failed
from saywhy.model.queued import QueueId


class Lookup(Protocol):
    """Does this recipient exist?  None, or how it fails (5.1.1, 4.3.0 when the directory is down)."""

    def __call__(self, address: Address, *, internal: bool) -> Failed | None: ...


class Bring(Protocol):
    """What has to be waited for before `Lookup` can say anything of an address; None when it can at once."""

    def __call__(self, address: Address) -> Awaitable[None] | None: ...


class Authenticate(Protocol):
    """Login and password -> the user, or None.  Hashing happens off the event loop."""

    def __call__(self, name: str, password: str) -> Awaitable[User | None]: ...


class OverQuota(Protocol):
    """What lies in the sender's own mailbox, and the quota above which it may not send; None when it may."""

    def __call__(self, sender: Address) -> Awaitable[tuple[int, int] | None]: ...


class NextId(Protocol):
    def __call__(self) -> QueueId: ...


@dataclass(frozen=True, slots=True)
class Services:
    hostname: str
    organisation: CurrentOrganisation
    lookup: Lookup
    authenticate: Authenticate
    submit: Submit
    next_id: NextId
    clock: Clock
    sink: Sink
    in_flight: InFlight
    names: Names
    over_quota: OverQuota
    connections: Connections = field(default_factory=Connections)
    bring: Bring | None = None  # where every look-up is from memory
    rates: Rates = field(default_factory=Rates)
    pressure: Pressure = field(default_factory=NoPressure)
    suffixes: Suffixes = field(default_factory=Suffixes)
