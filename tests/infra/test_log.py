"""Events as lines: what a line holds, and that writing it holds up and breaks nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from saywhy.infra.log import jsonl, plain
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.log.plain import PlainLines
from saywhy.infra.log.writer import LineWriter
from saywhy.model.event import Event, Kind
from tests.model.strategies import values

AT = 1772357400.125  # 2026-03-01T09:30:00.125Z
FAIL = Event(
    Kind.FAIL,
    AT,
    "1-8f31",
    "<secret@a.example>",
    "ann@a.example",
    "bob@b.example",
    "5.1.1",
    "recipient-unknown",
    "not found",
    {"hop": "mailbox", "attempts": 1},
)


class TestLines:
    def test_a_json_line_holds_the_event_with_its_keys_in_order(self) -> None:
        assert jsonl.line(FAIL) == (
            b'{"time":"2026-03-01T09:30:00.125Z","event":"FAIL","number":105,"message":"1-8f31",'
            b'"message_id":"<secret@a.example>","sender":"ann@a.example","recipient":"bob@b.example",'
            b'"status":"5.1.1","cause":"recipient-unknown","text":"not found",'
            b'"data":{"hop":"mailbox","attempts":1}}\n'
        )

    def test_empty_fields_are_left_out(self) -> None:
        assert jsonl.line(Event(Kind.STOP, 0.0)) == (
            b'{"time":"1970-01-01T00:00:00.000Z","event":"STOP","number":301}\n'
        )

    def test_a_plain_line_reads_from_left_to_right(self) -> None:
        assert plain.line(FAIL) == (
            b"2026-03-01T09:30:00.125Z FAIL 1-8f31 <ann@a.example> -> <bob@b.example> 5.1.1"
            b" recipient-unknown: not found hop=mailbox attempts=1\n"
        )
        null_path = Event(Kind.DELIVER, AT, "1-1", recipient="bob@b.example")
        assert b" <> -> <bob@b.example>" in plain.line(null_path)
        assert plain.line(Event(Kind.AUTH, AT, sender="ann")) == b"2026-03-01T09:30:00.125Z AUTH <ann>\n"

    @pytest.mark.parametrize(
        ("at", "text"),
        [
            (AT + 0.8749, "2026-03-01T09:30:01.000Z"),
            (AT + 0.8740, "2026-03-01T09:30:00.999Z"),
            (0.0004, "1970-01-01T00:00:00.000Z"),
            (-0.5, "1969-12-31T23:59:59.500Z"),
        ],
    )
    def test_times_are_utc_with_milliseconds(self, at: float, text: str) -> None:
        assert jsonl.stamp(at) == text

    def test_what_a_remote_says_cannot_break_a_line_or_drive_a_terminal(self) -> None:
        nasty = 'x\r\n{"event":"DELIVER"}\x1b[2J\x9b31m\u2028\u202e\ud800"'
        event = Event(Kind.DEFER, AT, text=nasty, data={nasty: nasty})
        for line in (jsonl.line(event), plain.line(event)):
            text = line.decode("ascii")
            assert text.endswith("\n")
            assert re.fullmatch(r"[\x20-\x7e]*", text[:-1])
        assert json.loads(jsonl.line(event))["text"] == nasty

    def test_letters_of_all_languages_stay_readable_for_people(self) -> None:
        line = plain.line(Event(Kind.DELIVER, AT, recipient="jürgen@例子.example"))
        assert "<jürgen@例子.example>" in line.decode()

    @pytest.mark.parametrize(
        "event",
        [
            Event(Kind.SEND, float("nan")),
            Event(Kind.SEND, float("inf")),
            Event(Kind.SEND, 1e18),
            Event(Kind.SEND, AT, data={"rate": float("nan")}),
            Event(Kind.SEND, AT, data=None),  # type: ignore[arg-type]
            Event("SEND", AT),  # type: ignore[arg-type]
            Event(Kind.SEND, AT, data={"odd": Path("/x"), "bytes": b"x"}),  # type: ignore[dict-item]
        ],
    )
    def test_an_event_that_is_not_sound_makes_a_line_all_the_same(self, event: Event) -> None:
        assert json.loads(jsonl.line(event))["event"] in ("SEND", "FAULT")
        assert plain.line(event).count(b"\n") == 1

    @given(values(Event))
    @settings(deadline=None, max_examples=50)
    def test_any_event_is_one_line_that_json_reads_back(self, event: Event) -> None:
        event = replace(event, at=abs(event.at) % 1e10)  # no year that the calendar lacks
        line = jsonl.line(event)
        assert line.count(b"\n") == 1
        assert plain.line(event).count(b"\n") == 1
        read = json.loads(line)
        assert read["number"] == event.kind
        assert read.get("text", "") == event.text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "saywhy.log"


def events_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_what_was_emitted_is_in_the_file_after_close(path: Path) -> None:
    sink = JsonLines(path)
    for number in range(500):
        sink.emit(Event(Kind.SEND, AT, f"1-{number:x}"))
    sink.close()
    assert [each["message"] for each in events_in(path)] == [f"1-{number:x}" for number in range(500)]


def test_lines_arrive_without_being_asked_for(path: Path) -> None:
    sink = JsonLines(path)
    os.unlink(path)
    os.mkfifo(path)
    sink.reopen()  # opening a pipe for writing waits for this reader, in the thread
    with path.open("rb") as reader:
        sink.emit(FAIL)
        assert reader.readline() == jsonl.line(FAIL)
    sink.close()


def test_the_log_is_appended_to_and_is_not_for_everybody(path: Path) -> None:
    for _ in range(2):
        sink = PlainLines(path)
        sink.emit(FAIL)
        sink.close()
    assert path.read_bytes() == plain.line(FAIL) * 2
    assert path.stat().st_mode & 0o007 == 0


def test_after_a_rotation_lines_go_to_the_new_file(path: Path) -> None:
    sink = JsonLines(path)
    sink.emit(Event(Kind.START, AT))
    sink.close()
    sink = JsonLines(path)
    rotated = path.rename(path.with_suffix(".1"))
    sink.reopen()
    sink.emit(Event(Kind.STOP, AT))
    sink.close()
    assert [each["event"] for each in events_in(rotated)] == ["START"]
    assert [each["event"] for each in events_in(path)] == ["STOP"]


def test_a_file_that_cannot_be_reopened_leaves_the_old_one_in_use(path: Path) -> None:
    sink = JsonLines(path)
    rotated = path.rename(path.with_suffix(".1"))
    path.mkdir()
    sink.reopen()
    sink.emit(FAIL)
    sink.close()
    assert rotated.read_bytes() == jsonl.line(FAIL)


def test_a_file_that_cannot_be_opened_is_told_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-such-folder"):
        JsonLines(tmp_path / "no-such-folder" / "saywhy.log")


def test_emitting_after_the_end_is_harmless(path: Path) -> None:
    sink = JsonLines(path)
    sink.close()
    sink.emit(FAIL)
    sink.close()
    assert path.read_bytes() == b""


def test_lines_of_many_threads_stay_whole(path: Path) -> None:
    sink = JsonLines(path)
    threads = [threading.Thread(target=lambda: [sink.emit(FAIL) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sink.close()
    assert path.read_bytes() == jsonl.line(FAIL) * 800


def lost_line(lines: int) -> bytes:
    return b"lost %d\n" % lines


@pytest.fixture
def pipe(path: Path) -> Iterator[tuple[Path, int]]:
    """A pipe that nobody reads yet, so that a writer is stuck when it is full."""
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, reader
    os.close(reader)


def drain(reader: int) -> bytes:
    os.set_blocking(reader, True)
    out = b""
    while chunk := os.read(reader, 65536):
        out += chunk
    return out


def test_a_stuck_file_holds_up_nobody_and_the_log_says_what_was_lost(pipe: tuple[Path, int]) -> None:
    path, reader = pipe
    writer = LineWriter(path, lost_line, max_waiting=1_000_000)
    line = b"x" * 99 + b"\n"
    for _ in range(50_000):  # 5 MB; the pipe takes 64 KiB, memory 1 MB, and one batch is on its way
        writer.write(line)
    closing = threading.Thread(target=writer.close, args=(60,))
    closing.start()
    lines = drain(reader).splitlines()
    closing.join()
    told = sum(int(each.removeprefix(b"lost ")) for each in lines if each.startswith(b"lost "))
    assert told > 0
    assert sum(each == line[:-1] for each in lines) + told == 50_000


def test_closing_gives_up_on_a_file_that_takes_nothing(pipe: tuple[Path, int]) -> None:
    path, reader = pipe
    writer = LineWriter(path, lost_line)
    writer.write(b"x" * 1_000_000 + b"\n")
    writer.close(timeout=0.01)
    drain(reader)


def test_a_write_that_fails_is_counted_and_leaves_no_piece_of_a_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LineWriter(path, lost_line)
    real, failed, mine = os.write, threading.Event(), os.open(path, os.O_RDONLY)

    def full(fd: int, data: bytes) -> int:
        if failed.is_set() or not os.path.sameopenfile(fd, mine):
            return real(fd, data)
        if len(data) > 4:
            return real(fd, data[:4])
        failed.set()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    writer.write(b"first..\n")
    assert failed.wait(60)
    writer.write(b"second\n")
    writer.close()
    os.close(mine)
    assert path.read_bytes() == b"second\nlost 1\n"


def test_what_a_pipe_has_taken_of_a_line_cannot_be_taken_back_and_the_next_begins_a_new_one(
    pipe: tuple[Path, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, reader = pipe
    writer = LineWriter(path, lost_line)
    real, failed = os.write, threading.Event()

    def closed(fd: int, data: bytes) -> int:
        if fd != writer._fd or failed.is_set():
            return real(fd, data)
        if len(data) > 4:
            return real(fd, data[:4])
        failed.set()
        raise OSError(32, "Broken pipe")

    monkeypatch.setattr(os, "write", closed)
    writer.write(b"first..\n")
    assert failed.wait(60)
    writer.write(b"second\n")
    writer.close()
    assert drain(reader) == b"firs\nsecond\nlost 1\n"


def test_of_what_a_full_disk_took_only_the_lines_that_are_lacking_count_as_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LineWriter(path, lost_line)
    real, failed = os.write, threading.Event()
    room = [25]

    def small(fd: int, data: bytes) -> int:
        if fd != writer._fd or failed.is_set():
            return real(fd, data)
        if not room[0]:
            failed.set()
            raise OSError(28, "No space left on device")
        taken = real(fd, data[: room[0]])
        room[0] -= taken
        return taken

    monkeypatch.setattr(os, "write", small)
    for number in range(4):
        writer.write(b"line %d...\n" % number)
    assert failed.wait(60)
    writer.write(b"after\n")
    writer.close()
    assert path.read_bytes() == b"line 0...\nline 1...\nafter\nlost 2\n"


def test_a_terminal_that_is_non_blocking_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LineWriter(path, lost_line)
    real, turns, done = os.write, iter([BlockingIOError(), BlockingIOError()]), threading.Event()
    mine = os.open(path, os.O_RDONLY)

    def busy(fd: int, data: bytes) -> int:
        if not os.path.sameopenfile(fd, mine):
            return real(fd, data)
        if error := next(turns, None):
            raise error
        done.set()
        return real(fd, data)

    monkeypatch.setattr(os, "write", busy)
    writer.write(b"line\n")
    assert done.wait(60)
    writer.close()
    os.close(mine)
    assert path.read_bytes() == b"line\n"


def test_stderr_is_left_open(capfd: pytest.CaptureFixture[str]) -> None:
    sink = JsonLines()
    sink.emit(FAIL)
    sink.reopen()
    sink.close()
    os.write(2, b"still here\n")
    assert capfd.readouterr().err == jsonl.line(FAIL).decode() + "still here\n"


SHARED = """
import sys
from saywhy.infra.log.writer import LineWriter
writer = LineWriter(None, lambda lines: b"lost\\n")
for number in range(10_000):
    writer.write(sys.argv[1].encode() * 150 + b"\\n")
writer.close(60)
"""


def test_lines_of_several_processes_stay_whole_on_a_pipe() -> None:
    """Supervisor and workers share standard error, which may be the pipe of a service manager."""
    reading, writing = os.pipe()
    processes = [subprocess.Popen([sys.executable, "-c", SHARED, name], stderr=writing) for name in "abc"]
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe_:
        lines = pipe_.read().split(b"\n")
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert sorted(set(lines)) == [b"", b"a" * 150, b"b" * 150, b"c" * 150]
    assert len(lines) == 30_001
