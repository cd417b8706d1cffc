"""Recipients that a moderator has to decide about: held in the queue until the decision is carried out.

A held recipient waits in the queue `moderation`, durable as all others.  The questions are messages of ours that
enter in the Change that holds it, so that neither is without the other.  The first decision counts; later ones are
recognised by the history.  What waits for a moderator does not grow old meanwhile.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

from saywhy.flow.queue import asking, events, failures
from saywhy.flow.queue.admin import SOON, Admin
from saywhy.flow.queue.commit import Committer
from saywhy.flow.queue.context import Context
from saywhy.flow.queue.scheduler import Scheduler
from saywhy.flow.queue.settle import Settler
from saywhy.flow.queue.step import Result
from saywhy.flow.queue.window import Window
from saywhy.infra.store.protocol import Change, TrackingFilter
from saywhy.model.event import Event, Kind
from saywhy.model.failure import Failure
from saywhy.model.moderation import Answer, Approval, Asked, Decided, Moderation, Ticket, Verdict
from saywhy.model.outcome import Failed
from saywhy.model.queued import SUBMISSION, HopKind, Message, Pending, QueueId

_DECISIONS = {Kind.APPROVE: Decided.APPROVED, Kind.REJECT: Decided.REJECTED}


class Moderating:
    """What moderators and administrators decide about held recipients of this shard."""

    def __init__(
        self,
        context: Context,
        window: Window,
        settler: Settler,
        committer: Committer,
        scheduler: Scheduler,
        admin: Admin,
    ) -> None:
        self._context = context
        self._window = window
        self._settler = settler
        self._committer = committer
        self._scheduler = scheduler
        self._admin = admin

    async def decide(self, answer: Answer) -> Decided:
        """A moderator's answer.  StoreError when it could not be written: it is to be given again."""
        message = QueueId(answer.ticket.shard, answer.ticket.number)
        async with self._admin.taking(message):
            return await self._decide(message, answer)

    async def _decide(self, message: QueueId, answer: Answer) -> Decided:
        for row in await self._held(message):
            asked = _asked(row.moderation, answer)
            if row.number != answer.ticket.pending or asked is None:
                continue
            if answer.verdict is Verdict.UNREACHABLE:
                await self._unreachable(row, asked)
            elif asked.address.key not in answer.keys:
                return Decided.STRANGER
            else:
                await self._carry_out([row], answer.verdict, answer.comment, asked.address.key)
            return Decided.DONE
        return await self._decided_before(message, answer)

    async def moderate(self, message: QueueId, item: str, approve: bool, comment: Sequence[str], by: str) -> int:
        """An administrator's decision about what of a message waits (for a moderator of `item`); how many."""
        async with self._admin.taking(message):
            rows = [row for row in await self._held(message) if item.lower() in ("", _item(row).lower())]
            if rows:
                verdict = Verdict.APPROVE if approve else Verdict.REJECT
                await self._carry_out(rows, verdict, tuple(comment), by)
            return len(rows)

    async def _held(self, message: QueueId) -> list[Pending]:
        """Those of a message that wait for a moderator, once no report on them is being written."""
        for _ in range(SOON):
            here, away = await self._admin.owed(message)
            if not any(map(_waits, away)):
                return [each for each in here if _waits(each)]
            await asyncio.sleep(0.05)
        return []

    async def _carry_out(
        self, rows: Sequence[Pending], verdict: Verdict, comment: tuple[str, ...], by: str
    ) -> None:
        now, message = self._context.now(), await self._context.store.message(rows[0].message)
        if message is None:
            return
        if verdict is Verdict.APPROVE:
            change = Change(update=[_approved(row, by, now) for row in rows])
            change.events += [events.moderated(Kind.APPROVE, message, row, by, now) for row in rows]
            await self._write(change)
        else:
            told = [events.moderated(Kind.REJECT, message, row, by, now) for row in rows]
            await self._fail(message, [(row, failures.rejected(row, comment, now)) for row in rows], told)

    async def _fail(
        self, message: Message, failed: Sequence[tuple[Pending, Failure]], told: Sequence[Event]
    ) -> None:
        content = await self._context.store.content(message.id)
        if content is None:
            return
        results = [Result(row, Failed(failure), attempted=False) for row, failure in failed]
        change = self._settler.settle(message, content, results, lambda pending, _: pending.due)
        change.events[:0] = told
        await self._write(change)

    async def _unreachable(self, row: Pending, asked: Asked) -> None:
        """The question came back.  When nobody is left who could decide, the sender need not wait."""
        waits, message = row.moderation, await self._context.store.message(row.message)
        if waits is None or message is None:
            return
        now_asked = tuple(dataclasses.replace(a, unreachable=True) if a is asked else a for a in waits.asked)
        if all(each.unreachable for each in now_asked):
            await self._fail(message, [(row, failures.no_moderator_reached(row, self._context.now()))], [])
            return
        update = dataclasses.replace(row, moderation=dataclasses.replace(waits, asked=now_asked))
        await self._write(Change(update=[update]))

    async def _write(self, change: Change) -> None:
        await self._committer.once(change)
        self._scheduler.follow(change)
        self._scheduler.pump()

    async def _decided_before(self, message: QueueId, answer: Answer) -> Decided:
        kinds = (Kind.MODERATE, *_DECISIONS)
        rows = await self._context.store.tracking(TrackingFilter(str(message), kinds=kinds))
        mine = [row for row in rows if row.data.get("number") == answer.ticket.pending]
        asked = [at for at, row in enumerate(mine) if asks(row, answer.ticket)]
        if not asked:
            return Decided.UNKNOWN
        after = (_DECISIONS[row.kind] for row in mine[asked[-1] :] if row.kind in _DECISIONS)
        return next(after, Decided.OVER)


def asks(row: Event, ticket: Ticket) -> bool:
    """Whether the history says here that a moderator was given `ticket`."""
    asked = row.kind is Kind.MODERATE and row.data.get("number") == ticket.pending
    return asked and ticket.digest in str(row.data.get("digests", "")).split()


def _asked(waits: Moderation | None, answer: Answer) -> Asked | None:
    """The moderator whom the answer's address names; None when it was made up."""
    if waits is None or answer.ticket.moderator >= len(waits.asked):
        return None
    asked = waits.asked[answer.ticket.moderator]
    return asked if asked.digest == answer.ticket.digest else None


def _waits(row: Pending) -> bool:
    return row.moderation is not None and row.hop.kind is HopKind.MODERATION


def _item(row: Pending) -> str:
    return row.moderation.item if row.moderation is not None else ""


def _approved(row: Pending, by: str, now: float) -> Pending:
    """To be categorized again."""
    return dataclasses.replace(
        asking.undecided(row, now),
        hop=SUBMISSION,
        due=now,
        approvals=(*row.approvals, Approval(_item(row), by)),
        failure=None,
        resubmitted=now,
    )
