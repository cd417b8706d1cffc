"""Results on a terminal: a plain aligned table that reads without colour, or JSON.

What comes from outside (subjects, remote replies) is shown with its control characters escaped.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence

from saywhy.infra.log.plain import printable
from saywhy.operations.declaration import Column, Format, Operation, Result, Row
from saywhy.operations.telling import clock

MAX_LISTED = 5  # of a list in one cell
GAP = "  "
_RIGHT = {Format.NUMBER, Format.SIZE}


def render(operation: Operation, result: Result) -> str:
    """For people: the table, then the text."""
    if operation.raw:
        return result.text
    text = "\n".join(map(printable, result.text.split("\n"))) if result.text else ""
    if operation.prose or not (result.rows and operation.columns):
        return text
    grid = table(operation.columns, result.rows)
    return f"{grid}\n\n{text}" if text else grid


def as_json(result: Result) -> str:
    return json.dumps({"rows": result.rows, "text": result.text}, indent=2, ensure_ascii=True)


def table(columns: Sequence[Column], rows: Iterable[Row]) -> str:
    cells = [[column.name for column in columns]]
    cells += [[_cell(column, row.get(column.name, "")) for column in columns] for row in rows]
    widths = [max(_width(line[index]) for line in cells) for index in range(len(columns))]
    return "\n".join(_line(columns, widths, line) for line in cells)


def _line(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> str:
    padded = []
    for column, width, cell in zip(columns, widths, cells, strict=True):
        space = " " * (width - _width(cell))
        padded.append(space + cell if column.format in _RIGHT else cell + space)
    return GAP.join(padded).rstrip()


def _cell(column: Column, value: object) -> str:
    match column.format, value:
        case Format.TIME, int() | float():
            return clock(value) if value else "-"
        case Format.SIZE, int():
            return _size(value)
        case Format.YES, bool():
            return "yes" if value else ""
        case Format.LIST, list():
            listed = [printable(str(item)) for item in value[:MAX_LISTED]]
            return ", ".join([*listed, *([f"and {len(value) - MAX_LISTED} more"] if value[MAX_LISTED:] else [])])
    return printable(str(value))


def _size(octets: int) -> str:
    for unit, length in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if octets >= length:
            return f"{octets / length:.1f} {unit}"
    return f"{octets} B"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
