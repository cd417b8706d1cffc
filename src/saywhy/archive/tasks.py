"""What one process does at a time, and what it hands back: values that travel between processes."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.infra.mailbox.file import Stretch
from saywhy.infra.mailbox.piece import Piece


class Form(enum.Enum):
    """How rows are written."""

    JSONL = "jsonl"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Files:
    """Small files, each whole."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Stretch of a log, each line of it a question of its own: those that begin in start..stop-1."""

    path: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that the parent has read: `sources` says where each stood."""

    sources: tuple[str, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A source that cannot be read: one row that says so."""

    source: str
    error: str


RESYNC = "resync"  # no message begins at the offset for sure

Task = Files | Stretch | Lines | Batch | Fault


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a source was read: the file, how many messages of it, and the offset behind them (-1: none)."""

    file: str = ""
    messages: int = 0
    offset: int = -1
    stamp: str = ""  # RESYNC, or the UIDVALIDITY of an IMAP folder, which must be the same to go on


@dataclass(frozen=True, slots=True)
class Unit:
    """A task, of which source on the command line, and the mark behind it; `octets` for the progress."""

    task: Task
    source: int
    mark: Mark
    octets: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """Rows as text.  In a stretch, messages are numbered from 0 in slots (`rows.slot`) until the parent knows.

    `begin` and `end`: where the first message began and where the last ended, both None when there is none.
    `errors`: rows with an error.  `reports`: an octet for each message, 1 if it is a delivery report.
    """

    text: bytes
    messages: int
    errors: int
    reports: bytes
    begin: int | None = None
    end: int | None = None
