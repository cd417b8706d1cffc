"""What a session has to tell the log: refusals, sign-ins, faults, each with its client and connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.failure import Failure


@dataclass(frozen=True, slots=True)
class Journal:
    """`connector` and `client` (an IP address) stand in every event."""

    sink: Sink
    clock: Clock
    connector: str
    client: str

    def refused(self, failure: Failure, sender: Address | None = None, recipient: Address | None = None) -> None:
        """A command, a message or the whole session was refused."""
        self.sink.emit(
            Event(
                Kind.REFUSE,
                self.clock.now(),
                sender=str(sender) if sender is not None else "",
                recipient=str(recipient) if recipient is not None else "",
                status=str(failure.status),
                cause=failure.cause,
                text=failure.line(),
                data={
                    "client": self.client,
                    "connector": self.connector,
                    "step": failure.evidence.step.value,
                    **({"dns": failure.evidence.dns} if failure.evidence.dns else {}),
                    **failure.evidence.numbers(),
                },
            )
        )

    def tell(self, kind: Kind, text: str = "", *, cause: str = "", data: Mapping[str, str] | None = None) -> None:
        facts = {"client": self.client, "connector": self.connector, **(data or {})}
        self.sink.emit(Event(kind, self.clock.now(), cause=cause, text=text, data=facts))
