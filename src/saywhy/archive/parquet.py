"""Rows as a Parquet file, one row a recipient, by the columns of the CSV (pyarrow; extra `parquet`)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from saywhy.archive.journal import Progress
from saywhy.archive.output import advanced
from saywhy.archive.rows import COLUMNS, flat
from saywhy.archive.run import Step

GROUP = 20_000  # rows in memory, and in a row group

_BOOLS = frozenset({"is_report", "truncated", "hard_bounce"})
_MOMENTS = frozenset({"arrival_date", "last_attempt", "retry_until", "original_date"})
_MOMENT = pa.timestamp("s", tz="UTC")
SCHEMA = pa.schema(
    [(name, pa.bool_() if name in _BOOLS else _MOMENT if name in _MOMENTS else pa.string()) for name in COLUMNS]
)


class Parquet:
    """The file at `path`; whole only after `close`, for its index stands at its end."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._rows: list[dict[str, Any]] = []
        self.progress = Progress({})

    def write(self, step: Step) -> None:
        for line in step.text.splitlines():
            self._rows += map(_typed, flat(json.loads(line)))
        if len(self._rows) >= GROUP:
            self._flush()
        self.progress = advanced(self.progress, step)

    def checkpoint(self) -> None: ...

    def close(self, finished: bool) -> None:  # noqa: ARG002 - it cannot be gone on with
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=SCHEMA))
            self._rows = []


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    for name in _MOMENTS:
        row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return row
