"""A large mbox of reports that our own reporter writes, read with a kill in the middle: memory, time, counts.

    python -m bench.archive make FILE --size 10G      write the archive
    python -m bench.archive read FILE [--jobs 2]      read it, kill -9 at four tenths, go on, check each row
    python -m bench.archive all --size 10G            both, in a temporary folder that is removed

Each message is about a recipient of its own, whose number is its place: so a row that is missing, doubled or out
of order is seen.  One message in 200 returns a large attachment, one in 20,000 one of 40 MB.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.report import CONTENT, HOST, MESSAGE, PLAIN, REFUSED, RONALD, settled
from saywhy.archive import journal
from saywhy.flow.report.reporter import Reporter
from saywhy.model.clock import SystemClock
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.wire.report.values import Action

_FROM = b"From MAILER-DAEMON Tue May  6 21:23:09 2008\n"
_NAME = b"ronald@partner.example"
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_ATTACHED = ((20_000, 40 << 20), (200, 2 << 20))  # one in so many has so many octets
_KILLED_AT = 0.4
_CAUSES = (
    ("5.1.1", "remote-user-unknown", "550 5.1.1 <{}>: Recipient address rejected: User unknown"),
    ("5.2.2", "remote-mailbox-full", "552 5.2.2 <{}>: The mailbox is full"),
    ("5.7.1", "remote-spam", "554 5.7.1 Message rejected as spam"),
    ("5.7.1", "remote-block-list", "550 5.7.1 Your address is on a block list"),
    ("5.2.1", "remote-mailbox-disabled", "550 5.2.1 The account is disabled"),
    ("5.3.4", "remote-too-large", "552 5.3.4 Message too big"),
)


def templates() -> list[bytes]:
    """A report for each cause, as our server writes it."""
    reporter = Reporter(lambda: PLAIN, HOST, SystemClock())
    made = []
    for status, cause, said in _CAUSES:
        catalogue.cause(cause)
        reply = (said.format(str(RONALD)),)
        failure = replace(
            REFUSED,
            status=Status.parse(status),
            cause=cause,
            text=said,
            evidence=replace(REFUSED.evidence, reply=reply),
        )
        (report, *_) = reporter(MESSAGE, CONTENT, [settled(failure)]).outgoing
        made.append(bytes(report.content).replace(b"\r\n", b"\n"))
    return made


def recipient(number: int) -> str:
    return f"user{number}@dom{number % 97}.example"


def messages() -> Iterator[tuple[bytes, ...]]:
    """The octets of each message, in parts, without end."""
    made = templates()
    line = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\n"
    for number in itertools.count(1):
        content = made[number % len(made)].replace(_NAME, recipient(number).encode())
        attached = next((size for every, size in _ATTACHED if number % every == 0), 0)
        yield _FROM, content, *([line * (attached // len(line))] if attached else []), b"\n"


def make(path: Path, size: int) -> int:
    """Write about `size` octets; the number of messages."""
    written = count = 0
    with path.open("wb", buffering=1 << 20) as file:
        for parts in messages():
            for part in parts:
                file.write(part)
                written += len(part)
            count += 1
            if written >= size:
                return count
    return count


class Watch:
    """A run of `saywhy read`: its processes' memory, watched until it ends or has come so far."""

    def __init__(self, command: list[str]) -> None:
        self.peak = 0  # octets of all its processes together (PSS), and of the largest (RSS)
        self.largest = 0
        self.began = time.monotonic()
        self.run = subprocess.Popen(command)

    def until(self, output: Path, octets: float) -> None:
        while self.run.poll() is None:
            self._look()
            if octets and _offset(output) >= octets:
                return
            time.sleep(0.25)

    def kill(self) -> None:
        self.run.send_signal(signal.SIGKILL)
        self.run.wait()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def _look(self) -> None:
        together = 0
        for pid in _family(self.run.pid):
            try:
                told = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            values = dict(line.split()[:2] for line in told.splitlines()[1:])
            together += int(values["Pss:"]) << 10
            self.largest = max(self.largest, int(values["Rss:"]) << 10)
        self.peak = max(self.peak, together)


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *itertools.chain.from_iterable(_family(int(child)) for child in children)]


def _offset(output: Path) -> int:
    known = journal.load(output)
    return known.mark.offset if known is not None and known.mark is not None else 0


def read(path: Path, jobs: int) -> int:
    """0 if every message has its row, in order, after a kill in the middle."""
    size = path.stat().st_size
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        output = Path(folder) / "rows.jsonl"
        command = [sys.executable, "-m", "saywhy", "read", str(path), "-j", str(jobs), "-o", str(output)]
        first = Watch(command)
        first.until(output, size * _KILLED_AT)
        first.kill()
        known = journal.load(output)
        assert known is not None
        more = output.stat().st_size - known.octets
        print(
            f"killed after {first.seconds:.0f} s at {_offset(output) / size:.1%} of {size / 1e9:.2f} GB: ", end=""
        )
        print(f"{known.tally.messages:,} rows are safe, the output has {more:,} octets more", flush=True)
        second = Watch([*command, "--resume"])
        second.until(output, 0)
        print(f"went on to the end in {second.seconds:.0f} s, exit code {second.run.returncode}")
        peak, largest = max(first.peak, second.peak), max(first.largest, second.largest)
        print(f"memory: {peak / 1e6:.0f} MB of all processes together, {largest / 1e6:.0f} MB of the largest")
        wrong, count = checked(path, output)
        print(f"{count:,} rows, {wrong:,} of them missing, doubled, out of order or wrong")
        return int(bool(wrong or second.run.returncode))


def checked(path: Path, output: Path) -> tuple[int, int]:
    """Rows that are not what stands at their place in the archive, and how many there are."""
    expected = _messages_in(path)
    wrong = count = 0
    with output.open("rb") as file:
        for count, line in enumerate(file, 1):
            row = json.loads(line)
            to = row["recipients"][0]["recipient"] if row["recipients"] else None
            right = row["source"] == f"{path}#{count}" and to == recipient(count)
            wrong += not (right and row["kind"] == Action.FAILED.value and row["error"] is None)
    return wrong + abs(expected - count), count


def _messages_in(path: Path) -> int:
    """By another way than ours: grep."""
    done = subprocess.run(
        ["grep", "-a", "-c", "^" + _FROM.decode().strip(), str(path)],
        capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return int(done.stdout)


def octets(text: str) -> int:
    return int(float(text.rstrip("KMG")) * _UNITS.get(text[-1], 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=["make", "read", "all"])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--size", type=octets, default=octets("100M"))
    parser.add_argument("--jobs", type=int, default=2)
    wish = parser.parse_args()
    if wish.what == "all":
        with tempfile.TemporaryDirectory(prefix="saywhy-archive-") as folder:
            path = Path(folder) / "archive.mbox"
            print(f"{make(path, wish.size):,} messages, {path.stat().st_size / 1e9:.2f} GB", flush=True)
            return read(path, wish.jobs)
    if wish.file is None:
        parser.error("which FILE?")
    if wish.what == "make":
        print(f"{make(wish.file, wish.size):,} messages, {wish.file.stat().st_size / 1e9:.2f} GB")
        return 0
    return read(wish.file, wish.jobs)


if __name__ == "__main__":
    sys.exit(main())
