"""Lines to a file or to stderr from a thread of its own, so that a slow disk never holds up the event loop.

`write` appends to a list; the thread takes the list some twenty times a second and writes it in one call.  What
was not written yet is lost in a crash.  When the file cannot keep up, or cannot be written, lines are left out
and counted, and the log says how many; the piece of a line for which a disk had room is taken back.  Processes
that write to the same file take turns (flock).  Make it after a fork: threads are not inherited.
"""

from __future__ import annotations

import fcntl
import os
import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MAX_WAITING = 32 * 1024 * 1024  # octets in memory
GATHER = 0.05  # seconds that the thread lets lines gather
STDERR = 2


class LineWriter:
    """`path` None is stderr.  `lost_line` makes the line that tells how many were lost.

    OSError when the file cannot be opened at first; after that nothing here raises.
    """

    def __init__(
        self, path: Path | None, lost_line: Callable[[int], bytes], max_waiting: int = MAX_WAITING
    ) -> None:
        self._path = path
        self._fd = STDERR if path is None else _open(path)
        self._lost_line = lost_line
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._waiting: list[bytes] = []
        self._size = 0
        self._lost = 0
        self._torn = False  # the file ends inside a line
        self._reopen = False
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="saywhy-log", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """`line` ends in LF.  Never waits for the file."""
        with self._lock:
            if self._size + len(line) > self._max_waiting:
                self._lost += 1
            else:
                self._waiting.append(line)
                self._size += len(line)
        if not self._wake.is_set():
            self._wake.set()

    def reopen(self) -> None:
        """Go on in a new file of the same name (logrotate).  If that cannot be made, the old one stays in use."""
        self._reopen = True
        self._wake.set()

    def close(self, timeout: float = 5.0) -> None:
        """Write what waits and end the thread; give up after `timeout` seconds on a file that takes nothing."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._stop.wait(GATHER)
            self._wake.clear()
            self._flush()
        self._flush()
        if self._path is not None:
            os.close(self._fd)

    def _flush(self) -> None:
        if self._reopen:
            self._reopen = False
            self._change_file()
        with self._lock:
            lines, self._waiting, self._size = self._waiting, [], 0
            lost, self._lost = self._lost, 0
        if not lines and not lost:
            return
        told = [*lines, self._lost_line(lost)] if lost else lines
        with self._alone():
            whole = self._put(b"".join(told))
        if whole < len(told):
            with self._lock:
                self._lost += lost + len(lines) - whole

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process is in the middle of the file; who must not lock it goes without."""
        if self._path is None:
            yield
            return
        with suppress(OSError):
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _put(self, data: bytes) -> int:
        """How many lines the file took whole: not all when there is no space, or a pipe was closed."""
        start = b"\n" if self._torn else b""
        data = start + data
        written = 0
        try:
            while written < len(data):
                written += self._write_some(memoryview(data)[written : self._end(data, written)])
            self._torn = False
        except OSError:
            whole = data.rfind(b"\n", 0, written) + 1
            if written:
                self._torn = written > whole and not self._take_back(written - whole)
        return data.count(b"\n", len(start), written)

    def _take_back(self, octets: int) -> bool:
        """Off the end of the file; False where that cannot be done, as with a pipe."""
        try:
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - octets)
        except OSError:
            return False
        return True

    def _end(self, data: bytes, start: int) -> int:
        """How far to write at once: others write to the same pipe, where only PIPE_BUF octets stay together."""
        if self._path is not None or len(data) - start <= select.PIPE_BUF:
            return len(data)
        line = data.rfind(b"\n", start, start + select.PIPE_BUF)
        return line + 1 if line >= 0 else start + select.PIPE_BUF

    def _write_some(self, data: memoryview) -> int:
        """stderr may be a terminal that somebody has made non-blocking: wait and try again, but not at the end."""
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            if self._stop.wait(GATHER):
                raise
            return 0

    def _change_file(self) -> None:
        if self._path is None:
            return
        try:
            fresh = _open(self._path)
        except OSError:
            return
        os.close(self._fd)
        self._fd = fresh


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
