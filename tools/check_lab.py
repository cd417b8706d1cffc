#!/usr/bin/env python3
"""Judge a run of the laboratory by its files alone; nothing of saywhy is imported.

    saywhy lab run --all --json > rows.jsonl
    python tools/check_lab.py rows.jsonl [--triggers LIST.tsv]

For each row the scenario, the report (or the dialogue), the transcripts and the log are read anew: the codes and
the cause, the rules that a finished report can show (lab_rules.py), the true cause first and the values observed
and allowed (lab_words.py), and that every failure in the log was reported once (here).  Status 1 when a row's `ok`
is not what the files say, when a rule is broken, or with --triggers when an id is absent.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lab_rules
import lab_words
from lab_case import Case, folded, groups, status_part, value

COMPARED = ("status", "action", "tag", "cause")
REMOTE_AT_MOST = 60  # of all triggers, those that a remote host's words alone provoke
TAG = re.compile(r"\b([A-Z]+(?:\.[A-Za-z]+)+);")
REPLY = re.compile(r"S: ([245])[0-9]{2}(?:[ -]([245])\.[0-9]{1,3}\.[0-9]{1,3}(?= |$))?")


def report(case: Case) -> dict[str, str]:
    """The first recipient's fields."""
    if case.message.get_content_type() != "multipart/report":
        return {}
    group = groups(case)[1]
    tag = TAG.search(value(group, "diagnostic-code"))
    names = {"status": "status", "action": "action", "cause": "x-saywhy-cause"}
    return {key: value(group, name) for key, name in names.items()} | {"tag": tag[1] if tag else ""}


def dialogue(case: Case) -> dict[str, str]:
    """The last reply; its cause stands in the log alone."""
    reply = [line[3:] for line in case.raw.decode("utf-8", "replace").splitlines() if line.startswith("S: ")][-1]
    code = re.search(r" ([245]\.\d{1,3}\.\d{1,3}) ", f"{reply[3:]} ")
    tag = TAG.search(reply)
    told = [event.get("cause", "") for event in case.named("REFUSE", "CONNECT_REFUSE", "AUTH_FAIL")]
    return {
        "status": code[1] if code else "",
        "action": {"5": "refused", "4": "deferred"}.get(reply[0], "accepted"),
        "tag": tag[1] if tag else "",
        "cause": told[-1] if told else "",
    }


def matches(case: Case) -> bool:
    """What the row's `ok` must say: the codes, the cause, and the words that the scenario names."""
    expected = {name: case.expect.get(name, "") for name in COMPARED}
    if case.where == "nothing":
        return not case.row.get("error")
    seen = report(case) if case.where == "report" else dialogue(case)
    text = folded(f"{case.text if case.where == 'report' else ''} {case.raw.decode('utf-8', 'replace')}")
    return seen == expected and all(words in text for words in case.scenario.get("shows", ()))


def replies(case: Case) -> Iterator[str]:
    """R17: each reply of ours has a code of its own class, but greetings and the answers to EHLO and HELO."""
    said = ""
    for line in case.client:
        found = REPLY.match(line)
        if line.startswith("C: "):
            said = "" if line[3] == "(" else line[3:7].upper()
        elif found and found[2] and found[1] != found[2]:
            yield f"R17: {line} has a code of another class"
        elif found and not found[2] and said not in ("", "EHLO", "HELO") and not line.startswith("S: 220 "):
            yield f"R17: {line} has no enhanced code"


def accounts(case: Case) -> Iterator[str]:
    """R1, R2: every recipient that failed was reported once, to nobody twice, and never about a report."""
    nobody = {event["message"] for event in case.named("RECEIVE") if event["sender"] == "<>"}
    failed = collections.Counter(e["message"] for e in case.named("FAIL") if e["message"] not in nobody)
    dropped = collections.Counter(e["message"] for e in case.named("DROP"))
    reports: collections.Counter[str] = collections.Counter()
    removed = collections.Counter(e["message"] for e in case.named("REMOVE") if e["data"]["ndr"])
    for event in case.named("REPORT"):
        if event["message"] in nobody:
            yield f"R2: {event['data']['report']} is a report about the report {event['message']}"
        if event["data"]["kind"] == "failed":
            reports[event["message"]] += event["data"]["recipients"]
    for message in failed | removed:
        if reports[message] + dropped[message] != failed[message] + removed[message]:
            yield f"R1: of {message} {failed[message]} recipients failed, and {reports[message]} were reported"


