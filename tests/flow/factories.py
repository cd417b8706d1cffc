"""Every place in the source that makes a Failure, found by reading the source, and calls of all of them.

A function that makes Failures is called with values made from its parameters' types, many times over; which places
were reached is told by the lines that called `Failure`, so that one that no call reaches is found out.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import random
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from saywhy.infra.errors import DnsError, DnsProblem, MailboxError
from saywhy.infra.program import Ended
from saywhy.model import failure as failure_module
from saywhy.model.address import Address
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.outcome import Failed
from saywhy.model.queued import QueueId
from saywhy.model.status import Status
from saywhy.wire.convert.errors import CannotConvert, Damaged, NoCodec, NoText, Packed, TooMuch, WrongMedia
from saywhy.wire.smtp import refusals as engine
from saywhy.wire.smtp.reply import Reply

SOURCE = Path(failure_module.__file__).parents[1]
FOLDERS = ("flow", "server", "infra", "wire", "operations")  # who may make one; `why` only reads others'
ROUNDS = 60  # calls of each function

Place = tuple[str, int]  # file and line of the call


@dataclass(frozen=True)
class Made:
    by: str  # module.function
    failure: Failure
    given: Mapping[str, Any]


def modules() -> list[ModuleType]:
    """Those whose source calls `Failure(...)`."""
    return [_module(path) for path in _files() if _calls(path)]


def places() -> set[Place]:
    """Each call of `Failure` in them."""
    return {(str(path), call.lineno) for path in _files() for call in _calls(path)}


def made() -> tuple[list[Made], set[Place]]:
    """What all functions make, and the places that were reached."""
    out: list[Made] = []
    found = [(f"{module.__name__}.{name}", each) for module in modules() for name, each in _functions(module)]
    with Reached() as reached:
        for name, function in found:
            chance = random.Random(name)
            for _ in range(ROUNDS):
                given = arguments(function, chance)
                out += [Made(name, each, given) for each in _called(function, given)]
        for refusal in vars(engine).values():
            if isinstance(refusal, engine.Refusal):
                failure = engine.Found(refusal).failure(failure_step(), "MAIL", ())
                out.append(Made("saywhy.wire.smtp.refusals.Found.failure", failure, {}))
    return out, reached.places


def failure_step() -> Any:
    return value(typing.get_type_hints(engine.Found.failure)["step"], "step", random.Random(1))


class Reached:
    """Remembers from which lines of the source Failures are made while it lasts."""

    def __init__(self) -> None:
        self.places: set[Place] = set()

    def __enter__(self) -> Reached:
        def remembered(*given: Any, **named: Any) -> Failure:
            frame = sys._getframe(1)
            file, line = frame.f_code.co_filename, frame.f_lineno
            self.places |= {(file, first) for first, last in _spans(file) if first <= line <= last}
            return Failure(*given, **named)

        for module in modules():
            module.Failure = remembered  # type: ignore[attr-defined]
        return self

    def __exit__(self, *_exc: object) -> None:
        for module in modules():
            module.Failure = Failure  # type: ignore[attr-defined]


# -- the source --


def _files() -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (SOURCE / folder).rglob("*.py"))


def _calls(path: Path) -> list[ast.Call]:
    text = path.read_text()
    if "Failure(" not in text:
        return []
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Failure"]


_SPANS: dict[str, list[tuple[int, int]]] = {}


def _spans(file: str) -> list[tuple[int, int]]:
    """First and last line of each call in a file: which of them a frame names differs between Pythons."""
    if file not in _SPANS:
        _SPANS[file] = [(call.lineno, call.end_lineno or call.lineno) for call in _calls(Path(file))]
    return _SPANS[file]


def _module(path: Path) -> ModuleType:
    return importlib.import_module(".".join(("saywhy", *path.relative_to(SOURCE).with_suffix("").parts)))


def _functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions of a module that return a Failure, or perhaps one."""
    for name, function in vars(module).items():
        own = inspect.isfunction(function) and function.__module__ == module.__name__
        if own and not name.startswith("_") and _gives(_hints(function)["return"]):
            yield name, function


