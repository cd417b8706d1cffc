"""Maildirs: written in tmp, synced, renamed into new, the folder synced.  Blocking; callers use a thread.

A message is in `new` only when it is whole and on the disk.  Lines end in LF, as readers of Maildirs expect:
callers convert.  Left out: `cur` and flags, the readers' business; quotas (flow/deliver/mailstore).
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from saywhy.infra.errors import MailboxError

MAX_FILE_NAME = 255  # octets, of every common file system
CHECK_OCTETS = 64 * 1024  # room for an ordinary message
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_WHOLE_STORE = _FULL | {errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENODEV}


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one mailbox.  `parts` are written one after the other."""

    mailbox: str
    parts: tuple[bytes, ...]


@dataclass(slots=True)
class _Attempt:
    """A job on its way: open in `tmp`, then in `new`, with the error that stopped it.  Paths as text: hot path."""

    folder: str
    name: str
    fd: int = -1
    error: MailboxError | None = None

    @property
    def tmp(self) -> str:
        return f"{self.folder}/tmp/{self.name}"  # noqa: S108 - the Maildir's own

    @property
    def new(self) -> str:
        return f"{self.folder}/new/{self.name}"


def folder_name(mailbox: str) -> str:
    """A mailbox's name as one safe file name; `urllib.parse.unquote` undoes it."""
    name = quote(mailbox, safe="@+", errors="surrogatepass")
    if name.startswith("."):
        name = "%2E" + name[1:]
    if not 0 < len(name) <= MAX_FILE_NAME:
        raise MailboxError(f"mailbox {mailbox[:60]!r}: its name cannot be a folder's (empty or too long)")
    return name


class Maildirs:
    """The Maildirs below `root`, one per mailbox, made when first delivered to.  Safe to use from threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._making = threading.Lock()
        self._count = itertools.count(1)
        self._host = socket.gethostname().replace("/", "\\057").replace(":", "\\072")

    @property
    def root(self) -> Path:
        return self._root

    def path(self, mailbox: str) -> Path:
        """Where a mailbox's mail lies; MailboxError when the name can be no folder's."""
        return self._root / folder_name(mailbox)

    def deliver(self, jobs: Sequence[Job]) -> list[MailboxError | None]:
        """Store messages durably; for each None, or why not (then nothing of it is left behind).

        All are written before the first is synced: the file system then commits them together, which halves the
        time.  The folder of each mailbox is synced once for all of them.
        """
        attempts = [self._written(job) for job in jobs]
        for step in (_sync, _rename):
            for attempt in _going(attempts):
                with _Caught(attempt):
                    step(attempt)
        for folder in dict.fromkeys(attempt.folder for attempt in _going(attempts)):
            _sync_new(folder, attempts)
        return [attempt.error for attempt in attempts]

    def check(self, mailbox: str) -> None:
        """See whether a message could be stored: MailboxError says why not."""
        attempt = self._written(Job(mailbox, (bytes(CHECK_OCTETS),)))
        if attempt.error is None:
            with _Caught(attempt):
                _sync(attempt)
                os.unlink(attempt.tmp)  # noqa: PTH108
        if attempt.error is not None:
            raise attempt.error

    def _written(self, job: Job) -> _Attempt:
        try:
            attempt = _Attempt(str(self.path(job.mailbox)), self._unique_name())
        except MailboxError as error:
            return _Attempt("", "", error=error)
        with _Caught(attempt):
            attempt.fd = self._open(attempt)
            _write(attempt.fd, job.parts)
        return attempt

    def _unique_name(self) -> str:
        now = time.time_ns()
        seconds, micros = now // 1_000_000_000, now % 1_000_000_000 // 1000
        return f"{seconds}.M{micros}P{os.getpid()}Q{next(self._count)}.{self._host}"

    def _open(self, attempt: _Attempt) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            return os.open(attempt.tmp, flags, 0o600)
        except FileNotFoundError:
            self._make(Path(attempt.folder))
            return os.open(attempt.tmp, flags, 0o600)

    def _make(self, folder: Path) -> None:
        """The folders of a mailbox.  `tmp` comes last: where it is, the others are on the disk."""
        with self._making:
            if not self._root.is_dir():
                self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync_folder(self._root.parent)
            folder.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(self._root)
            for name in ("cur", "new"):
                (folder / name).mkdir(mode=0o700, exist_ok=True)
            _sync_folder(folder)
            (folder / "tmp").mkdir(mode=0o700, exist_ok=True)


class _Caught:
    """An OSError inside becomes the attempt's error."""

    def __init__(self, attempt: _Attempt) -> None:
        self._attempt = attempt

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> bool:
        if isinstance(error, OSError):
            _fail(self._attempt, error)
            return True
        return False


def _going(attempts: Iterable[_Attempt]) -> Iterator[_Attempt]:
    return (attempt for attempt in attempts if attempt.error is None)


def _write(fd: int, parts: Sequence[bytes]) -> None:
    rest = memoryview(b"".join(parts))
    while rest:
        rest = rest[os.write(fd, rest) :]
    with contextlib.suppress(OSError, AttributeError):  # a hint: not every system has it
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)  # Linux begins to write back: less to wait for


def _sync(attempt: _Attempt) -> None:
    os.fsync(attempt.fd)
    _close(attempt)


def _close(attempt: _Attempt) -> None:
    fd, attempt.fd = attempt.fd, -1
    if fd >= 0:
        os.close(fd)


def _rename(attempt: _Attempt) -> None:
    os.rename(attempt.tmp, attempt.new)  # noqa: PTH104 - hot path


def _sync_new(folder: str, attempts: Iterable[_Attempt]) -> None:
    mine = [attempt for attempt in _going(attempts) if attempt.folder == folder]
    try:
        _sync_folder(f"{folder}/new")
    except OSError as error:
        for attempt in mine:
            _fail(attempt, error)


def _sync_folder(path: str | Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _fail(attempt: _Attempt, error: OSError) -> None:
    """What is there of the message goes: a reader must not see it, and the next attempt writes it anew."""
    with contextlib.suppress(OSError):
        _close(attempt)
    for path in (attempt.tmp, attempt.new):
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108
    full = error.errno in _FULL
    used, capacity = _room(attempt.folder) if full else (-1, -1)
    attempt.error = MailboxError(
        f"{Path(attempt.folder).name}: {error.strerror or error}",
        full=full,
        whole_store=error.errno in _WHOLE_STORE,
        used=used,
        capacity=capacity,
    )


def _room(folder: str) -> tuple[int, int]:
    """Octets that are taken on the folder's disk, and all that we may take."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return -1, -1
    used = disk.f_blocks - disk.f_bfree
    return used * disk.f_frsize, (used + disk.f_bavail) * disk.f_frsize