def honesty(case: Case) -> Iterator[str]:
    """A scenario whose cause is said to have happened has no remote host whose words alone make the report."""
    if case.scenario.get("made_by", "cause") == "cause":
        says = re.search(rf"S: [45][0-9]{{2}}[ -]{re.escape(case.code)}\b", case.sessions)
        if says:
            yield f"not by a cause: a remote host said {says[0][3:]}"
        elif case.where == "report" and "\nRemote-MTA:" in status_part(case) and not _expired(case):
            yield "not by a cause: the report rests on a remote host's words"
    if case.expect.get("status") != case.code and case.where != "nothing" and not case.expect.get("departs"):
        yield f"the trigger's code is {case.code}, and no reason is given for {case.expect.get('status')}"


def _expired(case: Case) -> bool:
    return "\n  Tried for: " in case.text


def faults(case: Case) -> list[str]:
    found = [*honesty(case), *accounts(case), *lab_words.value_faults(case)]
    if case.where == "report":
        return found + lab_rules.faults(case) + lab_words.faults(case)
    return [*found, *replies(case)]


def judge(row: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the row is as the scenario says, and what is wrong with it beside that."""
    if row["expected"] is None or (not row.get("report") and row["expected"]["where"] != "nothing"):
        return False, []
    case = Case(row)
    said = {name: case.expect.get(name, "") for name in COMPARED} | {"where": case.where}
    lies = [] if said == row["expected"] else ["the row expects something else than its scenario"]
    return matches(case), lies + faults(case)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--triggers", type=Path, help="tab-separated: the id of each trigger, its code")
    args = parser.parse_args()
    rows = [json.loads(line) for line in args.rows.read_text().splitlines() if line]
    judged = {row["id"]: judge(row) for row in rows}
    right = [row for row in rows if judged[row["id"]] == (True, [])]
    wrong = [row["id"] for row in rows if judged[row["id"]][0] is not row["ok"]]
    for row in rows:
        if not row["ok"]:
            print(f"  {row['id']}: {row.get('missing') or row.get('error') or row['got']}")
        for fault in judged[row["id"]][1]:
            print(f"  {row['id']}: {fault}")
    if wrong:
        print(f"the files say otherwise than `ok` for: {', '.join(wrong)}")
    absent = summary(rows, right, args.triggers)
    failed = [row["id"] for row in rows if not row["ok"] and not row.get("missing")]
    return 1 if wrong or absent or failed or any(found for _, found in judged.values()) else 0


def summary(rows: list[dict[str, Any]], right: list[dict[str, Any]], triggers: Path | None) -> list[str]:
    """Print the counts; returns what is absent or too much."""
    made = collections.Counter(row["made_by"] for row in right)
    codes = {row["expected"]["status"] for row in right}
    by_cause = {row["expected"]["status"] for row in right if row["made_by"] == "cause"}
    print(f"{len(right)} of {len(rows)} right, {made['remote']} of them by a remote's words alone")
    bad = [f"{made['remote']} by words alone"] if made["remote"] > REMOTE_AT_MOST else []
    if triggers is None:
        print(f"{len(codes)} codes, {len(by_cause)} of them by their cause")
        return bad
    lines = [line.split("\t") for line in triggers.read_text().splitlines()[1:]]
    absent = sorted({line[0] for line in lines} - {row["id"] for row in rows})
    wanted = sorted({line[1] for line in lines})
    print(f"{len(absent)} of {len(lines)} triggers have no row: {', '.join(absent)}")
    print(f"{sum(code in codes for code in wanted)} of {len(wanted)} codes; missing: {_those(wanted, codes)}")
    print(
        f"by their cause: {sum(code in by_cause for code in wanted)}; by words alone: {_those(wanted, by_cause)}"
    )
    return bad + absent


def _those(wanted: list[str], there: set[str]) -> str:
    return ", ".join(code for code in wanted if code not in there) or "none"


if __name__ == "__main__":
    sys.exit(main())
