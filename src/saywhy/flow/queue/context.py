"""What every part of the queue works with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from saywhy.flow.queue.health import Health
from saywhy.flow.queue.settings import QueueSettings
from saywhy.flow.queue.storm import Guard
from saywhy.flow.stages import CurrentOrganisation
from saywhy.infra.store.protocol import Store
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.organisation import TransportConfig
from saywhy.model.queued import Message


@dataclass(frozen=True, slots=True)
class Context:
    store: Store
    organisation: CurrentOrganisation
    clock: Clock
    sink: Sink
    settings: QueueSettings
    guard: Guard
    health: Health = field(default_factory=Health)
    dropped: Counter[str] = field(default_factory=Counter)  # reports held back since the start, by rule

    def now(self) -> float:
        return self.clock.now()

    @property
    def transport(self) -> TransportConfig:
        """The settings in force at this moment."""
        return self.organisation().transport

    def tell(self, kind: Kind, text: str, message: Message | None = None) -> None:
        """A fault, for the log and its reader."""
        if kind is Kind.STORE_FAULT and not self.health.trouble(self.now()):
            return
        name = str(message.id) if message else ""
        message_id = message.headline.message_id if message else ""
        self.sink.emit(Event(kind, self.now(), name, message_id, text=text[:1000]))
