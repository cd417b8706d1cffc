"""One task, done: messages in, rows out.  Runs in whatever process; a bad message is a row with an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from saywhy.archive.rows import shown, slot, text_of
from saywhy.archive.tasks import Batch, Done, Fault, Files, Form, Lines, Task
from saywhy.infra.mailbox import file
from saywhy.infra.mailbox.file import Stretch
from saywhy.infra.mailbox.piece import HEAD, Piece
from saywhy.infra.mailbox.stream import MAX_LINE
from saywhy.why.read import reading

MAX_UNPACKED = 64 << 20  # octets out of a packed file that is not named as one

_UNNAMED = "the rest of it is passed over: a packed file of this size must be called .gz, .tgz or .tar"

Entry = tuple[str, Piece]  # the source, the message


def work(task: Task, form: Form) -> Done:
    """The rows of a task; raises nothing but what the machine does (MemoryError)."""
    text: list[bytes] = []
    errors = 0
    reports = bytearray()
    begin: int | None = None
    end: int | None = None
    for source, piece in _entries(task):
        row = row_of(piece)
        errors += row["error"] is not None
        reports.append(row["is_report"])
        text.append(text_of(row, source, form))
        if isinstance(task, Stretch | Lines) and not piece.error:
            begin = piece.start if begin is None else begin
            end = piece.end
    return Done(b"".join(text), len(text), errors, bytes(reports), begin, end)


def row_of(piece: Piece) -> dict[str, Any]:
    """What is read in a message, by docs/schema/report.json."""
    if piece.error:
        return {**_nothing(), "error": piece.error}
    try:
        row = reading.read(_Large(piece) if piece.size else piece.data).as_dict()
    except Exception as error:  # the reader never raises; were it to, one message must not end the run
        return {**_nothing(), "error": f"the reader failed on it, which is a fault of ours: {error!r:.200}"}
    row["truncated"] = row["truncated"] or piece.truncated
    return row


class _Large:
    """A message whose middle is not there, for the reader, which asks for its ends and counts by its size."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece

    def __len__(self) -> int:
        return self._piece.size

    def __getitem__(self, at: slice) -> bytes:
        start, stop, _ = at.indices(self._piece.size)
        missing = self._piece.size - len(self._piece.data)
        if stop <= HEAD:
            return self._piece.data[start:stop]
        return self._piece.data[max(HEAD, start - missing) : stop - missing]


def _nothing() -> dict[str, Any]:
    return reading.read(b"").as_dict()


def _entries(task: Task) -> Iterator[Entry]:
    match task:
        case Files():
            for path in task.paths:
                yield from _file(path)
        case Stretch():
            yield from _numbered(shown(task.path), lambda: file.stretch(task))
        case Lines():
            yield from _numbered(shown(task.path), lambda: _lines(task))
        case Batch():
            yield from zip(task.sources, task.pieces, strict=True)
        case Fault():
            yield task.source, Piece(b"", error=task.error)


def _numbered(name: str, pieces: Callable[[], Iterator[Piece]]) -> Iterator[Entry]:
    number = 0
    try:
        for piece in pieces():
            yield f"{name}#{slot(number)}", piece
            number += 1
    except OSError as error:
        yield f"{name}#{slot(number)}", unreadable(error)


def _file(path: str) -> Iterator[Entry]:
    octets = 0
    try:
        for piece in file.messages(path):
            octets += len(piece.data)
            yield label(path, piece), piece
            if octets > MAX_UNPACKED:
                yield shown(path), Piece(b"", error=_UNNAMED)
                return
    except OSError as error:
        yield shown(path), unreadable(error)


def label(path: str, piece: Piece) -> str:
    """The source of a message: its file, or the file in the packed one, and its number where there are several."""
    name = shown(piece.name or path)
    return f"{name}#{piece.number}" if piece.number else name


def unreadable(error: OSError) -> Piece:
    return Piece(b"", error=f"cannot be read: {error.strerror or error}")


def _lines(task: Lines) -> Iterator[Piece]:
    """Lines that begin in the stretch, without the empty ones; long ones are cut."""
    with open(task.path, "rb") as log:  # noqa: PTH123 - paths are text here, for they travel
        if task.start:
            log.seek(task.start - 1)
            _rest_of_line(log)
        while (start := log.tell()) < task.stop and (line := log.readline(MAX_LINE)):
            cut = not line.endswith(b"\n") and len(line) == MAX_LINE
            if cut:
                _rest_of_line(log)
            if line.strip():
                yield Piece(line.rstrip(b"\r\n"), cut, start=start, end=log.tell())


def _rest_of_line(log: Any) -> None:
    while (more := log.readline(MAX_LINE)) and not more.endswith(b"\n"):
        pass
