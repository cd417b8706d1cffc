"""One worker process as the supervisor sees it: started, asked, watched, started again when it ends.

It is a new interpreter (server/process), not a fork: the supervisor has threads by the time a worker has to be
started again, and a fork copies their locks but not them.
"""

from __future__ import annotations

import asyncio
import math
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import saywhy
from saywhy.config.settings import Settings
from saywhy.config.snapshot import Table
from saywhy.infra import memory, work_notes
from saywhy.infra.errors import StoreError
from saywhy.model.clock import Clock
from saywhy.operations.context import Away
from saywhy.server.channel import Asker, ChannelClosed, answer
from saywhy.server.organisation import Step
from saywhy.server.porter import Porter
from saywhy.server.shards import Elsewhere
from saywhy.server.sockets import Sockets
from saywhy.server.worker import Post

PATIENCE = 10.0  # seconds that a question waits for a worker that is being started again
HUNG = 60.0  # seconds without an answer after which a worker is killed
PING = 10.0
STEADY = 20.0  # seconds after which a worker's end does not count with those before
MOST_DELAY = 10.0
AGAIN = 300.0  # seconds after which the same trouble is told again


@dataclass(frozen=True, slots=True)
class Start:
    """What a worker process reads from its standard input: descriptors that it inherits, and the rest."""

    version: str
    parent: int
    channel: int
    notes: int  # of what it has in work (infra/work_notes)
    way_up: int  # where the worker asks and the supervisor answers
    tally: int  # of what all bring into mailboxes (infra/mailbox_tally)
    sockets: dict[str, list[int]]
    settings: Settings
    post: Post
    synchronous: str


class WorkerEnded(StoreError):
    """A worker ended before it took mail."""


