"""Debian's swaks and Postfix's smtp-source deliver to the real server."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.interop.postfix import need
from tests.server.running import HUNG, Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def swaks(server: Running, *options: str) -> subprocess.CompletedProcess[str]:
    need("swaks")
    return subprocess.run(
        [
            "swaks", "--server", "127.0.0.1", "--port", str(server.port), "--helo", "client.example",
            "--from", "x@else.example", "--to", "ann@worcester.example", *options,
        ],
        capture_output=True, text=True, timeout=HUNG, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--tls",), ("--pipeline",), ("--h-Subject", "Grüße")])
def test_swaks_delivers(tmp_path: Path, options: tuple[str, ...]) -> None:
    with Running(tmp_path) as server:
        result = swaks(server, *options)
        assert result.returncode == 0, result.stdout
        wait_for(server, "ann", 1)


def test_swaks_is_told_of_an_unknown_recipient(tmp_path: Path) -> None:
    with Running(tmp_path) as server:
        result = swaks(server, "--to", "jethro@worcester.example")
        assert result.returncode == 24  # swaks: no recipient was accepted
        assert "550 5.1.1" in result.stdout


@pytest.mark.parametrize("reuse", [(), ("-d",)])
def test_smtp_source_delivers_200_messages_over_20_sessions(tmp_path: Path, reuse: tuple[str, ...]) -> None:
    need("smtp-source")
    with Running(tmp_path) as server:
        subprocess.run(
            [
                "smtp-source", "-4", *reuse, "-m", "200", "-s", "20", "-l", "4096", "-f", "x@else.example",
                "-t", "ann@worcester.example", f"127.0.0.1:{server.port}",
            ],
            check=True, timeout=HUNG,
        )  # fmt: skip
        wait_for(server, "ann", 200)


def wait_for(server: Running, name: str, messages: int) -> None:
    end = time.monotonic() + HUNG
    while len(server.mail(name)) < messages:
        assert time.monotonic() < end, f"{len(server.mail(name))} of {messages} arrived"
        time.sleep(0.05)
