"""The real server in a process of its own, for tests that need one: `with Running(folder) as server`."""

from __future__ import annotations

import contextlib
import json
import mailbox
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from saywhy.lab.papers import settings_text

HUNG = 120.0  # seconds without the expected that mean something is broken

ORGANISATION = """\
[[domain]]
name = "worcester.example"
default = true

[[mailbox]]
name = "guy"
addresses = ["guy@worcester.example"]

[[mailbox]]
name = "ann"
addresses = ["ann@worcester.example"]

[[receive_connector]]
name = "Default Frontend"
listeners = ["smtp"]
max_connections_per_source = 1000
max_connections_per_source_percent = 100
recipient_lookup = {lookup}
tarpit = 0
relay_ranges = ["127.0.0.0/8"]
{connectors}
"""


class Running:
    """`connectors` is appended to the organisation file; `command` goes before the interpreter (strace ...).

    `settings` is appended to the settings file; `preparation` runs in the new process before the interpreter.
    """

    def __init__(
        self,
        folder: Path,
        *,
        lookup: bool = True,
        connectors: str = "",
        dns_port: int = 9,
        workers: int = 1,
        settings: str = "",
        log: str = "events.jsonl",
        preparation: Callable[[], None] | None = None,
        command: tuple[str, ...] = (),
        program: tuple[str, ...] = ("-m", "saywhy", "serve", "--config"),
    ) -> None:
        self.folder = folder
        self.config = folder / "saywhy.toml"
        self._command = command
        self._program = program
        self._dns_port = dns_port
        self.number_of_workers = workers
        self._settings = settings
        self._log = log
        self._preparation = preparation
        (folder / "organisation.toml").write_text(
            ORGANISATION.format(lookup="true" if lookup else "false", connectors=connectors)
        )
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self._lines: Queue[str] = Queue()

    def __enter__(self) -> Running:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def start(self) -> None:
        """Returns when it listens.  A second start takes the same port again."""
        self.configure()
        argv = [*self._command, sys.executable, *self._program, str(self.config)]
        self.process = subprocess.Popen(
            argv,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            preexec_fn=self._preparation,
            close_fds=self._preparation is None,
        )
        self._lines = Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()
        try:
            self._await_listening()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

    def configure(self, settings: str = "") -> None:
        """Write the settings file, with further lines."""
        text = settings_text(
            {"smtp": {"address": f"127.0.0.1:{self.port}"}},
            nameserver=("127.0.0.1", self._dns_port),
            dns={"timeout": 1},
            limits={"drain_grace": 5},
            log={"path": self._log},
            server={"workers": self.number_of_workers},
        )
        self.config.write_text(text + self._settings + settings)

    def _await_listening(self) -> None:
        said: list[str] = []
        while not self.port or not said or not said[-1].startswith("listening: smtp"):
            try:
                said.append(self._lines.get(timeout=HUNG))
            except Empty:
                raise AssertionError(f"the server does not listen: {said}") from None
            if said[-1] == "":
                raise AssertionError(f"the server ended: {said}")
            if said[-1].startswith("listening: smtp"):
                self.port = int(said[-1].rpartition(":")[2])

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                self._lines.put(line.strip() or " ")
        self._lines.put("")

    def signal(self, number: int) -> None:
        """To the server itself, not to what it runs under (strace passes none on)."""
        assert self.process is not None
        pid = self.process.pid
        if self._command:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            pid = int(children[0]) if children else pid
        os.kill(pid, number)

    def workers(self) -> list[int]:
        """The processes that take mail."""
        assert self.process is not None
        pid = self.process.pid
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self, *, workers: bool = False) -> None:
        """kill -9 of the supervisor, or of the whole server; and wait for the end."""
        doomed = self.workers() if workers else []
        self.signal(signal.SIGKILL)
        for pid in doomed:
            with contextlib.suppress(ProcessLookupError):  # it may have ended with its supervisor
                os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.wait(HUNG)
        self._reader.join(HUNG)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        status = self.process.wait(HUNG)
        self._reader.join(HUNG)
        return status

    def events(self, name: str) -> list[dict[str, Any]]:
        """What the log tells of one kind."""
        path = self.folder / "data" / self._log
        lines = map(json.loads, path.read_text().splitlines() if path.exists() else [])
        return [line for line in lines if line["event"] == name]

    def until(self, reached: Callable[[], object]) -> None:
        end = time.monotonic() + HUNG
        while not reached():
            assert time.monotonic() < end, "the server does not do what is waited for"
            time.sleep(0.05)

    def mail(self, name: str) -> list[mailbox.MaildirMessage]:
        """What lies in a mailbox."""
        path = self.folder / "data" / "mailboxes" / name
        made = all((path / part).exists() for part in ("tmp", "new", "cur"))
        return list(mailbox.Maildir(path)) if made else []

    def saywhy(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of the CLI against this server."""
        return subprocess.run(
            [sys.executable, "-m", "saywhy", *words, "--config", str(self.config)],
            capture_output=True,
            text=True,
            timeout=HUNG,
            check=False,
        )
