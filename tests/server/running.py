"""The real server in a process of its own, for tests that need one: `with Running(folder) as server`."""

from __future__ import annotations

import mailbox
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import Empty, Queue

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

SETTINGS = """\
[server]
hostname = "mail.worcester.example"
data_dir = "data"

[listeners.smtp]
address = "127.0.0.1:{port}"

[dns]
nameservers = ["127.0.0.1"]
port = {dns_port}
timeout = 1

[log]
path = "events.jsonl"

[limits]
drain_grace = 5

[organisation]
file = "organisation.toml"
"""


class Running:
    """`connectors` is appended to the organisation file; `command` goes before the interpreter (strace ...)."""

    def __init__(
        self,
        folder: Path,
        *,
        lookup: bool = True,
        connectors: str = "",
        dns_port: int = 9,
        command: tuple[str, ...] = (),
        program: tuple[str, ...] = ("-m", "saywhy", "serve", "--config"),
    ) -> None:
        self.folder = folder
        self.config = folder / "saywhy.toml"
        self._command = command
        self._program = program
        self._dns_port = dns_port
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
        self.config.write_text(SETTINGS.format(port=self.port, dns_port=self._dns_port))
        argv = [*self._command, sys.executable, *self._program, str(self.config)]
        self.process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self._lines = Queue()
        self._reader = threading.Thread(target=self._read, args=(self.process,), daemon=True)
        self._reader.start()
        try:
            self._await_listening()
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise

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

    def kill(self) -> None:
        """kill -9, and wait for the end."""
        self.signal(signal.SIGKILL)
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
