"""Read a TOML file whole: values, and where each stands.  What cannot be read is a fault with its line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saywhy.config.faults import ConfigError, Fault
from saywhy.config.locate import Lines, locate

MAX_FILE = 64 * 1024 * 1024

_PLACE = re.compile(r" \(at (?:line ([0-9]{1,9}), column ([0-9]{1,9})|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Source:
    """A TOML text and its values; `name` is how people know it."""

    name: str
    values: dict[str, Any]
    lines: Lines


def read(path: Path) -> Source:
    """ConfigError when there is no such file, or when it is no TOML."""
    name = str(path)
    try:
        with path.open("rb") as file:
            octets = file.read(MAX_FILE + 1)
    except OSError as error:
        why = error.strerror or str(error)
        raise _error(name, 0, f"cannot be read: {why}", "name a file that exists and that you may read") from None
    if len(octets) > MAX_FILE:
        raise _error(name, 0, "is larger than 64 MiB", "name a file of settings")
    try:
        return parse(octets.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise _error(
            name, line, f"byte 0x{octets[error.start]:02x} is not UTF-8", "save the file as UTF-8"
        ) from None


def parse(text: str, name: str) -> Source:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, name) from None
    except ValueError as error:  # a number with thousands of digits
        raise _error(name, 0, f"no TOML: {error}", "write a shorter number") from None
    except RecursionError:
        raise _error(name, 0, "arrays or tables are nested too deeply", "write it flatter") from None
    return Source(name, values, locate(text.replace("\r\n", "\n")))


def _syntax_error(message: str, text: str, name: str) -> ConfigError:
    found = _PLACE.search(message)
    reason = message[: found.start()] if found else message
    if found and found[1]:
        return _error(name, int(found[1]), f"no TOML: {reason} (column {found[2]})", _syntax_cure(reason))
    return _error(name, max(1, len(text.splitlines())), f"no TOML: {reason}, at the end", _syntax_cure(reason))


def _syntax_cure(reason: str) -> str:
    if "twice" in reason or "overwrite" in reason:
        return "give each table and each key once"
    if "Invalid value" in reason:
        return 'put text in quotes: "like this"; numbers, true and false stand without'
    if "Unterminated" in reason or "Expected '\"'" in reason or "Illegal character" in reason:
        return "end the text with a quote on the same line"
    return 'write it as key = "value" under a [table]'


def _error(name: str, line: int, reason: str, cure: str) -> ConfigError:
    return ConfigError([Fault(name, line, "", reason, cure)])