@cache
def _hints(of: Any) -> dict[str, Any]:
    return typing.get_type_hints(of)


def _gives(hint: Any) -> bool:
    return hint in (Failure, Failed) or any(_gives(each) for each in typing.get_args(hint))


def _called(function: Callable[..., Any], given: Mapping[str, Any]) -> list[Failure]:
    made = function(**given)
    if isinstance(made, Failed):
        made = made.failure
    return [made] if isinstance(made, Failure) else []


# -- values --


def arguments(function: Callable[..., Any], chance: random.Random) -> dict[str, Any]:
    hints = _hints(function)
    return {name: value(hints[name], name, chance) for name in inspect.signature(function).parameters}


_REPLIES = (
    Reply(421, Status(4, 3, 2), ("closing",)),
    Reply(450, Status(4, 2, 1), ("later",)),
    Reply(550, Status(5, 1, 1), ("no such user",)),
    Reply(554, None, ("no",)),
)
NO_ANSWER = Failure(Status(4, 4, 1), 421, "no-answer", "no answer", Evidence(Stage.SEND), permanent=False)


def _coin(chance: random.Random) -> bool:
    return chance.random() < 0.5


_BY_NAME: Mapping[str, Sequence[Any]] = {"status": ("5.1.2", "5.4.4"), "reason": ("Unresolved", "BadLiteral")}
_READY: Mapping[Any, Callable[[random.Random], Any]] = {
    str: lambda chance: chance.choice(("", "x", "partner.example", "SIZE", "SMTPUTF8", "ESMTP")),
    int: lambda chance: chance.choice((0, 1, 70, 1000)),
    float: lambda chance: chance.choice((0.0, 1_700_000_000.0, 1_800_000_000.0)),
    bool: _coin,
    bytes: lambda _: b"words",
    Address: lambda _: Address.parse("ann@corp.example"),
    Status: lambda _: Status(4, 2, 1),
    QueueId: lambda _: QueueId(1, 7),
    Reply: lambda chance: chance.choice(_REPLIES),
    DnsError: lambda chance: DnsError("x.example", "MX", chance.choice(list(DnsProblem))),
    MailboxError: lambda chance: MailboxError(
        "jane", full=chance.random() < 0.5, whole_store=chance.random() < 0.5
    ),
    Failure: lambda _: NO_ANSWER,
    BaseException: lambda _: ValueError("x"),
    Ended: lambda chance: Ended(chance.choice((*range(-9, 130), 0)), b"words", chance.random() < 0.1),
    CannotConvert: lambda chance: chance.choice(
        (NoCodec("x-none"), Packed("x"), Damaged("x"), NoText("image/png"), WrongMedia("x/y"), TooMuch("x", 2, 1))
    ),
}


def value(hint: Any, name: str, chance: random.Random) -> Any:
    """One of the type, by chance."""
    if name in _BY_NAME and hint is str:
        return chance.choice(_BY_NAME[name])
    if hint in _READY:
        return _READY[hint](chance)
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return value(chance.choice(parts), name, chance)
    if hint is type(None):
        return None
    if origin is tuple or (inspect.isclass(origin) and issubclass(origin, Sequence)):
        return tuple(value(parts[0], name, chance) for _ in range(chance.randrange(3)))
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {}
    if inspect.isclass(hint) and issubclass(hint, enum.Enum):
        return chance.choice(list(hint))
    if is_dataclass(hint):
        return _dataclass(hint, chance)
    raise TypeError(f"{name}: no value of the type {hint} is known here: add it to _READY")


def _dataclass(cls: Any, chance: random.Random) -> Any:
    """What has a default keeps it half of the time."""
    hints = _hints(cls)
    given = {}
    for field in fields(cls):
        optional = field.default is not MISSING or field.default_factory is not MISSING
        if optional and (chance.random() < 0.5 or hints[field.name] not in _READY):
            continue
        given[field.name] = value(hints[field.name], field.name, chance)
    return cls(**given)
