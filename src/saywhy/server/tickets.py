"""Moderators' answers find the shard that holds the message: at RCPT it is asked whether anybody was given the
address, and at delivery what the answer decides.  Both work across workers.
"""

from __future__ import annotations

from collections.abc import Callable

from saywhy.flow.queue.moderating import asks
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import TrackingFilter
from saywhy.model.event import Kind
from saywhy.model.moderation import Answer, Decided, Ticket
from saywhy.model.queued import QueueId
from saywhy.operations.context import Away
from saywhy.server.shards import Access


class Tickets:
    """`access` leads to a shard by its number.  StoreError when it cannot be asked just now."""

    def __init__(self, access: Callable[[int], Access]) -> None:
        self._access = access

    async def decide(self, answer: Answer) -> Decided:
        """Implements stages.Decide."""
        try:
            decided: Decided = await self._access(answer.ticket.shard)("decide", answer)
        except Away as away:
            raise StoreError(str(away)) from away
        return decided

    async def given(self, ticket: Ticket) -> bool:
        """Was a moderator given this address?  The history knows those whose message is gone."""
        message, ask = QueueId(ticket.shard, ticket.number), self._access(ticket.shard)
        try:
            for row in await ask("pending", message):
                asked = row.moderation.asked if row.number == ticket.pending and row.moderation else ()
                if any(each.digest == ticket.digest for each in asked):
                    return True
            rows = await ask("tracking", TrackingFilter(str(message), kinds=(Kind.MODERATE,)))
        except Away as away:
            raise StoreError(str(away)) from away
        return any(asks(row, ticket) for row in rows)
