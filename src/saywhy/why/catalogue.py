"""The catalogue of codes and causes: data files of this package, each read when first asked for.

`causes/<id>.toml` and `codes/<x.y.z>.toml` are parsed by `schema` into the values of `entries`, each file at most
once; `checks.toml` names the probes that a cause may ask for.  Nothing is read at import.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from saywhy.model.status import Status
from saywhy.why import schema
from saywhy.why.entries import (
    SOURCES,
    Act,
    By,
    Cause,
    Check,
    Code,
    Fault,
    Likely,
    Meaning,
    Permanence,
    Scope,
    Unit,
)

__all__ = [
    "SOURCES",
    "Act",
    "By",
    "Cause",
    "Check",
    "Code",
    "Fault",
    "Likely",
    "Meaning",
    "Permanence",
    "Scope",
    "Unit",
    "Unknown",
    "cause",
    "causes",
    "checks",
    "code",
    "codes",
]

# Ids come from reports that strangers wrote: nothing else may become part of a file's name.
_ID = re.compile(r"[a-z0-9-]{1,64}")
_CODE = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_RANGE = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}-[0-9]{1,3}")


class Unknown(LookupError):
    """No such cause or code in the catalogue."""


def cause(id_: str) -> Cause:
    """The cause `id_`; Unknown if there is no such file."""
    if not _ID.fullmatch(id_):
        raise Unknown(f"{id_!r} is not the name of a cause")
    return _cause(id_)


def code(status: str) -> Code:
    """The code `x.y.z`, or the range that it is in; Unknown if there is no such file.

    A range may also be asked for by its own name, as `codes` has it.
    """
    if _RANGE.fullmatch(status):
        return _code(status)
    if not _CODE.fullmatch(status):
        raise Unknown(f"{status!r} is not an enhanced status code")
    try:
        return _code(status)
    except Unknown:
        return _code(_range_of(status))


@cache
def causes() -> tuple[str, ...]:
    """The ids of all causes, sorted."""
    return tuple(sorted(_stems("causes")))


@cache
def codes() -> tuple[str, ...]:
    """All codes in the order of their numbers; a range stands where its first code would."""
    return tuple(sorted(_stems("codes"), key=schema.span))


@cache
def checks() -> dict[str, str]:
    """The probes that causes name: what each does."""
    return {name: str(text) for name, text in _document("", "checks").items()}


@cache
def _cause(id_: str) -> Cause:
    return schema.read_cause(_document("causes", id_), f"causes/{id_}.toml")


@cache
def _code(status: str) -> Code:
    return schema.read_code(_document("codes", status), f"codes/{status}.toml")


def _range_of(status: str) -> str:
    try:
        wanted = Status.parse(status)
    except ValueError as error:
        raise Unknown(str(error)) from None
    for first, last, name in _ranges():
        if first <= wanted <= last:
            return name
    raise Unknown(f"{status} is not in the catalogue")


@cache
def _ranges() -> tuple[tuple[Status, Status, str], ...]:
    return tuple((*schema.span(name), name) for name in _stems("codes") if "-" in name)


def _document(folder: str, name: str) -> dict[str, Any]:
    try:
        data = (_folder(folder) / f"{name}.toml").read_bytes()
    except FileNotFoundError:
        raise Unknown(f"{name} is not in the catalogue") from None
    return tomllib.loads(data.decode("utf-8"))


def _stems(folder: str) -> list[str]:
    entries = (entry.name for entry in _folder(folder).iterdir())
    return [name.removesuffix(".toml") for name in entries if name.endswith(".toml")]


@cache
def _folder(name: str) -> Traversable:
    root = files("saywhy.why")
    return root / name if name else root
