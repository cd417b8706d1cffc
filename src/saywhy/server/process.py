"""A worker process: `python -m saywhy.server.process`, started by the supervisor (server/hand) and by nobody else.

It ends when it is told to, on SIGTERM, and when the supervisor is gone, whichever way that ended: its channel
closes, and the kernel sends SIGTERM (PR_SET_PDEATHSIG).  Then it has a few seconds to finish what is under way; a
server started meanwhile waits for that.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import pickle
import signal
import socket
import sys
from typing import Any

import saywhy
from saywhy.config.settings import Settings
from saywhy.config.snapshot import Table
from saywhy.infra import mailbox_tally, work_notes
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.mailbox_tally import Tally
from saywhy.infra.net.loop import new_event_loop
from saywhy.infra.work_notes import WorkNotes
from saywhy.model.clock import SystemClock
from saywhy.operations.context import Away
from saywhy.server import channel, faults
from saywhy.server.hand import Start
from saywhy.server.organisation import FollowedOrganisation, Step
from saywhy.server.shares import share
from saywhy.server.worker import Worker

ORPHAN_GRACE = 3.0  # seconds
PR_SET_PDEATHSIG = 1


class Process:
    """Answers the supervisor's questions; `run` returns when all is closed."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._stop: asyncio.Future[float] = asyncio.get_running_loop().create_future()  # the grace
        self._organisation = FollowedOrganisation(share(start.post.workers, start.post.queues))
        self._log = JsonLines(_log_path(start.settings))
        self._clock = SystemClock()
        self._worker = Worker(
            start.settings,
            start.post,
            self._organisation,
            self._log,
            self._clock,
            start.synchronous,
            WorkNotes(mmap.mmap(start.notes, work_notes.SIZE)),
            self._ask_elsewhere,
            _tally(start),
        )
        self._up: channel.Asker | None = None
        self._listening = False

    async def _ask_elsewhere(self, shard: int, method: str, *arguments: Any) -> Any:
        """A shard of another worker, by way of the supervisor."""
        if self._up is None:
            self._up = await channel.Asker.open(socket.socket(fileno=self._start.way_up))
        try:
            return await self._up.ask("shard", shard, method, *arguments)
        except channel.ChannelClosed:
            raise Away("the supervisor is gone") from None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGHUP):  # a terminal tells the whole group: the supervisor decides
            loop.add_signal_handler(number, lambda: None)
        loop.add_signal_handler(signal.SIGTERM, self._told_by_signal)
        faults.hear(self._log, self._clock)
        answering = asyncio.create_task(channel.answer(socket.socket(fileno=self._start.channel), self._handle))
        answering.add_done_callback(lambda _: self._end(ORPHAN_GRACE))
        grace = await self._stop
        signal.setitimer(signal.ITIMER_REAL, grace + 5)  # SIGALRM ends a process that cannot end itself
        if self._listening:
            await self._worker.stop(grace)
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        if self._up is not None:
            await self._up.close()
        self._log.close()

    def _told_by_signal(self) -> None:
        orphan = os.getppid() != self._start.parent
        self._end(ORPHAN_GRACE if orphan else self._worker.settings.limits.drain_grace)

    def _end(self, grace: float) -> None:
        if not self._stop.done():
            self._stop.set_result(grace)

    async def _handle(self, method: str, arguments: tuple[Any, ...]) -> Any:
        match method, arguments:
            case "start", (Table() as table,):
                self._organisation.begin(table)
                await self._begin()
            case "follow", (Step() as step,):
                self._organisation.follow(step)
            case "reload", (Settings() as settings,):
                self._log.reopen()
                self._worker.reload(settings)
            case "shard", (int(shard), str(name), *rest):
                return await self._worker.accesses[shard](name, *rest)
            case "stop", (float() | int() as grace,):
                self._end(grace)
            case "ping", ():
                return None
            case _:
                raise ValueError(f"the supervisor asks for {method!r}, which no worker knows")
        return None

    async def _begin(self) -> None:
        given = self._start.sockets
        await self._worker.start(
            {name: [socket.socket(fileno=number) for number in group] for name, group in given.items()}
        )
        self._listening = True


def _tally(start: Start) -> Tally:
    post = start.post
    memory = mmap.mmap(start.tally, mailbox_tally.size(post.workers))
    return Tally(memory, post.number, post.workers)


def _log_path(settings: Settings) -> Any:
    return None if settings.log.path == "-" else settings.server.data_dir / settings.log.path


def die_with_parent(parent: int) -> None:
    """SIGTERM when the end of process `parent`, which started us, leaves us alone; at once when it has ended."""
    if sys.platform == "linux":
        try:
            import ctypes

            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        except (ImportError, MemoryError, OSError):
            pass  # ctypes does not load everywhere (a kernel without W+X memory); the channel tells us, too
    if os.getppid() != parent:
        raise SystemExit("whoever started this process is gone")


def main() -> None:
    start = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the process that started this one
    if not isinstance(start, Start) or start.version != saywhy.__version__:
        raise SystemExit("saywhy was replaced by another version while it ran: restart the server")
    os.umask(0o077)
    die_with_parent(start.parent)

    async def run() -> None:
        await Process(start).run()

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(run())


if __name__ == "__main__":
    main()
