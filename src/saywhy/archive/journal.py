"""How far a run came, beside its output: `OUT.journal`, a small JSON file that is replaced at each checkpoint.

A checkpoint first has the output on the disk and then the journal, so whatever ended the run, the output is good
up to the length in the journal.  Taking up a run cuts the output there and goes on behind the marks.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from saywhy.archive.tasks import Done, Mark

VERSION = 1


class Unfit(ValueError):
    """The journal, or the output beside it, is not one to go on with; the text says why."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows written so far."""

    messages: int = 0
    reports: int = 0
    errors: int = 0

    def plus(self, done: Done) -> Tally:
        return Tally(self.messages + done.messages, self.reports + sum(done.reports), self.errors + done.errors)


@dataclass(frozen=True, slots=True)
class Progress:
    """`asked` is what the run was told to do, which must be the same to go on; `octets` the output's length.

    The sources before number `source` are done; `mark` says how far that one is.
    """

    asked: dict[str, object]
    source: int = 0
    mark: Mark | None = None
    octets: int = 0
    tally: Tally = field(default_factory=Tally)
    finished: bool = False


def path_of(output: Path) -> Path:
    return output.with_name(output.name + ".journal")


def load(output: Path) -> Progress | None:
    """What the journal beside `output` says; None if there is none.  Unfit if it cannot be understood."""
    path = path_of(output)
    try:
        data = json.loads(path.read_text())
        if data.pop("version") != VERSION:
            raise Unfit(f"{path} was written by another version of saywhy")
        mark = data.pop("mark")
        return Progress(mark=Mark(**mark) if mark else None, tally=Tally(**data.pop("tally")), **data)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit(f"{path} is no journal of saywhy: {error}") from None


def save(output: Path, progress: Progress) -> None:
    """On the disk when it returns, or the one before still is."""
    path = path_of(output)
    new = path.with_name(path.name + ".new")
    with new.open("w") as file:
        json.dump({"version": VERSION, **asdict(progress)}, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def cut(output: IO[bytes], octets: int) -> None:
    """The output, as it was at the checkpoint; Unfit if it is shorter."""
    if output.seek(0, os.SEEK_END) < octets:
        raise Unfit(f"{output.name} is shorter than its journal says: it was changed since")
    output.truncate(octets)
    output.seek(octets)
