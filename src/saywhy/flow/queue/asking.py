"""Moderators are asked: a recipient becomes a held one, and a message of ours goes to each who may decide."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from saywhy.flow.queue import failures, retry
from saywhy.flow.stages import AskModerators, Held, OutgoingReport
from saywhy.model.envelope import Origin
from saywhy.model.moderation import Asked, Moderation, Ticket, digest
from saywhy.model.organisation import Organisation
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.queued import HopKind, Message, NextHop, Pending

MODERATION = NextHop(HopKind.MODERATION)
ORIGIN = Origin(connector="moderation", internal=True)


@dataclass(frozen=True, slots=True)
class Question:
    """A held recipient, as it is to be stored, and the tickets of its moderators in their order."""

    pending: Pending
    held: Held
    tickets: tuple[Ticket, ...]


def question(
    message: Message,
    pending: Pending,
    held: Held,
    organisation: Organisation,
    ask: AskModerators | None,
    now: float,
) -> Question:
    """Without `ask` nobody is asked, and an administrator has to decide."""
    config = organisation.transport
    tickets: tuple[Ticket, ...] = ()
    if ask is not None:
        id_, number = message.id, pending.number
        count = len(held.moderators)
        tickets = tuple(Ticket(id_.shard, id_.number, number, at, ask.token()) for at in range(count))
    asked = tuple(
        Asked(each.address, digest(ticket.token)) for each, ticket in zip(held.moderators, tickets, strict=False)
    )
    until = now + config.moderation_expire_after
    waiting = dataclasses.replace(
        pending,
        hop=MODERATION,
        mailbox="",
        moderation=Moderation(held.item, now, until, asked, held.nested),
        failure=failures.waits_for_moderator(held.item, now),
        paused=pending.paused + config.moderation_expire_after,
    )
    due = retry.next_due(message, waiting, config, until, now)
    return Question(dataclasses.replace(waiting, due=due), held, tickets)


def letters(
    message: Message, content: bytes, asked: Question, organisation: Organisation, ask: AskModerators
) -> Iterator[OutgoingReport]:
    """The questions to the moderators."""
    waits = asked.pending.moderation
    domain = organisation.default_domain
    for moderator, ticket in zip(asked.held.moderators, asked.tickets, strict=True):
        address, until = asked.pending.address, waits.until if waits is not None else 0.0
        yield ask(message, content, address, moderator, ticket.address(domain), until)


def undecided(pending: Pending, now: float) -> Pending:
    """It waits for a moderator no more; what is left of its time is what it had when it was held."""
    waits = pending.moderation
    if waits is None:
        return pending
    paused = max(0.0, pending.paused - max(0.0, waits.until - now))
    return dataclasses.replace(pending, moderation=None, paused=paused)


def outcome(pending: Pending, now: float) -> Failed | Deferred | None:
    """What an attempt of a held recipient comes to: it waits on, or nobody decided in time.  None: not held."""
    waits = pending.moderation
    if waits is None or pending.hop.kind is not HopKind.MODERATION:
        return None
    if now < waits.until:
        return Deferred(failures.waits_for_moderator(waits.item, now))
    return Failed(failures.nobody_decided(waits, now))
