"""A message's row as text: a line of JSON by docs/schema/report.json, or lines of CSV, one a recipient.

`source` names the file, and after `#` the number of the message in it where it has several.  Who reads a stretch
of a file does not know the numbers; it leaves slots, which the parent fills.  A slot is NUL, the number within the
stretch, NUL: neither JSON nor our CSV has a NUL of its own.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from saywhy.archive.tasks import Form

_SLOT = re.compile(rb"\0([0-9]+)\0")
_PLACE = "source-goes-here"  # stands before all that comes from the message: the first one is ours
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_QUOTED_PLACE = f'"{_PLACE}"'.encode()

OF_MESSAGE = (
    "source", "is_report", "kind", "error", "truncated", "dialect", "system", "reporting_mta", "envelope_id",
    "arrival_date", "subject",
)  # fmt: skip
OF_RECIPIENT = (
    "recipient", "original_recipient", "action", "status", "reply_code", "diagnostic", "remote_mta",
    "last_attempt", "retry_until", "reason", "hard_bounce", "cause", "scope", "act", "permanence",
    "confidence", "words",
)  # fmt: skip
OF_ORIGINAL = ("sender", "subject", "message_id", "date")
COLUMNS = (*OF_MESSAGE, *OF_RECIPIENT, *(f"original_{name}" for name in OF_ORIGINAL))


def slot(number: int) -> str:
    return f"\0{number}\0"


def fill(text: bytes, base: int) -> bytes:
    """The slots of a stretch, filled: its first message has the number `base`."""
    return _SLOT.sub(lambda found: b"%d" % (base + int(found[1])), text)


def text_of(row: dict[str, Any], source: str, form: Form) -> bytes:
    """The row of one message, with its line end.  `row` is as `Report.as_dict` makes it."""
    if form is Form.JSONL:
        row["source"] = _PLACE
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return line.replace(_QUOTED_PLACE, _quoted(source), 1) + b"\n"
    row["source"] = source
    return _csv([_flat(row, recipient) for recipient in row["recipients"] or [{}]])


def header(form: Form) -> bytes:
    return _csv([list(COLUMNS)]) if form is Form.CSV else b""


def flat(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table, one a recipient, by COLUMNS."""
    return [dict(zip(COLUMNS, _flat(row, one), strict=True)) for one in row["recipients"] or [{}]]


def shown(path: str) -> str:
    """A path as text: octets that are no UTF-8 are replaced, and so are NULs."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")


def _quoted(source: str) -> bytes:
    return json.dumps(source, ensure_ascii=False).replace("\\u0000", "\0").encode("utf-8", "replace")


def _flat(row: dict[str, Any], recipient: dict[str, Any]) -> list[Any]:
    original = row.get("original") or {}
    return [
        *(row.get(name) for name in OF_MESSAGE),
        *(recipient.get(name) for name in OF_RECIPIENT),
        *(original.get(name) for name in OF_ORIGINAL),
    ]


def _csv(rows: list[list[Any]]) -> bytes:
    """RFC 4180, but lines end in LF.  A cell that a spreadsheet takes for a formula gets a quote first."""
    out = io.StringIO()
    lines = [[row[0], *(cell(value) for value in row[1:])] for row in rows]  # the source may have slots
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue().encode("utf-8", "replace")


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).replace("\0", "\ufffd")
    return "'" + text if text.startswith(_FORMULA) else text
