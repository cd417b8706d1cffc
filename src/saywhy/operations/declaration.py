"""How an operation declares itself: name, parameters, result columns, help, and the handler that does it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

Scalar = str | int | float | bool
Row = Mapping[str, Scalar | list[str]]


class Type(enum.Enum):
    """What a parameter takes.  The handler gets the type named behind it, or None when it was left out."""

    TEXT = "text"  # str, empty when left out
    NUMBER = "number"  # int
    FLAG = "flag"  # bool
    ADDRESS = "address"  # model.address.Address
    QUEUE_ID = "queue id"  # model.queued.QueueId
    SECRET = "secret"  # noqa: S105  (str; never on a command line, never in a log)
    FILE = "file"  # Document
    FOLDER = "folder"  # str; the command line makes it absolute


@dataclass(frozen=True, slots=True)
class Document:
    """A file's name and text, as whoever called the operation read it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name` is the keyword of the handler; a repeated one gives it a tuple.  `default` is for NUMBER and TEXT."""

    name: str
    help: str
    type: Type = Type.TEXT
    positional: bool = False
    required: bool = False
    repeated: bool = False
    default: str | int = ""
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1_000_000

    @property
    def label(self) -> str:
        """As it stands on a command line: `NAME`, `--dry-run`."""
        return self.name.upper() if self.positional else "--" + self.name.replace("_", "-")


class Format(enum.Enum):
    """How a column reads in a table; in JSON it is always the plain value."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"  # epoch seconds; 0 is none
    SIZE = "size"  # octets
    LIST = "list"  # of texts
    YES = "yes"  # bool


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    help: str
    format: Format = Format.TEXT


@dataclass(frozen=True, slots=True)
class Result:
    """`rows` for machines and tables; `text` for people: a sentence, or all of it where `prose` is declared."""

    rows: tuple[Row, ...] = ()
    text: str = ""


Handler = Callable[..., Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One action.  `run` is called as `run(context, **parameters)`."""

    name: str
    help: str
    example: str
    run: Handler
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = ()
    changes: bool = False  # something is different afterwards: audited
    confirm: str = ""  # asked on a terminal first; may name parameters in braces
    needs_server: bool = False  # works on the running server, not on the store alone
    slow: bool = False  # may take hours: who called waits
    prose: bool = False  # people read `text` instead of the rows
    raw: bool = False  # and it goes out as it is, into a file


class OperationError(Exception):
    """An operation was refused or failed.

    `code` is for programs: `usage`, `not-found`, `refused`, `conflict`, `store`, `no-server` or `fault`; `what`
    is concerned, `why`, and the `cure`: what to do about it.  `details` are lines to show below.
    """

    def __init__(self, code: str, what: str, why: str, cure: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(f"{what}: {why}; {cure}")
        self.code = code
        self.what = what
        self.why = why
        self.cure = cure
        self.details = details
