"""tools/check_lab.py can fail: what a real run left is right, and wrong as soon as one thing in it is changed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from saywhy.lab.play import play
from saywhy.lab.scenario import scenarios
from tests.lab.loopback import needs_loopback

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import check_lab

pytestmark = needs_loopback

UNKNOWN, REMOTE, SIZE, DELAY, OUTSIDE, REFUSED = (
    f"NDR-{name}" for name in ("5.1.1-b", "5.1.1-d", "5.2.3-a", "4.4.1-b", "5.7.1-a", "5.6.3-a")
)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    folder = tmp_path_factory.mktemp("run")

    def row(name: str) -> dict[str, Any]:
        if name not in rows:
            rows[name] = play(scenarios()[name], folder)
        return rows[name]

    return row


def copied(row: dict[str, Any], folder: Path) -> dict[str, Any]:
    evidence = shutil.copytree(row["evidence"], folder / row["id"])
    return row | {"evidence": str(evidence), "report": str(evidence / Path(row["report"]).name)}


@pytest.mark.parametrize("name", [UNKNOWN, REMOTE, SIZE, DELAY, OUTSIDE, REFUSED])
def test_what_the_laboratory_made_is_right(name: str, played: Callable[[str], dict[str, Any]]) -> None:
    assert check_lab.judge(played(name)) == (True, [])


MUTATIONS = [
    (UNKNOWN, "report.eml", "Final-Recipient: rfc822; anne@worcester.example\n", "", "final-recipient is missing"),
    (UNKNOWN, "report.eml", "Final-Recipient: rfc822; anne", "Final-Recipient: rfc822; Anne", "erratum 29"),
    (UNKNOWN, "report.eml", "\nAction: failed", "\nAction: delayed", "R14: delayed with status 5.1.1"),
    (UNKNOWN, "report.eml", "\nAction: failed\n", "\n", "action is missing"),
    (UNKNOWN, "report.eml", "\nStatus: 5.1.1\n", "\n", "status is missing"),
    (UNKNOWN, "report.eml", "\nStatus: 5.1.1\n", "\nStatus: 5.01.1\n", "R14: the status is 5.01.1"),
    (UNKNOWN, "report.eml", "\nStatus: 5.1.1\n", "\nStatus: 4.1.1\n", "erratum 14"),
    (UNKNOWN, "report.eml", "Reporting-MTA: dns; mail.worcester.example", "X-A: b", "reporting-mta is missing"),
    (UNKNOWN, "report.eml", "Reporting-MTA: dns; mail.worcester.example", "Reporting-MTA: dns; mail", "2.2.2"),
    (UNKNOWN, "report.eml", "Diagnostic-Code: x-saywhy;", "Diagnostic-Code: smtp;", "erratum 14"),
    (UNKNOWN, "report.eml", "\nFinal-Log-ID: 1-1", "\nWill-Retry-Until: x\nFinal-Log-ID: 1-1", "in the order"),
    (UNKNOWN, "report.eml", "X-SayWhy-Act: sender", "X-Act: sender", "lacks the product's name"),
    (UNKNOWN, "report.eml", "X-SayWhy-Act: sender", "X-SayWhy-Act: our-admin", "ticked as who has to act"),
    (UNKNOWN, "report.eml", "X-SayWhy-Cause: recipient-unknown", "X-SayWhy-Cause: no-route", "the cause named is"),
    (UNKNOWN, "report.eml", "There is no mailbox, group or contact", "Something is wrong", "begin with the cause"),
    (
        UNKNOWN,
        "report.eml",
        "      There is no mailbox",
        "      The server sleeps. There is no mailbox",
        "begin with",
    ),
    (UNKNOWN, "report.eml", "Return-Path: <>", "Return-Path: <ann@worcester.example>", "R2: the report was not"),
    (UNKNOWN, "report.eml", "\nTo: <ann@", "\nTo: <ben@", "R3: the report goes to ben@worcester.example"),
    (UNKNOWN, "report.eml", "Auto-Submitted: auto-replied\n", "", "auto-submitted stands 0 times"),
    (UNKNOWN, "report.eml", "Auto-Submitted: auto-replied", "Auto-Submitted: no", "is not auto-replied"),
    (
        UNKNOWN,
        "report.eml",
        "\nMIME-Version: 1.0",
        "\nMIME-Version: 1.0\nSubject: again",
        "subject stands 2 times",
    ),
    (UNKNOWN, "report.eml", "Subject: Undeliverable: Secret\nDate", "Subject: Secret\nDate", "B1: the Subject"),
    (UNKNOWN, "report.eml", "report-type=delivery-status", "report-type=other", "R12"),
    (
        UNKNOWN,
        "report.eml",
        "Content-Type: message/rfc822",
        "Content-Type: application/octet-stream",
        "third part",
    ),
    (UNKNOWN, "report.eml", "Content-Type: message/delivery-status", "Content-Type: text/plain", "second part"),
    (UNKNOWN, "report.eml", "\nAt ten.\n", "\nAt\n", "octets are returned"),
    (UNKNOWN, "report.eml", "\nArrival-Date: ", "\nX-SayWhy-Note: ü\nArrival-Date: ", "not 7-bit"),
    (UNKNOWN, "report.eml", "\nArrival-Date: ", "\n\n\nArrival-Date: ", "more than one blank line"),
    (UNKNOWN, "report.eml", "      What you can do:\n        1.", "      Well:\n        -", "no advice"),
    (UNKNOWN, "report.eml", "Generating server: mail.worcester.example", "Server", "'Generating server:'"),
    (UNKNOWN, "report.eml", "<p ", "<img src='http://track.example/1'><p ", "fetches or runs"),
    (UNKNOWN, "events.jsonl", '"event":"REPORT"', '"event":"OTHER"', "R1: of 1-1 1 recipients failed, and 0"),
    (UNKNOWN, "client.txt", "RCPT TO:<anne@worcester.example>", "RCPT TO:<x@y.example>", "erratum 29"),
    (UNKNOWN, "scenario.toml", 'cause = "recipient-unknown"', 'cause = "no-route"', "the true one no-route"),
    (UNKNOWN, "scenario.toml", 'status = "5.1.1"', 'status = "5.1.2"', "expects something else than its scenario"),
    (
        REMOTE,
        "client.txt",
        "NOTIFY=FAILURE",
        "NOTIFY=SUCCESS,DELAY",
        "R5: failed is reported, NOTIFY was SUCCESS,DELAY",
    ),
    (REMOTE, "report.eml", "5.1.1", "5.9.1", "R27: 5.9.1 is not registered"),
    (REMOTE, "report.eml", "Original-Envelope-Id: QQ+314159\n", "", "R9: Original-Envelope-Id"),
    (REMOTE, "report.eml", "rfc822; Bob+news@", "rfc822; bob@", "R8: Original-Recipient is"),
    (REMOTE, "report.eml", "text/rfc822-headers", "message/rfc822", "B5: what is returned is message/rfc822"),
    (UNKNOWN, "report.eml", "\nReferences: <secret.1@pc7.worcester.example>", "", "B2: References is None"),
    (REMOTE, "report.eml", "Remote-MTA: dns; mx.partner.example\n", "", "erratum 14"),
    (REMOTE, "report.eml", "smtp; 550 5.1.1 User unknown\n", "smtp; 550 5.1.1 User away\n", "no remote host said"),
    (REMOTE, "scenario.toml", 'made_by = "remote"', "", "not by a cause: a remote host said 550 5.1.1"),
    (SIZE, "report.eml", "Limit: 5.2 KB seen, 1,000 bytes allowed", "Limit: 5.2 KB seen", "another line of Limit"),
    (SIZE, "report.eml", "the limit is 1,000 bytes", "there is a limit", "begin with the cause"),
    (SIZE, "scenario.toml", 'observed = "5.2 KB"', 'observed = "9 KB"', "observed '9 KB' does not stand"),
    (SIZE, "scenario.toml", 'limit = "1,000 bytes"', "", "the scenario does not say: limit"),
    (DELAY, "report.eml", "\nWill-Retry-Until: ", "\nX-SayWhy-Until: ", "R16"),
    (DELAY, "report.eml", "\nMIME-Version", "\nX-SayWhy-Message-Is-Ndr: yes\nMIME-Version", "with failed reports"),
    (DELAY, "report.eml", "text/rfc822-headers", "message/rfc822", "B5: what is returned is message/rfc822"),
    (OUTSIDE, "remote-mx.partner.example.txt", "MAIL FROM:<>", "MAIL FROM:<a@b.example>", "R2: no session"),
    (OUTSIDE, "remote-mx.partner.example.txt", " NOTIFY=NEVER", "", "goes on with NOTIFY=NEVER"),
    (REFUSED, "client.txt", "S: 250 2.1.0 Sender OK", "S: 250 Sender OK", "R17: S: 250 Sender OK has no enhanced"),
    (REFUSED, "client.txt", "S: 250 2.1.0 Sender OK", "S: 250 5.1.0 Sender OK", "a code of another class"),
    (REFUSED, "events.jsonl", '"observed":3', '"seen":3', "the log does not say what was observed"),
]


@pytest.mark.parametrize(("name", "file", "old", "new", "fault"), MUTATIONS, ids=lambda value: value[:30])
def test_one_thing_changed_is_noticed(
    name: str, file: str, old: str, new: str, fault: str, played: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    row = copied(played(name), tmp_path)
    path = Path(row["evidence"]) / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    found = check_lab.judge(row)[1]
    assert any(fault in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [("recipient-unknown", "no-route"), ("Status: 5.1.1", "Status: 5.1.2"), ("RecipNotFound;", "X;")],
)
def test_a_row_that_says_ok_of_a_report_with_another_code_is_a_lie(
    old: str, new: str, played: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    row = copied(played(UNKNOWN), tmp_path)
    path = Path(row["report"])
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert check_lab.judge(row)[0] is False


def test_the_count_names_what_is_wrong_and_which_codes_are_missing(
    played: Callable[[str], dict[str, Any]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = played(SIZE) | {"ok": False}
    (tmp_path / "rows").write_text("\n".join(map(json.dumps, [played(UNKNOWN), played(REMOTE), wrong])))
    triggers = "id\tcode\n" + "".join(f"{name}\t{name[4:9]}\n" for name in (UNKNOWN, REMOTE, SIZE, "NDR-4.4.1-b"))
    (tmp_path / "triggers").write_text(triggers)
    arguments = ["check_lab", str(tmp_path / "rows"), "--triggers", str(tmp_path / "triggers")]
    monkeypatch.setattr(sys, "argv", arguments)
    assert check_lab.main() == 1
    said = capsys.readouterr().out
    assert "the files say otherwise than `ok` for: NDR-5.2.3-a" in said
    assert "3 of 3 right, 1 of them by a remote's words alone" in said
    assert "1 of 4 triggers have no row: NDR-4.4.1-b" in said
    assert "2 of 3 codes; missing: 4.4.1" in said
