"""Delivery into the Maildirs of this server, and the trace fields that final delivery adds.

Return-Path (RFC 5321 section 4.4), Delivered-To, and Original-Recipient where there is one (RFC 8098 section
2.3).  A mailbox is written by a few threads; what arrives while they are busy is shared out among them in one go,
so that the syncs of many messages run side by side and each folder is synced once a batch.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from saywhy.flow.deliver import failures, trouble
from saywhy.flow.deliver.mailstore import MailStore
from saywhy.flow.stages import Transmission
from saywhy.infra.errors import MailboxError
from saywhy.infra.maildir import Job, Maildirs
from saywhy.model.clock import Clock
from saywhy.model.envelope import OriginalRecipient
from saywhy.model.failure import Failure
from saywhy.model.outcome import Delivered, Outcome
from saywhy.model.queued import Message, Pending

MAX_BATCH = 64  # messages written before the first is synced; each holds a file descriptor until then

_Result = MailboxError | None
_Waiting = tuple[Job, "asyncio.Future[_Result]"]


class LocalDelivery:
    """One outcome per pending recipient."""

    def __init__(self, maildirs: Maildirs, clock: Clock, threads: int = 2, store: MailStore | None = None) -> None:
        self._maildirs = maildirs
        self._writers = Writers(maildirs, threads)
        self._clock = clock
        self._store = store  # None: mailboxes take everything

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        body = transmission.content.replace(b"\r\n", b"\n")
        message, all_pending = transmission.message, transmission.pending
        if len(all_pending) == 1:  # as most are: no task for it
            return [await self._deliver(message, all_pending[0], body)]
        return await asyncio.gather(*(self._deliver(message, pending, body) for pending in all_pending))

    async def _deliver(self, message: Message, pending: Pending, body: bytes) -> Outcome:
        fields = trace(message, pending)
        size = len(fields) + len(body)
        refusal = None
        if self._store is not None:
            refusal = await self._store.admit(pending, size, own=message.origin.own)
        if refusal is not None:
            return trouble.outcome(refusal)
        try:
            error = await self._writers.store(Job(pending.mailbox, (fields, body)))
        finally:
            if self._store is not None:
                self._store.done(pending, size)
        return self._outcome(pending, error, size, own=message.origin.own)

    async def check(self, pending: Pending) -> Failure | None:
        """What is in the way of the recipient's mailbox now, or None."""
        if self._store is not None and (failure := await self._store.check(pending)) is not None:
            return failure
        try:
            await asyncio.to_thread(self._maildirs.check, pending.mailbox)
        except MailboxError as error:
            return failures.mailbox(error, pending, self._clock.now())
        return None

    async def stop(self) -> None:
        """Let the threads go.  Call when no delivery is under way."""
        self._writers.stop()

    def _outcome(self, pending: Pending, error: _Result, size: int, *, own: bool) -> Outcome:
        if error is None:
            return Delivered(pending.mailbox)
        refuse = not own and self._store is not None and self._store.refuses_full
        now = self._clock.now()
        return trouble.outcome(failures.mailbox(error, pending, now, size=size, refuse_full=refuse))


class Writers:
    """Jobs in, results out, through `threads` threads.  One event loop at a time."""

    def __init__(self, maildirs: Maildirs, threads: int) -> None:
        self._maildirs = maildirs
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="maildir")
        self._waiting: list[_Waiting] = []
        self._busy = 0

    def store(self, job: Job) -> asyncio.Future[_Result]:
        """Stored at the latest in the turn of the event loop after a thread is free."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Result] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._share_out)
        self._waiting.append((job, future))
        return future

    def stop(self) -> None:
        self._pool.shutdown(wait=True)

    def _share_out(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting and self._busy < self._threads:
            share = min(-(-len(self._waiting) // (self._threads - self._busy)), MAX_BATCH)
            batch, self._waiting = self._waiting[:share], self._waiting[share:]
            self._busy += 1
            written = loop.run_in_executor(self._pool, self._maildirs.deliver, [job for job, _ in batch])
            written.add_done_callback(partial(self._written, batch))

    def _written(self, batch: list[_Waiting], written: asyncio.Future[list[_Result]]) -> None:
        self._busy -= 1
        error = written.exception()
        results = [None] * len(batch) if error is not None else written.result()
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # whoever waited was cancelled; the message is stored all the same
                continue
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)
        self._share_out()


def trace(message: Message, pending: Pending) -> bytes:
    """The fields that final delivery puts on top, lines ending in LF."""
    sender = message.envelope.sender
    lines = [f"Return-Path: <{sender or ''}>", f"Delivered-To: {pending.address}"]
    original = pending.recipient.original
    if original is not None and _fits_a_field(original):
        lines.append(f"Original-Recipient: {original.address_type};{original.address}")
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape")


def _fits_a_field(original: OriginalRecipient) -> bool:
    return original.address_type.isprintable() and original.address.isprintable()
