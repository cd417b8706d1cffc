"""Run a program on a message: its standard input is the whole of it, its exit status and its last words come back.

No shell, a process group of its own, a small environment, no file descriptors of ours.  The input is a file in
memory, so that a server killed in the middle leaves no half message behind.  A program that takes too long, or
whose children hold its output open after it, is killed with its group.  Threads wait for the programs; the event
loop does not.  Left out: limits on memory and processor time, other users: the system's own means are better.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

from saywhy.infra.errors import ProgramError

MAX_OUTPUT = 4096  # octets kept of what it says: the last ones
MAX_AT_ONCE = 20
LINGER = 1.0  # seconds that its children may hold its output open after it has ended
_LOOK = 0.1  # seconds between two looks whether it has ended, while its output is open
_READ = 65536
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Ended:
    """`status` is its exit status, or minus the signal that ended it; `output` of both its streams."""

    status: int
    output: bytes
    timed_out: bool = False


@dataclass(slots=True)
class _Run:
    """One program, from another thread's view."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    content: Sequence[bytes]
    seconds: float
    lock: threading.Lock = field(default_factory=threading.Lock)
    process: subprocess.Popen[bytes] | None = None
    cancelled: bool = False

    def cancel(self) -> None:
        with self.lock:
            self.cancelled = True
            if self.process is not None:
                _kill(self.process)


class Programs:
    """At most `at_once` run side by side; others wait their turn."""

    def __init__(self, at_once: int = MAX_AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="program")

    async def run(
        self, argv: Sequence[str], environment: Mapping[str, str], content: Sequence[bytes], seconds: float
    ) -> Ended:
        """ProgramError when it cannot be started.  Cancelled, it is killed."""
        run = _Run(argv, environment, content, seconds)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, _watched, run)
        except asyncio.CancelledError:
            run.cancel()
            raise

    async def stop(self) -> None:
        """Call when nothing runs any more but what was killed."""
        await asyncio.to_thread(self._threads.shutdown)


def _watched(run: _Run) -> Ended:
    with _file(run.content) as content:
        with run.lock:
            if run.cancelled:
                raise ProgramError("it was not started: the server stops")
            run.process = process = _started(run, content)
        try:
            return _end_of(process, time.monotonic() + run.seconds)
        finally:
            with run.lock:
                if process.poll() is None:
                    _kill(process)
                    process.wait()
                run.process = None
            if process.stdout is not None:
                process.stdout.close()


def _file(content: Sequence[bytes]) -> IO[bytes]:
    """An open file with the content, at its beginning; its name is gone already."""
    try:
        file: IO[bytes] = os.fdopen(os.memfd_create("message"), "w+b")
    except (AttributeError, OSError):  # not on every system
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        file.writelines(content)
        file.seek(0)
    except OSError as error:
        file.close()
        raise ProgramError(f"no room for the message: {error.strerror}") from error
    return file


def _started(run: _Run, content: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell; the administrator names the program
            list(run.argv),
            stdin=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={**_ENVIRONMENT, **run.environment},
            start_new_session=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise ProgramError(f"{run.argv[0]}: {getattr(error, 'strerror', None) or error}") from error


def _end_of(process: subprocess.Popen[bytes], deadline: float) -> Ended:
    output = bytearray()
    ended_at = 0.0
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while (now := time.monotonic()) < deadline:
            if selector.select(min(_LOOK, deadline - now)):
                read = os.read(process.stdout.fileno(), _READ)
                if not read:
                    break
                output += read
                del output[:-MAX_OUTPUT]
            elif process.poll() is not None:
                ended_at = ended_at or now
                if now - ended_at > LINGER:
                    _kill(process)  # what is left of its group
                    break
    try:
        status = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        _kill(process)
        return Ended(process.wait(), bytes(output), timed_out=True)
    return Ended(status, bytes(output))


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The program and whatever it has started: it leads their group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
