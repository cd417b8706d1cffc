"""A laboratory in a process of its own, for programs that are not asyncio's: tests of other projects, scripts.

    with rent() as lab:
        smtplib.SMTP(*lab.smtp).sendmail("app@shop.example", ["bob+5.2.2@lab.test"], "Subject: Hello\\n\\nHello.")
        [report] = lab.reports(to="app@shop.example")
        assert report.status == "5.2.2"

It is `saywhy lab serve --json`; it ends with the `with`, and with this process at the latest.  What a
server needs is imported by the other process alone.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from saywhy.lab.arrivals import Arrival, arrived

START = 60.0  # seconds that a start may take before it is hung
END = 30.0
LOOK = 0.02  # seconds between looks into the letter box
OPTIONS = ("--port", "0", "--retry", "0.25", "--delay-after", "5")


class LabError(RuntimeError):
    """The laboratory could not start, or cannot do what it was asked for."""


class NothingCame(AssertionError):
    """What was waited for did not arrive: what did, instead."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report that arrived, by what it says of its first recipient; `arrival.report` has all of it."""

    arrival: Arrival
    kind: str  # "failed", "delayed" ...
    recipient: str
    status: str  # "5.2.2"
    cause: str  # an id of `saywhy causes`
    diagnostic: str
    system: str  # the mail system that wrote it, where that can be told


class RentedLab:
    """`rent` makes it."""

    def __init__(self, process: subprocess.Popen[str], facts: dict[str, Any]) -> None:
        self._process = process
        self._talk = threading.Lock()
        self._seen: dict[Path, Arrival] = {}
        self.smtp: tuple[str, int] = tuple(facts["smtp"])
        self.remote: tuple[str, int] = tuple(facts["remote"])
        self.folder = Path(facts["mail"])
        self.config = Path(facts["config"])

    @property
    def smtp_host(self) -> str:
        return self.smtp[0]

    @property
    def smtp_port(self) -> int:
        """Where mail is handed in."""
        return self.smtp[1]

    def host(self, domain: str, **script: Any) -> None:
        """From now on the mail of `domain` goes to a host that behaves so: `rcpt="550 5.1.1 No such user"`.

        The fields are those of a scenario's host (docs/lab.md); none: it takes all mail.  LabError: a wrong one.
        """
        self._ask({"host": domain, "script": script})

    def settled(self, timeout: float = 30.0) -> None:
        """Wait until nothing waits: what has not arrived by then, does not.  NothingCame: mail still waits."""
        if not self._ask({"settled": timeout})["settled"]:
            raise NothingCame(f"mail still waits after {timeout} s: saywhy queue list --config {self.config}")

    def messages(self, to: str = "", *, count: int = 1, timeout: float = 30.0) -> list[Arrival]:
        """What arrived for an address (empty: for anybody), oldest first, once it is `count` messages or more."""
        return self._wait(lambda: self._lying(to), count, timeout, f"messages for {to or 'anybody'}")

    def reports(self, to: str = "", *, count: int = 1, timeout: float = 30.0) -> list[Told]:
        """The reports among them.  `count` 0: those that are there now."""
        return self._wait(lambda: self._told(to), count, timeout, f"reports to {to or 'anybody'}")

    def _lying(self, to: str) -> list[Arrival]:
        self._seen = {arrival.path: arrival for arrival in arrived(self.folder, self._seen)}
        return [each for each in self._seen.values() if not to or each.to.lower() == to.lower()]

    def _told(self, to: str) -> list[Told]:
        return [_of(each) for each in self._lying(to) if each.report.is_report and each.report.recipients]

    def _wait(self, look: Callable[[], list[Any]], count: int, timeout: float, what: str) -> list[Any]:
        end = time.monotonic() + timeout
        while len(found := look()) < count:
            if time.monotonic() > end:
                raise NothingCame(
                    f"{len(found)} {what} instead of {count} after {timeout} s; what arrived: "
                    + ("; ".join(f"{each.to}: {each.subject}" for each in self._lying("")[-10:]) or "nothing")
                )
            time.sleep(LOOK)
        return found

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: PT018
        with self._talk:
            try:
                stdin.write(json.dumps(what) + "\n")
                stdin.flush()
                answer: dict[str, Any] = json.loads(stdout.readline())
            except (OSError, ValueError) as error:
                raise LabError(f"the laboratory does not answer any more: {error}") from error
        if "error" in answer:
            raise LabError(answer["error"])
        return answer


def _of(arrival: Arrival) -> Told:
    report = arrival.report
    first = report.recipients[0]
    why = first.why
    return Told(
        arrival,
        report.kind.value,
        first.recipient,
        str(first.failure.status),
        why.cause,
        first.diagnostic,
        report.system,
    )


@contextlib.contextmanager
def rent(options: Sequence[str] = ()) -> Iterator[RentedLab]:
    """Start a laboratory; `options` are those of `saywhy lab serve`.  LabError says why it did not start."""
    with tempfile.TemporaryFile("w+") as trouble:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "saywhy", "lab", "serve", "--json", *OPTIONS, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=trouble,
            text=True,
        )
        try:
            yield RentedLab(process, _begun(process, trouble))
        finally:
            _end(process)


def _begun(process: subprocess.Popen[str], trouble: IO[str]) -> dict[str, Any]:
    """The first line that it says."""
    assert process.stdout is not None
    timer = threading.Timer(START, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
        timer.join()
    if not line:
        process.wait()
        trouble.seek(0)
        raise LabError(f"the laboratory could not start: {trouble.read().strip() or 'it said nothing'}")
    facts: dict[str, Any] = json.loads(line)
    return facts


def _end(process: subprocess.Popen[str]) -> None:
    """The end of its stdin is the end of it."""
    assert process.stdin is not None and process.stdout is not None  # noqa: PT018
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
