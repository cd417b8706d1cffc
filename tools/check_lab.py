#!/usr/bin/env python3
"""Judge a run of the laboratory by its files alone; nothing of saywhy is imported.

    saywhy lab run --all --json > rows.jsonl
    python tools/check_lab.py rows.jsonl [--triggers LIST.tsv]

For each row the report (or the dialogue) is read anew with Python's email package and compared with what the row
says was expected.  Status 1 when a row's `ok` is not what the files say, or with --triggers when an id is absent.
"""

from __future__ import annotations

import argparse
import collections
import email
import email.policy
import json
import re
import sys
from pathlib import Path
from typing import Any

TAG = re.compile(r"\b([A-Z]+(?:\.[A-Za-z]+)+);")
REFUSALS = {200, 202, 203}  # event numbers: a refused command, sign-in, connection


def report(path: Path) -> dict[str, str]:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.compat32)
    if message.get_content_type() != "multipart/report":
        return {}
    for part in message.walk():
        if part["Final-Recipient"]:
            tag = TAG.search(str(part["Diagnostic-Code"] or ""))
            return {
                "status": str(part["Status"]).strip(),
                "action": str(part["Action"]).strip(),
                "tag": tag.group(1) if tag else "",
                "cause": str(part["X-SayWhy-Cause"] or "").strip(),
            }
    return {}


def dialogue(path: Path, evidence: Path) -> dict[str, str]:
    heard = [line[3:] for line in path.read_text().splitlines() if line.startswith("S: ")]
    reply = heard[-1]
    code = re.search(r" ([245]\.\d{1,3}\.\d{1,3}) ", f"{reply[3:]} ")
    tag = TAG.search(reply)
    events = [json.loads(line) for line in (evidence / "events.jsonl").read_text().splitlines()]
    causes = [event.get("cause", "") for event in events if number(event) in REFUSALS]
    return {
        "status": code.group(1) if code else "",
        "action": {"5": "refused", "4": "deferred"}.get(reply[0], "accepted"),
        "tag": tag.group(1) if tag else "",
        "cause": causes[-1] if causes else "",
    }


def number(event: dict[str, Any]) -> int:
    value = event.get("number", event.get("kind", 0))
    return value if isinstance(value, int) else 0


def judge(row: dict[str, Any]) -> bool:
    expected = row["expected"]
    if expected is None or not row.get("report"):
        return bool(expected) and expected["where"] == "nothing" and not row.get("error")
    path, evidence = Path(row["report"]), Path(row["evidence"])
    seen = report(path) if expected["where"] == "report" else dialogue(path, evidence)
    text = plain(path)
    return all(seen.get(name) == expected[name] for name in ("status", "action", "tag", "cause")) and all(
        words in text for words in row.get("shows", ())
    )


def plain(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(("plain",)) if message.get_content_type() == "multipart/report" else None
    readable = body.get_content() if body is not None else ""
    return " ".join(f"{readable} {path.read_text(errors='replace')}".split())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--triggers", type=Path, help="tab-separated; the first column names each trigger")
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.rows.read_text().splitlines() if line]
    lies = [row["id"] for row in rows if judge(row) is not row["ok"]]
    right = [row for row in rows if row["ok"]]
    made = collections.Counter(row["made_by"] for row in right)
    codes = {row["expected"]["status"] for row in right}
    print(f"{len(right)} of {len(rows)} right ({made['remote']} by a remote's words alone), {len(codes)} codes")
    for row in rows:
        if not row["ok"]:
            print(f"  {row['id']}: {row.get('missing') or row.get('error') or row['got']}")
    if lies:
        print(f"the files say otherwise than `ok` for: {', '.join(lies)}")
    absent = []
    if args.triggers:
        known = {line.split("\t")[0] for line in args.triggers.read_text().splitlines()[1:]}
        absent = sorted(known - {row["id"] for row in rows})
        print(f"{len(absent)} of {len(known)} triggers have no row: {', '.join(absent)}")
    return 1 if lies or absent else 0


if __name__ == "__main__":
    sys.exit(main())
