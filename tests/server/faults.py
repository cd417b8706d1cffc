"""Run as a process in a mount namespace: a server whose disks fill up or become read-only, and recover.

    unshare -Urm python -m tests.server.faults STORY FOLDER

The story has its disks below FOLDER/data; the server has two workers and runs as an ordinary user.  The last line
on stdout is a JSON object of what was seen.
"""

from __future__ import annotations

import ctypes
import json
import os
import smtplib
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from saywhy.lab import disks
from tests.server.running import Running

CLONE_NEWUSER = 0x10000000
USER = 1000
TICKS = os.sysconf("SC_CLK_TCK")
WATCHED = 5.0  # seconds of trouble in which the server is left alone and its CPU time is read
BODY = ("x" * 70 + "\r\n") * 200  # 14 KB
SIZES = {"data": "48m", "data/queue": "24m", "data/mailboxes": "8m", "data/log": "1m"}


def ordinary_user() -> None:
    """In the new process: another user namespace, in which we are nobody's root (`saywhy serve` refuses root)."""
    user, group = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{USER} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{USER} {group} 1")


class Story:
    """`acknowledged` had their 250; `replies` are what the others were told, and how often."""

    def __init__(self, folder: Path, disk: str, *, log: str = "") -> None:
        self.folder = folder
        self.disk = folder / disk
        disks.mount({disk: SIZES[disk]}, folder)
        self.server = Running(folder, workers=2, preparation=ordinary_user, log=log or "events.jsonl")
        self.acknowledged: set[str] = set()
        self.replies: Counter[str] = Counter()
        self.found: dict[str, Any] = {}

    def send(self) -> bool:
        id_ = f"letter-{len(self.acknowledged)}-{self.replies.total()}"
        try:
            with smtplib.SMTP("127.0.0.1", self.server.port, "pc7.example", timeout=60) as client:
                message = f"Subject: {id_}\r\n\r\n{BODY}"
                client.sendmail("eve@partner.example", ["guy@worcester.example"], message)
        except smtplib.SMTPResponseException as error:
            self.replies[f"{error.smtp_code} {_text(error.smtp_error)}"] += 1
        except smtplib.SMTPRecipientsRefused as error:
            [(code, text)] = error.recipients.values()
            self.replies[f"{code} {_text(text)}"] += 1
        else:
            self.acknowledged.add(id_)
            return True
        return False

    def sent(self, number: int) -> None:
        """So many, each taken at once."""
        for _ in range(number):
            assert self.send(), self.replies

    def again(self, number: int = 10) -> None:
        """Until so many are taken."""
        wanted = len(self.acknowledged) + number

        def enough() -> bool:
            if not self.send():
                time.sleep(0.1)
            return len(self.acknowledged) >= wanted

        self.server.until(enough)

    def refused(self, number: int = 10) -> None:
        """Until so many were refused."""
        before = self.replies.total()
        self.server.until(lambda: (self.send() and False) or self.replies.total() >= before + number)

    def missing(self) -> list[str]:
        found = {letter["Subject"] for letter in self.server.mail("guy")}
        return sorted(self.acknowledged - found)

    def watch(self) -> None:
        """What the trouble costs while nobody asks anything: seconds of CPU time, and memory."""
        before = self._cpu()
        time.sleep(WATCHED)
        self.found["cpu"] = round(self._cpu() - before, 2)
        self.found["memory"] = max(map(_resident, self._processes()))

    def _processes(self) -> list[int]:
        assert self.server.process is not None
        return [self.server.process.pid, *self.server.workers()]

    def _cpu(self) -> float:
        return sum(map(_cpu, self._processes()))

    def whole(self) -> None:
        """In the end: all that was taken is there, and the queues are sound."""
        self.server.until(lambda: not self.missing())
        self.server.stop()
        self.found["missing"] = self.missing()
        self.found["replies"] = dict(self.replies)
        self.found["events"] = Counter(line["event"] for line in self._log())
        queues = (self.folder / "data/queue").glob("queue-*.sqlite3")
        self.found["integrity"] = [_integrity(path) for path in queues]

    def _log(self) -> list[dict[str, Any]]:
        paths = (self.folder / "data" / name for name in ("events.jsonl", "log/events.jsonl"))
        return [json.loads(line) for path in paths if path.exists() for line in path.read_text().splitlines()]

    def remount(self, how: str) -> None:
        """Without the options that it has: they name a user that this namespace does not know."""
        options = ["--options-mode", "ignore", "-o", f"remount,{how}"]
        subprocess.run(["mount", *options, str(self.disk)], check=True)


