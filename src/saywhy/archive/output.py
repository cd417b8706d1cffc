"""Where rows go: a stream that is only written, or a file with a journal, that an interrupted run goes on with."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import IO

from saywhy.archive import journal
from saywhy.archive.journal import Progress, Unfit
from saywhy.archive.run import Step

CHECKPOINT = 1.0  # seconds between two


class Stream:
    """Standard output and its like.  `progress` only counts."""

    def __init__(self, file: IO[bytes], head: bytes = b"") -> None:
        self._file = file
        self.progress = Progress({})
        file.write(head)

    def write(self, step: Step) -> None:
        self._file.write(step.text)
        self.progress = advanced(self.progress, step)

    def checkpoint(self) -> None:
        self._file.flush()

    def close(self, finished: bool) -> None:  # noqa: ARG002 - a stream has no journal
        self._file.flush()


class Array:
    """A stream that is one array of JSON."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._between = b"[\n"
        self.progress = Progress({})

    def write(self, step: Step) -> None:
        if rows := step.text.splitlines():
            self._file.write(self._between + b",\n".join(rows))
            self._between = b",\n"
        self.progress = advanced(self.progress, step)

    def checkpoint(self) -> None:
        self._file.flush()

    def close(self, finished: bool) -> None:  # noqa: ARG002 - it cannot be gone on with
        self._file.write(b"[]\n" if self._between == b"[\n" else b"\n]\n")
        self._file.flush()


class Journalled:
    """A file.  A new one begins with `head`; with `resume` it goes on where its journal says."""

    def __init__(self, path: Path, asked: dict[str, object], head: bytes, resume: bool) -> None:
        self._path = path
        known = journal.load(path)
        if known is not None and known.mark is not None and not resume and not known.finished:
            raise Unfit(
                f"{path} is of a run that was interrupted: --resume goes on with it, --overwrite begins anew"
            )
        if known is not None and resume and known.asked != asked:
            raise Unfit(f"{path} is of a run over other sources or with other options: {_told(known.asked)}")
        if known is None and resume and path.exists() and path.stat().st_size:
            raise Unfit(f"{path} is there, but no journal of its run ({journal.path_of(path).name}) beside it")
        self._saved = 0.0
        if known is not None and resume:
            self._file: IO[bytes] = path.open("r+b")
            try:
                journal.cut(self._file, known.octets)
            except Unfit:
                self._file.close()
                raise
            self.progress = known
        else:
            self._file = path.open("wb")
            self._file.write(head)
            self.progress = Progress(asked, octets=len(head))
            self._save(finished=False)

    def write(self, step: Step) -> None:
        self._file.write(step.text)
        self.progress = advanced(self.progress, step)
        if time.monotonic() - self._saved >= CHECKPOINT:
            self.checkpoint()

    def checkpoint(self) -> None:
        self._save(finished=False)

    def close(self, finished: bool) -> None:
        self._save(finished)
        self._file.close()

    def _save(self, finished: bool) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self.progress = replace(self.progress, finished=finished)
        journal.save(self._path, self.progress)
        self._saved = time.monotonic()


def advanced(progress: Progress, step: Step) -> Progress:
    return replace(
        progress,
        source=step.unit.source,
        mark=step.mark,
        octets=progress.octets + len(step.text),
        tally=progress.tally.plus(step.done),
    )


def _told(asked: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in asked.items())
