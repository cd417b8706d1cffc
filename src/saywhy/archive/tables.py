"""Rows back from a file of JSON lines that `saywhy read` wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_LINE = 64 << 20  # octets of one row
_BEGIN = b'{"version":'


class NoRow(ValueError):
    """A line is no row of ours; the text says which."""


def is_rows(path: Path) -> bool:
    """Whether the file begins as our rows do."""
    try:
        with path.open("rb") as file:
            return file.read(len(_BEGIN)) == _BEGIN
    except OSError:
        return False


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """OSError if it cannot be read, NoRow at the first line that is none."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE):
            number += 1
            yield parsed(line, f"{path} line {number}")


def parsed(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
        if isinstance(row["recipients"], list) and isinstance(row["kind"], str):
            return dict(row)
    except (ValueError, TypeError, KeyError):
        pass
    raise NoRow(f"{place} is no row of `saywhy read --format jsonl`")
