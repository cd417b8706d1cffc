"""How an operation declares itself: name, parameters, result columns, help, and the handler that does it."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

Scalar = str | int | float | bool
Row = Mapping[str, Scalar | list[str]]


class Type(enum.Enum):
    """What a parameter takes; the word stands in help texts.  The handler gets the type named behind it."""

    TEXT = "text"  # str
    NUMBER = "number"  # int
    FLAG = "flag"  # bool
    ADDRESS = "address"  # model.address.Address
    QUEUE_ID = "queue id"  # model.queued.QueueId
    SECRET = "secret"  # noqa: S105  (str; never on a command line, never in a log)
    FILE = "file"  # Document


@dataclass(frozen=True, slots=True)
class Document:
    """A file's name and text, as whoever called the operation read it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """`name` is the keyword of the handler; a repeated one gives it a tuple."""

    name: str
    help: str
    type: Type = Type.TEXT
    positional: bool = False
    required: bool = False
    repeated: bool = False
    default: Scalar = ""
    choices: tuple[str, ...] = ()


class Format(enum.Enum):
    """How a column's value reads; in JSON it is always the plain value."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"  # epoch seconds; 0 is none
    SIZE = "size"  # octets
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
    needs_server: bool = False  # works on the running server, not only on the store
    prose: bool = False  # people read `text` instead of the rows


class OperationError(Exception):
    """An operation was refused or failed.  `code` is for programs: `usage`, `not-found`, `refused`, and so on."""

    def __init__(self, code: str, what: str, why: str, cure: str) -> None:
        super().__init__(f"{what}: {why}; {cure}")
        self.code = code
        self.what = what
        self.why = why
        self.cure = cure
