"""Rows: JSON by the schema, CSV that no spreadsheet runs, numbers that no message can forge."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import saywhy
from saywhy.archive.rows import COLUMNS, fill, flat, header, shown, slot, text_of
from saywhy.archive.tasks import Form
from tests.archive.reports import report

SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "report.json"


def test_a_line_of_json_has_the_fields_of_the_schema_and_the_source() -> None:
    line = text_of(saywhy.read(report(3)).as_dict(), "a.eml", Form.JSONL)
    row = json.loads(line)
    assert sorted(row) == sorted(json.loads(SCHEMA.read_text())["required"])
    assert row["source"] == "a.eml"
    assert line.count(b"\n") == 1


def test_numbers_are_filled_in_and_no_message_can_forge_one() -> None:
    said = "550 5.1.1 \x007\x00 source-goes-here"
    for form in Form:
        text = text_of(saywhy.read(report(1, said=said)).as_dict(), f"a{slot(2)}", form)
        filled = fill(text, 40)
        assert filled.count(b"a42") == 1
        assert b"47" not in filled
        assert b"\0" not in filled


def test_csv_has_a_line_a_recipient_and_no_formula() -> None:
    row = saywhy.read(report(1, said="=cmd|' /C calc'!A0")).as_dict()
    row["subject"] = '=HYPERLINK("x")'
    row["recipients"] *= 2
    text = header(Form.CSV) + text_of(row, "a,b.eml", Form.CSV)
    table = list(csv.reader(io.StringIO(text.decode())))
    assert table[0] == list(COLUMNS)
    assert [line[0] for line in table[1:]] == ["a,b.eml", "a,b.eml"]
    assert not [cell for line in table for cell in line if cell.startswith("=")]


def test_a_message_without_recipients_has_one_line_too() -> None:
    (line,) = flat(saywhy.read(b"Subject: hi\n\nhello\n").as_dict())
    assert (line["kind"], line["recipient"]) == ("none", None)


def test_a_path_that_is_no_utf8_is_shown_all_the_same() -> None:
    assert shown("a\udcff\0b") == "a\ufffd\ufffdb".replace("\ufffd", "\ufffd")
    json.loads(text_of(saywhy.read(b"").as_dict(), shown("\udcff"), Form.JSONL))