class Hand:
    """`tell` is given a sentence for the log when something happens to the worker."""

    def __init__(
        self,
        post: Post,
        sockets: Sockets,
        porter: Porter,
        synchronous: str,
        table: Callable[[], Table],
        tell: Callable[[str], None],
        clock: Clock,
        elsewhere: Elsewhere,
        tally: int,
    ) -> None:
        """`elsewhere` asks the shards of other workers; `tally` is memory that all share."""
        self._elsewhere = elsewhere
        self._answering: asyncio.Task[None] | None = None
        self.post = post
        self._tally = tally
        self._sockets = sockets
        self._porter = porter
        self._synchronous = synchronous
        self._table = table
        self._tell = tell
        self._clock = clock
        self.since = clock.now()  # epoch seconds: ready, or not ready
        self._process: subprocess.Popen[bytes] | None = None
        self._asker: Asker | None = None
        self._ready = asyncio.Event()
        self._stopping = False
        self._watch: asyncio.Task[None] | None = None
        self.starts = 0
        self._notes = memory.shared(work_notes.SIZE)

    @property
    def pid(self) -> int:
        """0 while there is none."""
        return self._process.pid if self._process is not None else 0

    @property
    def ready(self) -> bool:
        return self._ready.is_set()

    async def start(self, settings: Settings) -> None:
        """Returns when it takes mail; raises what kept it from that.  From then on it is started again."""
        self._settings = settings
        await self._launch()
        self._watch = asyncio.create_task(self._keep())

    async def ask(self, method: str, *arguments: Any) -> Any:
        """Away when the worker is not there, and has not come back in PATIENCE seconds."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._ready.wait()
        except TimeoutError:
            raise Away(
                f"worker {self.post.number}, which has a part of the queue, is being started again"
            ) from None
        try:
            return await self._open.ask(method, *arguments)
        except ChannelClosed:
            raise Away(f"{self._owner} has just ended") from None

    async def follow(self, step: Step) -> None:
        """A worker that cannot follow is ended, and begins again with the whole."""
        if self._asker is None:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._asker.ask("follow", step)
        except ChannelClosed:
            return
        except Exception as error:
            self._tell(f"{self._name} does not follow the organisation, and is ended: {error!r}")
            self._kill()

    async def reload(self, settings: Settings) -> None:
        self._settings = settings
        if self._asker is not None and self.ready:
            await self._asker.ask("reload", settings)

    def stop_watching(self) -> None:
        """From now on it is not started again, and nobody answers for it."""
        self._stopping = True
        self._porter.close()

    async def stop(self, grace: float) -> None:
        """Drain; what has not ended a few seconds after `grace` is killed."""
        try:
            await self._stop(grace)
        finally:
            os.close(self._notes)

    async def _stop(self, grace: float) -> None:
        self.stop_watching()
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._process is None or self._asker is None:
            return
        try:
            async with asyncio.timeout(grace + 10):
                await self._asker.ask("stop", grace)
                await self._asker.closed.wait()
        except ChannelClosed:
            pass
        except TimeoutError:
            self._tell(f"{self._name} did not end in time, and is killed")
            self._kill()
        await self._reap()

    # -- a process --

    @property
    def _name(self) -> str:
        return f"worker {self.post.number} (process {self.pid})"

    @property
    def _owner(self) -> str:
        return f"worker {self.post.number}, which has a part of the queue,"

    @property
    def _open(self) -> Asker:
        if self._asker is None:
            raise ChannelClosed
        return self._asker

    async def _launch(self) -> None:
        self.starts += 1
        given = self._settings
        self._asker = await self._spawn()
        try:
            # From the first octet on it is told every step: nothing may come between table and question.
            await self._asker.ask("start", self._table())
        except ChannelClosed:
            status = await self._reap()
            raise WorkerEnded(f"worker {self.post.number} ended before it took mail ({status})") from None
        except BaseException:
            self._kill()
            await self._reap()
            raise
        self._ready.set()
        self.since = self._clock.now()
        if given is not self._settings:  # reloaded meanwhile
            await self.reload(self._settings)
        shards = ", ".join(map(str, self.post.shards))
        self._tell(f"{self._name} takes mail; its shards: {shards}")

    async def _spawn(self) -> Asker:
        ours, theirs = socket.socketpair()
        answers, questions = socket.socketpair()
        numbers = {name: [sock.fileno() for sock in group] for name, group in self._sockets.items()}
        start = Start(
            saywhy.__version__,
            os.getpid(),
            theirs.fileno(),
            self._notes,
            questions.fileno(),
            self._tally,
            numbers,
            self._settings,
            self.post,
            self._synchronous,
        )
        environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_WORKERS}
        with theirs, questions:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - a moment; our own interpreter
                [sys.executable, "-P", "-m", "saywhy.server.process"],
                stdin=subprocess.PIPE,
                pass_fds=[
                    theirs.fileno(),
                    self._notes,
                    questions.fileno(),
                    self._tally,
                    *(number for group in numbers.values() for number in group),
                ],
                env=environment,
            )
        _give(self._process, pickle.dumps(start))
        ours.setblocking(False)
        answers.setblocking(False)
        self._answering = asyncio.create_task(answer(answers, self._asked))
        return await Asker.open(ours)

    async def _asked(self, method: str, arguments: tuple[Any, ...]) -> Any:
        """What the worker asks of others."""
        match method, arguments:
            case "shard", (int(shard), str(name), *rest):
                return await self._elsewhere(shard, name, *rest)
        raise ValueError(f"a worker asks for {method!r}, which the supervisor does not know")

    async def _keep(self) -> None:
        """Until cancelled: wait for its end, and start it again, later and later if it does not last."""
        loop = asyncio.get_running_loop()
        began, ended = loop.time(), 0
        what = told = often = ""
        told_at = -math.inf
        while not self._stopping:
            if not what:
                await self._until_ended()
                self._ready.clear()
                self.since = self._clock.now()
                name = self._name
                what = f"{name} has ended ({await self._reap()})"
            ended = 1 if loop.time() - began > STEADY else ended + 1
            delay = 0.0 if ended == 1 else min(MOST_DELAY, 0.25 * 2 ** (ended - 2))
            if what != told or loop.time() - told_at > AGAIN:
                again = f"in {delay:g} s" if delay else "now"
                self._tell(f"{what}; it is started again {again}{often}")
                told, told_at = what, loop.time()
            await asyncio.sleep(delay)
            self._porter.close()
            try:
                await self._launch()
                what = told = often = ""
            except Exception as error:
                often = f", and then every {MOST_DELAY:g} s at most"
                what = f"worker {self.post.number} could not be started: {error}"
                if not self._stopping:
                    self._porter.open()
            began = loop.time()

    async def _until_ended(self) -> None:
        """Its channel ends with it.  One that is silent for too long is killed."""
        asker = self._asker
        while asker is not None and not asker.closed.is_set():
            try:
                async with asyncio.timeout(HUNG):
                    await asker.ask("ping")
            except ChannelClosed:
                return
            except TimeoutError:
                self._tell(f"{self._name} has not answered for {HUNG:g} s, and is killed")
                self._kill()
            try:
                async with asyncio.timeout(PING):
                    await asker.closed.wait()
            except TimeoutError:
                continue

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()

    async def _reap(self) -> str:
        """How it ended; it is made to, if it has only closed its channel."""
        process, asker = self._process, self._asker
        self._process = self._asker = None
        if self._answering is not None:
            self._answering.cancel()
            await asyncio.gather(self._answering, return_exceptions=True)
            self._answering = None
        if asker is not None:
            await asker.close()
        if process is None:
            return "it was not there"
        try:
            status = await asyncio.to_thread(process.wait, 10)
        except subprocess.TimeoutExpired:
            process.kill()
            status = await asyncio.to_thread(process.wait)
        return f"status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"


_NOT_FOR_WORKERS = ("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC")


def _give(process: subprocess.Popen[bytes], data: bytes) -> None:
    """As its standard input, which ends there; less than a pipe holds."""
    if process.stdin is None:
        return
    try:
        with process.stdin as stdin:
            stdin.write(data)
    except BrokenPipeError:
        pass  # it has ended; its channel tells so
