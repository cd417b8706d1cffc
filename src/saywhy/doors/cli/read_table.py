"""Rows of `saywhy read` for a person: one line a recipient; why it failed, and whose move it is."""

from __future__ import annotations

import json
import shutil
from typing import Any, TextIO

from saywhy.archive.journal import Progress
from saywhy.archive.output import advanced
from saywhy.archive.run import Step
from saywhy.infra.log.plain import printable
from saywhy.why import catalogue

MOVES = {
    "sender": "sender",
    "our-admin": "our admin",
    "their-admin": "their admin",
    "recipient": "recipient",
    "nobody": "wait",
}
MAX_RECIPIENTS = 20  # lines for one message


class Table:
    """A sink that writes lines at once; their columns fit the terminal."""

    def __init__(self, file: TextIO, width: int = 0) -> None:
        self._file = file
        width = max(80, width or shutil.get_terminal_size().columns)
        rest = width - 9 - 7 - 11 - 4 * 2
        self._widths = (rest * 3 // 10, 9, rest * 3 // 10, 7, rest - 2 * (rest * 3 // 10) - 2, 11)
        self.progress = Progress({})
        self._line("MESSAGE", "KIND", "RECIPIENT", "STATUS", "WHY", "WHOSE MOVE")

    def write(self, step: Step) -> None:
        for line in step.text.splitlines():
            self._message(json.loads(line))
        self.progress = advanced(self.progress, step)

    def checkpoint(self) -> None: ...

    def close(self, finished: bool) -> None:  # noqa: ARG002 - nothing to keep
        self._file.flush()

    def _message(self, row: dict[str, Any]) -> None:
        source = _end(row["source"], self._widths[0])
        if not row["recipients"]:
            self._line(source, row["kind"], "-", "-", row["error"] or row["note"] or "", "-")
        for one in row["recipients"][:MAX_RECIPIENTS]:
            why = catalogue.cause(one["cause"]).title
            act = MOVES[one["act"]] if one["action"] in ("failed", "delayed") else "-"
            kind, code = one["action"] or row["kind"], one["status"] or one["reply_code"]
            self._line(source, kind, one["recipient"] or "-", code or "-", why, act)
            source = ""
        if (more := len(row["recipients"]) - MAX_RECIPIENTS) > 0:
            self._line("", "", f"and {more} more", "", "", "")

    def _line(self, *cells: str) -> None:
        shown = (_fitted(printable(cell), width) for cell, width in zip(cells, self._widths, strict=True))
        self._file.write("  ".join(shown).rstrip() + "\n")


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "…"


def _end(text: str, width: int) -> str:
    """The end of a path tells more than its beginning."""
    return text if len(text) <= width else "…" + text[1 - width :]
