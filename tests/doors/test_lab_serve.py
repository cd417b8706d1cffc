"""`saywhy lab serve` as a process: for people, and for programs."""

from __future__ import annotations

import json
import re
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from saywhy.doors.cli.main import main
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

SAYWHY = [sys.executable, "-m", "saywhy"]
HUNG = 60


@contextmanager
def serving(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*SAYWHY, "lab", "serve", "--port", "0", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()  # in order, so that its folder goes
        process.wait(HUNG)
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            stream.close()


def run(*command: str) -> str:
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    return result.output


def arrived(folder: Path) -> None:
    end = time.monotonic() + HUNG
    while not list((folder / "mail" / "new").iterdir()):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_says_how_to_use_it_tells_what_arrives_and_ends_cleanly_at_ctrl_c(tmp_path: Path) -> None:
    with serving("--dir", str(tmp_path / "lab")) as process:
        assert process.stdout is not None
        told = ""
        while "Ctrl-C ends it" not in told:
            told += process.stdout.readline()
        host, port = re.findall(r"swaks --server ([\d.]+):(\d+)", told)[0]
        with smtplib.SMTP(host, int(port), timeout=HUNG) as client:
            client.sendmail("you@shop.example", ["bob+5.2.2@lab.test"], "Subject: Hello\n\nHello.")
        line = "you@shop.example: failed bob+5.2.2@lab.test: 5.2.2 remote-mailbox-full (saywhy)"
        while line not in told:
            told += process.stdout.readline()
        assert line in run("lab", "mail", "--dir", str(tmp_path / "lab"))
        assert "Undeliverable: Hello" in run("lab", "mail", "1", "--dir", str(tmp_path / "lab"))
        assert '"5.2.2"' in run("read", str(tmp_path / "lab" / "mail"))
        process.send_signal(signal.SIGINT)
        rest, trouble = process.communicate(timeout=HUNG)
        assert (process.returncode, rest.strip(), trouble) == (0, "Ending ...", "")


def test_a_program_gets_addresses_gives_commands_and_ends_it_by_closing_stdin() -> None:
    with serving("--json") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        folder = Path(facts["mail"]).parent
        assert folder.is_dir()
        for command, answer in [
            ('{"host": "partner.example", "script": {"rcpt": "550 5.1.1 No"}}', "{}"),
            ('{"host": "partner.example", "script": {"rcp": "550 5.1.1 No"}}', "a host has no rcp"),
            ("nonsense", "JSONDecodeError"),
            ("[]", "TypeError"),
        ]:
            process.stdin.write(command + "\n")
            process.stdin.flush()
            assert answer in process.stdout.readline()
        with smtplib.SMTP(*facts["smtp"], timeout=HUNG) as client:
            client.sendmail("you@shop.example", ["bob@partner.example"], "Subject: Hello\n\nHello.")
        arrived(folder)
        assert "bob@partner.example: 5.1.1" in run("lab", "mail", "--dir", str(folder), "--to", "you@shop.example")
        process.stdin.close()
        assert process.wait(HUNG) == 0
        assert not folder.exists()


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with serving("--json") as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["smtp"][1]
        done = subprocess.run(
            [*SAYWHY, "lab", "serve", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=HUNG,
        )
        assert done.returncode == 1
        assert "could not start" in done.stderr
        assert "--port 0" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_words_are_shown() -> None:
    told = run("lab", "words")
    assert "bob+async-exchange2007-5.1.1@lab.test" in told
    assert "microsoft365" in told
