"""One attempt for one message and one next hop: into the Maildirs, by SMTP or by a program.

A net below for errors of our own.
"""

from __future__ import annotations

import traceback
from typing import Protocol

from saywhy.flow.deliver import failures, trouble
from saywhy.flow.deliver.conversion import Conversions
from saywhy.flow.stages import Deliver, Transmission
from saywhy.model.clock import Clock
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.failure import Failure
from saywhy.model.outcome import Outcome
from saywhy.model.queued import HopKind, NextHop, Pending

MAX_TRACE = 4000  # characters


class Local(Deliver, Protocol):
    async def check(self, pending: Pending) -> Failure | None: ...


class Remote(Deliver, Protocol):
    async def check(self, hop: NextHop) -> Failure | None: ...


class Deliverer:
    """Implements stages.Deliver; `check` is a stages.Recheck.  `local` and `remote` may raise, this never does."""

    def __init__(
        self,
        local: Local,
        remote: Remote,
        clock: Clock,
        sink: Sink,
        *,
        programs: Remote | None = None,
        conversions: Conversions | None = None,
        answers: Deliver | None = None,
    ) -> None:
        """`answers` takes those of moderators."""
        self._answers = answers
        self._local = local
        self._remote = remote
        self._programs = programs
        self._conversions = conversions
        self._clock = clock
        self._sink = sink

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        try:
            if self._conversions is not None and self._conversions.wanted(transmission):
                return await self._conversions.send(transmission, self._deliver)
            return await self._deliver(transmission)
        except Exception as error:
            return self._fault(transmission, error)

    async def check(self, hop: NextHop, sample: Pending | None) -> Failure | None:
        """What is in the way of `hop` now, or None when nothing is seen of it."""
        try:
            if hop.kind is HopKind.MAILBOX:
                return await self._local.check(sample) if sample is not None else None
            return await self._by(hop).check(hop)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            self._sink.emit(Event(Kind.FAULT, self._clock.now(), text=f"look at {hop.key} failed: {why}"))
            return failures.fault(hop, why, self._clock.now())

    async def _deliver(self, transmission: Transmission) -> list[Outcome]:
        match transmission.hop.kind:
            case HopKind.MAILBOX:
                return await self._local(transmission)
            case HopKind.DNS | HopKind.SMART_HOST | HopKind.PROGRAM:
                return await self._by(transmission.hop)(transmission)
            case HopKind.ARBITRATION if self._answers is not None:
                return await self._answers(transmission)
            case (
                HopKind.SUBMISSION
                | HopKind.UNREACHABLE
                | HopKind.HELD
                | HopKind.POISON
                | HopKind.MODERATION
                | HopKind.ARBITRATION
            ):
                raise ValueError(f"nothing can be delivered from queue {transmission.hop.key}")

    def _by(self, hop: NextHop) -> Remote:
        if hop.kind is not HopKind.PROGRAM:
            return self._remote
        if self._programs is None:
            raise ValueError(f"nothing delivers by programs here: {hop.key}")
        return self._programs

    def _fault(self, transmission: Transmission, error: Exception) -> list[Outcome]:
        """The message waits, and the log has what the developers need."""
        now = self._clock.now()
        where = "".join(traceback.format_exception(error))[-MAX_TRACE:]
        why = f"{type(error).__name__}: {error}"
        text = f"delivery by {transmission.hop.key} failed: {why}"
        self._sink.emit(Event(Kind.FAULT, now, str(transmission.message.id), text=text, data={"traceback": where}))
        outcome = trouble.outcome(failures.fault(transmission.hop, why, now))
        return [outcome for _ in transmission.pending]
