"""Sources on the command line -> units of work, in order, from a mark on.

Small files go to the workers by name, many at once.  A large mbox is cut into stretches, which workers read
themselves.  Only what has no beginning to seek, compressed files and pipes, is read here and handed on.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import cast

from saywhy.archive.rows import shown
from saywhy.archive.tasks import RESYNC, Batch, Fault, Files, Lines, Mark, Unit
from saywhy.archive.work import label, unreadable
from saywhy.infra.mailbox import stream
from saywhy.infra.mailbox.file import Stretch, begins_at, kind_of_file, lengths_count
from saywhy.infra.mailbox.folder import walk
from saywhy.infra.mailbox.kinds import Kind
from saywhy.infra.mailbox.piece import Piece, Read

STRETCH = 4 << 20  # octets of an mbox or a log for one task
MANY = 64  # files, or messages, for one task
ENOUGH = 2 << 20  # octets of them

STDIN = "-"
_PACKED = (".gz", ".tgz", ".tar")

Found = tuple[int, str, int]  # the number of the source, the path, the size (-1: it cannot be read)
Elsewhere = Callable[[int, Mark | None], Iterator[Unit]]  # units of a source that is no path


class Gone(ValueError):
    """A source is not as its mark says; the text tells."""


def units(
    sources: Sequence[str | Elsewhere], mark: Mark | None = None, *, lines: bool = False, first: int = 0
) -> Iterator[Unit]:
    """The units of the sources from number `first` on, of that one what is behind `mark`.

    Gone if the mark does not fit.
    """
    few = _Few()
    for number in range(first, len(sources)):
        source = sources[number]
        behind = mark if number == first else None
        if not isinstance(source, str):
            yield from few.given()
            yield from source(number, behind)
        elif source == STDIN:
            yield from few.given()
            yield from _read_here(_stdin, STDIN, number, behind, lines)
        elif _is_pipe(source):
            yield from few.given()
            with open(source, "rb", buffering=0) as pipe:  # noqa: PTH123
                yield from _read_here(pipe.read, source, number, behind, lines)
        else:
            yield from _of_path(few, number, source, behind, lines)
    yield from few.given()


def octets(sources: Sequence[str | Elsewhere]) -> int:
    """How much there is to read; 0 if that cannot be told beforehand."""
    paths = [source for source in sources if isinstance(source, str)]
    if len(paths) < len(sources) or any(path.lower().endswith(_PACKED) for path in paths):
        return 0
    if any(not os.path.isfile(path) for path in paths):  # noqa: PTH113 - paths are text here: some millions of them
        return 0
    return sum(max(0, _size(path)) for path in paths)


class _Few:
    """Small files that are gathered until they are worth a task."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._source = self._octets = 0

    def add(self, number: int, path: str, size: int) -> Iterator[Unit]:
        if len(self._paths) == MANY or self._octets + size > ENOUGH:
            yield from self.given()
        self._paths.append(path)
        self._source = number
        self._octets += max(0, size)

    def given(self) -> Iterator[Unit]:
        if self._paths:
            mark = Mark(self._paths[-1], 1)
            yield Unit(Files(tuple(self._paths)), self._source, mark, self._octets)
            self._paths, self._octets = [], 0


def _of_path(few: _Few, number: int, path: str, mark: Mark | None, lines: bool) -> Iterator[Unit]:
    named = _is_mbox(path)  # what is named and may grow has its marks inside
    if not os.path.isdir(path):  # noqa: PTH112
        found = iter([(path, _size(path))])
    elif mark is None:
        found = walk(path)
    else:
        found = chain([(mark.file, _size(mark.file))], walk(path, mark.file))
    for file, size in found:
        known = mark if mark is not None and mark.file == file else None
        if named or lines or size > STRETCH or file.lower().endswith(_PACKED):
            yield from few.given()
            yield from _alone(file, size, number, known, lines)
        elif known is None:
            yield from few.add(number, file, size)
        elif known.offset >= 0:  # an mbox that has become shorter
            raise Gone(f"{shown(file)} has become shorter than it was when {known.offset} octets had been read")


def _is_pipe(path: str) -> bool:
    """What a shell makes of <(command)."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)  # noqa: PTH116
    except OSError:
        return False


def _is_mbox(path: str) -> bool:
    try:
        return not path.lower().endswith(".eml") and kind_of_file(path) is Kind.MBOX
    except OSError:
        return False


def _alone(path: str, size: int, number: int, mark: Mark | None, lines: bool) -> Iterator[Unit]:
    """The units of a file that is large or packed."""
    try:
        kind = kind_of_file(path)
        if mark is not None and mark.offset >= 0 and kind is not Kind.MBOX and not lines:
            raise Gone(f"{shown(path)} has changed: it is no mbox any more")
        if lines and kind is not Kind.GZIP:
            yield from _stretches(path, size, number, mark, by_line=True)
        elif kind is Kind.MBOX and (mark is None or mark.offset >= 0):
            yield from _stretches(path, size, number, mark)
        elif kind in (Kind.GZIP, Kind.TAR):
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                yield from _read_here(file.read, path, number, mark, lines)
        elif mark is None:
            yield Unit(Files((path,)), number, Mark(path, 1), size)
    except OSError as error:
        if mark is not None:
            raise Gone(f"{shown(path)} {unreadable(error).error}, and a part of it was read already") from None
        yield Unit(Fault(shown(path), unreadable(error).error), number, Mark(path, 1))


def _stretches(path: str, size: int, number: int, mark: Mark | None, by_line: bool = False) -> Iterator[Unit]:
    start = mark.offset if mark is not None else 0
    if start > size:
        raise Gone(f"{shown(path)} has become shorter than it was when {start} octets had been read")
    exact = mark is None or mark.stamp != RESYNC
    if exact and 0 < start < size and not begins_at(path, start):
        raise Gone(f"{shown(path)} has changed: no message begins at octet {start} any more")
    by_length = not by_line and lengths_count(path)
    while start < size:
        stop = min(size, (start // STRETCH + 1) * STRETCH)
        task = Lines(path, start, stop) if by_line else Stretch(path, start, stop, exact, by_length)
        yield Unit(task, number, Mark(path), stop - start)
        start, exact = stop, False


def _read_here(read: Read, path: str, number: int, mark: Mark | None, lines: bool) -> Iterator[Unit]:
    skip = mark.messages if mark else 0
    sources: list[str] = []
    pieces: list[Piece] = []
    total = count = 0
    found = stream.lines(read, path) if lines else stream.messages(read, path)
    for count, piece in enumerate(found, 1):
        if count <= skip:
            continue
        if pieces and (len(pieces) == MANY or total + len(piece.data) > ENOUGH):
            yield Unit(Batch(tuple(sources), tuple(pieces)), number, Mark(path, count - 1), total)
            sources, pieces, total = [], [], 0
        sources.append(label(path, piece))
        pieces.append(piece)
        total += len(piece.data)
    if pieces:
        yield Unit(Batch(tuple(sources), tuple(pieces)), number, Mark(path, count), total)


def _stdin(octets: int) -> bytes:
    return cast(io.BufferedReader, sys.stdin.buffer).read1(octets)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return -1
