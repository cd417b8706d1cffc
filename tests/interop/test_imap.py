"""`saywhy read imap://` against Debian's Dovecot."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from saywhy.archive import journal
from tests.archive.reports import report
from tests.interop.dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.slow

LUNCH = b"From: ann@a.example\nSubject: lunch\n\nAt noon?\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot() as dovecot:
        yield dovecot


@pytest.fixture(autouse=True)
def mailbox(server: Dovecot, request: pytest.FixtureRequest) -> None:
    """An empty one for each test, by the name of its user."""
    server.user = f"{hashlib.sha256(request.node.name.encode()).hexdigest()[:12]}@here.example"


def read(server: Dovecot, *options: str | Path, scheme: str = "imap", folder: str = "INBOX", **env: str) -> Any:
    port = server.tls_port if scheme == "imaps" else server.port
    address = f"{scheme}://{server.user.replace('@', '%40')}@localhost:{port}/{folder}"
    return subprocess.run(
        [sys.executable, "-m", "saywhy", "read", address, "--ca", str(server.ca), *map(str, options)],
        capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        env={**os.environ, "SAYWHY_IMAP_PASSWORD": PASSWORD, **env},
    )  # fmt: skip


def kinds(done: Any) -> list[str]:
    return [json.loads(line)["kind"] for line in done.stdout.splitlines()]


def flags(server: Dovecot, folder: str = "") -> list[str]:
    """The flags of each message; none of mail that no client has looked at."""
    return [path.name.partition(":2,")[2] for path in server.files(folder)]


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_folder_is_read_over_tls_and_no_flag_changes(server: Dovecot, scheme: str) -> None:
    for content in (report(1), LUNCH, report(2)):
        server.put(content)
    done = read(server, scheme=scheme)
    assert (done.returncode, done.stderr) == (0, "")
    assert kinds(done) == ["failed", "none", "failed"]
    assert ";UID=" in json.loads(done.stdout.splitlines()[0])["source"]
    assert flags(server) == ["", "", ""]


def test_told_so_reports_are_marked_and_moved_and_other_mail_is_not_touched(server: Dovecot) -> None:
    server.put(LUNCH, "Done")
    server.files("Done")[0].unlink()
    for content in (report(1), LUNCH, report(2)):
        server.put(content)
    assert read(server, "--mark-seen").returncode == 0
    assert flags(server) == ["S", "", "S"]
    assert read(server, "--move", "Done").returncode == 0
    assert flags(server) == [""]
    assert flags(server, "Done") == ["S", "S"]


def test_a_folder_that_is_not_there_stops_it_before_anything_is_moved(server: Dovecot) -> None:
    server.put(report(1))
    done = read(server, "--move", "Nowhere")
    assert (done.returncode, len(kinds(done))) == (1, 1)
    assert "Nowhere" in done.stderr
    assert flags(server) == [""]
    done = read(server, folder="Nothing")
    assert (done.returncode, done.stdout) == (1, "")
    assert "does not open the folder Nothing" in done.stderr


def test_each_run_reads_what_has_come_since_the_last(server: Dovecot, tmp_path: Path) -> None:
    output = tmp_path / "rows.jsonl"
    server.put(report(1))
    assert read(server, "-o", output).returncode == 0
    server.put(report(2))
    assert read(server, "-o", output, "--resume").returncode == 0
    assert read(server, "-o", output, "--resume").returncode == 0
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["recipients"][0]["recipient"] for row in rows] == ["user1@dom1.example", "user2@dom2.example"]


def test_killed_it_goes_on_behind_the_last_row_that_is_safe(server: Dovecot, tmp_path: Path) -> None:
    output = tmp_path / "rows.jsonl"
    for number in range(60):
        server.put(report(number, body="x" * 50_000))
    address = f"imap://{server.user.replace('@', '%40')}@localhost:{server.port}/INBOX"
    command = [sys.executable, "-m", "saywhy", "read", address, "--ca", str(server.ca), "-o", str(output)]
    env = {**os.environ, "SAYWHY_IMAP_PASSWORD": PASSWORD}
    run = subprocess.Popen(command, env=env)
    until = time.monotonic() + 60
    while run.poll() is None and time.monotonic() < until:
        if output.exists() and output.stat().st_size and journal.path_of(output).exists():
            break
    run.send_signal(signal.SIGKILL)
    run.wait(60)
    assert subprocess.run([*command, "--resume"], env=env, timeout=100).returncode == 0
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert [row["recipients"][0]["recipient"].partition("@")[0] for row in rows] == [f"user{n}" for n in range(60)]


def test_a_message_that_the_server_cannot_give_is_a_row_and_the_others_are_read(server: Dovecot) -> None:
    for number in range(5):
        server.put(report(number))
    read(server)  # the server now has them in its index
    bad = server.files()[2]
    bad.chmod(0)
    done = read(server)
    bad.chmod(0o600)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["kind"] for row in rows] == ["failed", "failed", "none", "failed", "failed"]
    assert rows[2]["error"].startswith("the server does not give the message with UID")


def test_of_a_large_message_only_the_ends_are_fetched(server: Dovecot) -> None:
    server.put(report(1) + b"x" * 76 + b"\n" + (b"y" * 76 + b"\n") * 260_000)
    done = read(server)
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (row["kind"], row["truncated"]) == ("failed", True)


@pytest.mark.parametrize(("env", "why"), [
    ({"SAYWHY_IMAP_PASSWORD": "wrong"}, "Authentication failed"),
    ({"SAYWHY_IMAP_PASSWORD": "", "HOME": "/nonexistent"}, "here.example at localhost: set SAYWHY_IMAP_PASSWORD"),
])  # fmt: skip
def test_who_may_not_in_is_told_why_without_the_password(server: Dovecot, env: dict[str, str], why: str) -> None:
    done = read(server, **env)
    assert done.returncode == 1
    assert why in done.stderr
    assert "wrong" not in done.stderr


def test_a_password_may_come_from_netrc(server: Dovecot, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine localhost login {server.user} password {PASSWORD}\n", encoding="utf-8")
    netrc.chmod(0o600)
    server.put(report(1))
    assert kinds(read(server, SAYWHY_IMAP_PASSWORD="", HOME=str(tmp_path))) == ["failed"]


def test_a_certificate_that_nobody_vouches_for_is_refused(server: Dovecot) -> None:
    address = f"imaps://{server.user.replace('@', '%40')}@localhost:{server.tls_port}/INBOX"
    done = subprocess.run(
        [sys.executable, "-m", "saywhy", "read", address],
        capture_output=True, text=True, timeout=60, env={**os.environ, "SAYWHY_IMAP_PASSWORD": PASSWORD},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert "certificate verify failed" in done.stderr