def _text(reply: bytes | str) -> str:
    return reply if isinstance(reply, str) else reply.decode()


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS  # of itself, and of its children that have ended


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _integrity(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


# -- the stories --


def _refusing(folder: Path, disk: str) -> Story:
    story = Story(folder, disk)
    with story.server:
        story.sent(20)
        disks.fill(story.disk)
        story.refused()
        story.watch()
        disks.free(story.disk)
        story.again()
        story.whole()
    return story


def queue_full(folder: Path) -> Story:
    return _refusing(folder, "data/queue")


def all_full(folder: Path) -> Story:
    """One disk for everything: queue, log, mailboxes, organisation."""
    return _refusing(folder, "data")


def mailboxes_full(folder: Path) -> Story:
    """What has come is in the queue, and waits there."""
    story = Story(folder, "data/mailboxes")
    with story.server:
        story.sent(5)
        story.server.until(lambda: not story.missing())
        disks.fill(story.disk)
        story.sent(20)
        story.server.until(lambda: story.server.events("HOP_DOWN"))
        story.watch()
        story.found["waiting"] = len(story.missing())
        disks.free(story.disk)
        story.whole()
    return story


def mailboxes_read_only(folder: Path) -> Story:
    story = Story(folder, "data/mailboxes")
    with story.server:
        story.sent(5)
        story.server.until(lambda: not story.missing())
        _until_mounted(lambda: story.remount("ro"))
        story.sent(20)
        story.server.until(lambda: story.server.events("HOP_DOWN"))
        story.watch()
        story.found["waiting"] = len(story.missing())
        story.remount("rw")
        story.whole()
    return story


def _until_mounted(remount: Callable[[], None]) -> None:
    """A file of the last delivery may be open for a moment still."""
    for _ in range(100):
        try:
            return remount()
        except subprocess.CalledProcessError:
            time.sleep(0.1)
    raise AssertionError("the disk stays busy")


def log_full(folder: Path) -> Story:
    """A log that cannot be written is no reason to take or deliver less; it says what it lacks."""
    story = Story(folder, "data/log", log="log/events.jsonl")
    with story.server:
        story.sent(5)
        disks.fill(story.disk)
        story.sent(20)
        story.server.until(lambda: not story.missing())
        story.watch()
        disks.free(story.disk)
        story.again()
        story.whole()
    return story


def queue_read_only(folder: Path) -> Story:
    """The queue's folder is mounted read-only over itself, and the workers are started again on that."""
    story = Story(folder, "data/queue")
    with story.server:
        story.sent(20)
        story.server.until(lambda: not story.missing())
        workers = story.server.workers()
        subprocess.run(["mount", "--bind", str(story.disk), str(story.disk)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(story.disk)], check=True)
        for worker in workers:
            os.kill(worker, 9)
        story.server.until(
            lambda: any("cannot be written" in each["text"] for each in story.server.events("WORKER"))
        )
        story.watch()
        story.refused(3)
        subprocess.run(["umount", str(story.disk)], check=True)
        story.again()
        story.whole()
    return story


def start_read_only(folder: Path) -> Story:
    """A server that cannot write its queue does not start, and says why."""
    story = Story(folder, "data/queue")
    with story.server:
        story.sent(5)
        story.server.until(lambda: not story.missing())
        story.server.stop()
        story.remount("ro")
        story.server.configure()
        command = [sys.executable, "-m", "saywhy", "serve", "--config", str(story.server.config)]
        done = subprocess.run(
            command, capture_output=True, text=True, preexec_fn=ordinary_user, timeout=60, check=False
        )
        story.found["status"], story.found["said"] = done.returncode, done.stderr
        story.remount("rw")
        story.server.start()
        story.sent(5)
        story.whole()
    return story


STORIES: Mapping[str, Callable[[Path], Story]] = {
    story.__name__: story
    for story in (
        queue_full,
        all_full,
        mailboxes_full,
        mailboxes_read_only,
        log_full,
        queue_read_only,
        start_read_only,
    )
}

if __name__ == "__main__":
    print(json.dumps(STORIES[sys.argv[1]](Path(sys.argv[2])).found))
