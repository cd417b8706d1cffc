"""Messages out of a file on the disk: a small one at once, an mbox in stretches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from saywhy.infra.mailbox import stream
from saywhy.infra.mailbox.kinds import SNIFFED, Kind, kind_of
from saywhy.infra.mailbox.mbox import Splitter, counts_lengths
from saywhy.infra.mailbox.piece import Piece, of_file

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK  # of a FIFO in a folder nobody may be writing


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of an mbox: the messages that begin in start..stop-1; `exact`: one begins at `start`."""

    path: str
    start: int
    stop: int
    exact: bool
    by_length: bool


def kind_of_file(path: str) -> Kind:
    """OSError if it cannot be read."""
    with _open(path) as descriptor:
        return kind_of(os.read(descriptor, SNIFFED), path)


def lengths_count(path: str) -> bool:
    """Whether Content-Length tells the ends of the messages in the mbox `path`."""
    with _open(path) as descriptor:
        return counts_lengths(lambda octets: os.read(descriptor, octets))


def begins_at(path: str, offset: int) -> bool:
    """Whether a message of the mbox begins there."""
    with _open(path) as descriptor:
        return os.pread(descriptor, 5, offset) == b"From "


def messages(path: str) -> Iterator[Piece]:
    """All in the file, whatever it is.  OSError if it cannot be read."""
    with _open(path) as descriptor:
        size = os.fstat(descriptor).st_size
        kind = kind_of(os.pread(descriptor, SNIFFED, 0), path)
        if kind is Kind.MESSAGE:
            yield of_file(descriptor, size)
        elif kind is Kind.MBOX:
            yield from _mbox(descriptor)
        else:
            yield from stream.messages(_reader(descriptor), path)


def _mbox(descriptor: int) -> Iterator[Piece]:
    by_length = counts_lengths(_reader(descriptor))
    os.lseek(descriptor, 0, os.SEEK_SET)
    splitter = Splitter(_reader(descriptor), by_length=by_length)
    for number, piece in enumerate(splitter.messages(splitter.first()), 1):
        yield replace(piece, number=number)


def stretch(part: Stretch) -> Iterator[Piece]:
    """The messages of a stretch.  OSError if the file cannot be read."""
    with _open(part.path) as descriptor:
        base = part.start if part.exact else max(0, part.start - 3)
        os.lseek(descriptor, base, os.SEEK_SET)
        splitter = Splitter(_reader(descriptor), base, part.by_length)
        start: int | None = part.start
        if not part.exact:
            start = splitter.find(part.start, part.stop)
        elif part.start == 0:
            start = splitter.first()
        if start is not None:
            yield from splitter.messages(start, part.stop)


def _reader(descriptor: int) -> Callable[[int], bytes]:
    return lambda octets: os.read(descriptor, octets)


@contextmanager
def _open(path: str) -> Iterator[int]:
    descriptor = os.open(path, _FLAGS)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
