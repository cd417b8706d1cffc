"""`saywhy read`, `summary` and `suppress` as their users call them."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from saywhy.archive import journal
from saywhy.doors.cli.main import main
from tests.archive.reports import mbox, report

SAYWHY = [sys.executable, "-m", "saywhy"]


def call(*arguments: str | Path, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], input=given)


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    folder = tmp_path / "pile"
    folder.mkdir()
    mbox(folder / "a.mbox", 5)
    (folder / "b.eml").write_bytes(report(7, status="5.7.1", said="550 5.7.1 Your IP is on a block list"))
    (folder / "c.eml").write_bytes(b"Subject: lunch\n\nAt noon?\n")
    return folder


def test_piped_it_writes_a_line_of_json_for_each_message(pile: Path) -> None:
    done = call("read", pile)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.exit_code, done.stderr) == (0, "")
    assert [row["source"] for row in rows] == [
        *(f"{pile}/a.mbox#{number}" for number in range(1, 6)), f"{pile}/b.eml", f"{pile}/c.eml",
    ]  # fmt: skip
    assert [row["kind"] for row in rows] == ["failed"] * 6 + ["none"]


@pytest.mark.parametrize("given", [report(3), b"From a Mon Nov  2 10:00:00 2026\n" + report(3)])
def test_a_message_may_come_from_standard_input(given: bytes) -> None:
    for arguments in (("read",), ("read", "-")):
        (row,) = [json.loads(line) for line in call(*arguments, given=given).stdout.splitlines()]
        assert row["recipients"][0]["recipient"] == "user3@dom3.example"


def test_one_array_one_table_and_one_parquet_say_the_same(pile: Path, tmp_path: Path) -> None:
    array = json.loads(call("read", pile, "--format", "json").stdout)
    table = list(csv.DictReader(io.StringIO(call("read", pile, "--format", "csv").stdout)))
    path = tmp_path / "rows.parquet"
    assert call("read", pile, "-o", path).exit_code == 0
    parquet = pq.read_table(path).to_pylist()
    assert (
        [row["source"] for row in array] == [row["source"] for row in table] == [row["source"] for row in parquet]
    )
    assert [row["cause"] or None for row in table] == [row["cause"] for row in parquet]
    assert json.loads(call("read", "--format", "json", given=b"").stdout)[0]["kind"] == "none"


def test_on_a_terminal_it_shows_a_table_that_no_message_can_write_over(pile: Path) -> None:
    (pile / "d.eml").write_bytes(report(1).replace(b"user1@dom1", b"\x1b[2Jx\xe2\x80\xaey@dom1"))
    master, slave = pty.openpty()
    done = subprocess.run([*SAYWHY, "read", str(pile)], stdout=slave, stderr=slave, timeout=60)
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert done.returncode == 0
    assert shown.startswith("MESSAGE")
    assert "a.mbox#1" in shown
    assert "user0@dom0" in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown


def test_the_lines_of_a_log_are_questions_each(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("550 5.1.1 User unknown\n\nnothing here\n452 4.2.2 Mailbox full\n")
    rows = [json.loads(line) for line in call("read", "--lines", log).stdout.splitlines()]
    assert [row["source"] for row in rows] == [f"{log}#{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize(("arguments", "why"), [
    (["read", "no-such-file"], "is no file, no folder and no imap:// address"),
    (["read", "-", "--resume"], "give the same --output as before"),
    (["read", "-", "--format", "parquet"], "needs --output"),
    (["read", "-", "--engine", "spark"], "--engine is local, dask or dask=ADDRESS"),
    (["read", "imap://a:secret@b.example/INBOX"], "a password does not belong in an address"),
    (["read", "pop3://a@b.example"], "pop3:// is not read"),
    (["summary", "imap://a@b.example/INBOX"], "is read by `saywhy read`"),
])  # fmt: skip
def test_wrong_usage_is_said_and_ends_with_2(arguments: list[str], why: str) -> None:
    done = call(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert why in done.stderr
    assert "secret" not in done.stderr


def test_what_cannot_be_read_has_its_row_and_ends_with_1(pile: Path) -> None:
    (pile / "gone.eml").symlink_to("nowhere")
    (pile / "bad.msg").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and no more")
    done = call("read", pile)
    errors = [row["error"] for row in map(json.loads, done.stdout.splitlines()) if row["error"]]
    assert done.exit_code == 1
    assert len(errors) == 1
    assert errors[0].startswith("the Outlook file is damaged")
    assert done.stderr == "saywhy read: of 8 messages 1 could not be read.\n"


def test_a_reader_that_has_enough_ends_it_quietly(tmp_path: Path) -> None:
    mbox(tmp_path / "a.mbox", 300)
    piped = f"{sys.executable} -m saywhy read {tmp_path}/a.mbox | head -1"
    done = subprocess.run(piped, shell=True, capture_output=True, timeout=60)
    assert (len(done.stdout.splitlines()), done.stderr) == (1, b"")


def test_a_full_disk_ends_it_with_a_sentence(tmp_path: Path) -> None:
    mbox(tmp_path / "a.mbox", 3)
    for command in ("read", "read --format json"):
        line = f"{sys.executable} -m saywhy {command} {tmp_path}/a.mbox > /dev/full"
        done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60)
        assert done.returncode == 1
        assert done.stderr.endswith(": [Errno 28] No space left on device\n")
        assert done.stderr.count("\n") == 1


def test_what_a_shell_gives_as_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    mbox(tmp_path / "a.mbox", 3)
    os.mkfifo(tmp_path / "pipe")
    feeding = subprocess.Popen(["sh", "-c", 'exec cat "$1" > "$2"', "sh", tmp_path / "a.mbox", tmp_path / "pipe"])
    rows = [json.loads(line) for line in call("read", tmp_path / "pipe").stdout.splitlines()]
    assert feeding.wait(60) == 0
    assert [row["source"] for row in rows] == [f"{tmp_path}/pipe#{number}" for number in (1, 2, 3)]


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on_and_each_message_has_one_row(tmp_path: Path) -> None:
    """kill -9 as soon as a checkpoint is there, again and again, with two processes."""
    source, output = tmp_path / "a.mbox", tmp_path / "rows.jsonl"
    body = "x" * 70_000 + "\n"  # some stretches of 4 MiB
    with source.open("wb") as file:
        for number in range(400):
            file.write(b"From a Mon Nov  2 10:00:00 2026\n" + report(number, body=body) + b"\n")
    command = [*SAYWHY, "read", str(source), "-j", "2", "-o", str(output)]
    for attempt in range(3):
        run = subprocess.Popen([*command, *(["--resume"] if attempt else [])])
        before = journal.path_of(output).stat().st_mtime_ns if attempt else 0
        until = time.monotonic() + 60
        while run.poll() is None and time.monotonic() < until:
            path = journal.path_of(output)
            if path.exists() and path.stat().st_mtime_ns != before and output.stat().st_size:
                break
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
        run.wait(60)
    with output.open("ab") as file:
        file.write(b'{"version":1,"half')
    done = subprocess.run([*command, "--resume"], capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["source"] for row in rows] == [f"{source}#{number}" for number in range(1, 401)]
    assert [row["recipients"][0]["recipient"].partition("@")[0] for row in rows] == [
        f"user{n}" for n in range(400)
    ]


def test_a_finished_run_goes_on_with_what_has_come_since(tmp_path: Path) -> None:
    source, output = tmp_path / "a.mbox", tmp_path / "rows.jsonl"
    mbox(source, 3)
    call("read", source, "-o", output)
    again = call("read", source, "-o", output, "--resume")
    assert (again.exit_code, again.stderr) == (0, f"{output} is complete: nothing has come since.\n")
    mbox(source, 2, first=3)
    assert call("read", source, "-o", output, "--resume").exit_code == 0
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["source"] for row in rows] == [f"{source}#{number}" for number in range(1, 6)]


def test_a_second_run_into_an_interrupted_output_asks_first(tmp_path: Path, pile: Path) -> None:
    output = tmp_path / "rows.jsonl"
    assert call("read", pile, "-o", output).exit_code == 0
    known = journal.load(output)
    assert known is not None
    journal.save(output, journal.Progress(known.asked, 0, known.mark))
    refused = call("read", pile, "-o", output)
    assert (refused.exit_code, "--resume goes on with it" in refused.stderr) == (1, True)
    assert call("read", pile, "-o", output, "--overwrite").exit_code == 0
    assert len(output.read_text().splitlines()) == 7


def test_terminated_it_keeps_what_it_has(tmp_path: Path) -> None:
    source, output = tmp_path / "pipe", tmp_path / "rows.jsonl"
    os.mkfifo(source)
    run = subprocess.Popen([*SAYWHY, "read", "-", "-o", str(output)], stdin=subprocess.PIPE)
    assert run.stdin is not None
    until = time.monotonic() + 60
    while not journal.path_of(output).exists() and time.monotonic() < until:
        time.sleep(0.01)
    run.send_signal(signal.SIGTERM)
    assert run.wait(60) == 130
    run.stdin.close()
    known = journal.load(output)
    assert known is not None
    assert not known.finished


def test_summary_counts_rows_and_messages_alike(pile: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(call("read", pile).stdout_bytes)
    counts = json.loads(call("summary", rows, "--json").stdout)
    assert counts == json.loads(call("summary", pile, "--json").stdout)
    assert (counts["messages"], counts["kinds"]) == (7, {"failed": 6, "none": 1})
    page = call("summary", rows, "--picture", tmp_path / "p.svg").stdout
    assert page.startswith("7 messages: 6 failed, 1 none\n6 recipients: 6 failed or wait")
    assert "remote-user-unknown" in page
    assert (tmp_path / "p.svg").read_text().startswith("<svg ")


def test_suppress_lists_the_addresses_that_are_no_good_and_no_other(pile: Path) -> None:
    mbox(pile / "again.mbox", 2)
    table = list(csv.DictReader(io.StringIO(call("suppress", pile).stdout)))
    assert [(row["address"], row["count"], row["cause"]) for row in table] == [
        (f"user{n}@dom{n}.example", "2" if n < 2 else "1", "remote-user-unknown") for n in range(5)
    ]
    assert len(json.loads(call("suppress", pile, "--json", "--at-least", "2").stdout)) == 2
    assert call("suppress", "--format", "jsonl", given=b"Subject: x\n\nx\n").stdout == ""


def test_a_file_of_rows_with_a_line_that_is_none_is_refused_with_its_place(tmp_path: Path, pile: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_bytes(call("read", pile).stdout_bytes + b"{}\n")
    done = call("summary", rows)
    assert (done.exit_code, done.stderr) == (
        1,
        f"Error: {rows} line 8 is no row of `saywhy read --format jsonl`\n",
    )
