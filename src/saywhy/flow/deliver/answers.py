"""Moderators' answers: read, put to the queue that holds the message, and told of when they do not count.

An answer counts when it came to the unguessable address that the moderator was given, from an address of his: if
that is one of ours, from a client that may use it; if not, unless the checks call it forged.  Whoever answers
too late, or in a way that is not understood, gets a report that says so.  What no person wrote is taken and does
nothing (RFC 3834), except that a report on the question says that this moderator cannot be reached.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from saywhy.flow.deliver import failures
from saywhy.flow.stages import CurrentOrganisation, Decide, Directory, Transmission
from saywhy.infra.errors import DirectoryDown, StoreError
from saywhy.model.clock import Clock
from saywhy.model.envelope import ReversePath
from saywhy.model.event import Event, Kind, Sink
from saywhy.model.failure import Failure
from saywhy.model.moderation import Answer, Decided, Ticket, Verdict, ticket
from saywhy.model.outcome import Deferred, Delivered, Failed, Outcome
from saywhy.model.queued import Message, Pending
from saywhy.why.verdicts import verdicts
from saywhy.wire import answer

FALSE = (ReversePath.FORGED, ReversePath.NOWHERE)
MAILBOX = "(moderation)"  # where an answer that was taken lies, in the history


class Answers:
    """Implements stages.Deliver for what goes to the server's own addresses for answers."""

    def __init__(
        self, organisation: CurrentOrganisation, directory: Directory, decide: Decide, clock: Clock, sink: Sink
    ) -> None:
        self._organisation = organisation
        self._directory = directory
        self._decide = decide
        self._clock = clock
        self._sink = sink

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        reply = answer.read(transmission.content, verdicts())
        return [await self._one(transmission.message, each, reply) for each in transmission.pending]

    async def _one(self, message: Message, pending: Pending, reply: answer.Reply) -> Outcome:
        to, now = ticket(pending.address), self._clock.now()
        if to is None:
            return Failed(failures.not_asked(pending, now))
        if reply.undelivered and message.envelope.sender is None:
            given = Answer(to, Verdict.UNREACHABLE)
        elif reply.automatic or message.envelope.sender is None:
            return self._ignored(message, to)
        elif not reply.word:
            return Failed(failures.answer_unclear(pending, now))
        else:
            given = Answer(to, Verdict(reply.word), tuple(self._keys(message)), reply.comment)
        try:
            decided = await self._decide(given)
        except StoreError as error:
            return Deferred(failures.fault(pending.hop, str(error), now))
        self._tell(message, to, f"{given.verdict.value}: {decided.value}")
        failure = self._failure(pending, decided, message, now)
        return Failed(failure) if failure is not None else Delivered(MAILBOX)

    def _failure(self, pending: Pending, decided: Decided, message: Message, now: float) -> Failure | None:
        match decided:
            case Decided.DONE:
                return None
            case Decided.APPROVED | Decided.REJECTED | Decided.OVER:
                return failures.decided_before(pending, decided, now) if message.envelope.sender else None
            case Decided.STRANGER:
                return failures.not_the_moderator(pending, now, known=self._is_known(message))
            case Decided.UNKNOWN:
                return failures.not_asked(pending, now)

    def _keys(self, message: Message) -> Sequence[str]:
        """The addresses that whoever answered is known by: none for who only says that he is one of us."""
        sender = message.envelope.sender
        if sender is None or not self._is_known(message):
            return ()
        keys = [sender.key]
        if message.origin.internal:
            with contextlib.suppress(DirectoryDown):
                keys += [own.key for item in self._directory.find(sender) or () for own in item.addresses]
        return keys

    def _is_known(self, message: Message) -> bool:
        sender = message.envelope.sender
        ours = sender is not None and sender.domain_key in self._organisation().domains
        return message.origin.internal or not (ours or message.origin.reverse_path in FALSE)

    def _ignored(self, message: Message, to: Ticket) -> Outcome:
        self._tell(message, to, "ignored: no person wrote it")
        return Delivered(MAILBOX)

    def _tell(self, message: Message, to: Ticket, text: str) -> None:
        data = {"of": f"{to.shard}-{to.number:x}"}
        sender = str(message.envelope.sender or "<>")
        event = Event(Kind.ANSWER, self._clock.now(), str(message.id), sender=sender, text=text, data=data)
        self._sink.emit(event)
