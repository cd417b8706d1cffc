"""Runs: the same rows in the same order whoever works, however the work is cut, and whatever dies."""

from __future__ import annotations

import gzip
import json
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import saywhy
from saywhy.archive import plan
from saywhy.archive.engines import Answer, Broken, Here, Processes
from saywhy.archive.run import Step, run
from saywhy.archive.tasks import Done, Form, Mark, Task
from saywhy.infra.mailbox import piece
from saywhy.infra.mailbox.file import Stretch, messages
from saywhy.why.read import octets
from tests.archive.reports import mbox, report


def rows(steps: Iterator[Step]) -> list[dict[str, Any]]:
    return [json.loads(line) for step in steps for line in step.text.splitlines()]


def read(*sources: Path | str, engine: Any = None, mark: Mark | None = None, first: int = 0) -> Iterator[Step]:
    units = plan.units([str(source) for source in sources], mark, first=first)
    return run(units, engine or Here(), Form.JSONL, mark)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is cut small, so that little files show it."""
    monkeypatch.setattr(plan, "STRETCH", 1500)
    monkeypatch.setattr(plan, "MANY", 3)


@pytest.mark.usefixtures("short")
def test_an_mbox_in_stretches_gives_each_message_once_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    expected = mbox(path, 50)
    found = rows(read(path))
    assert [row["recipients"][0]["recipient"] for row in found] == expected
    assert [row["source"] for row in found] == [f"{path}#{number}" for number in range(1, 51)]


@pytest.mark.usefixtures("short")
def test_after_any_step_a_run_can_go_on_and_miss_or_repeat_nothing(tmp_path: Path) -> None:
    mbox(tmp_path / "b.mbox", 12)
    mbox(tmp_path / "small", 1)
    (tmp_path / "d.eml").write_bytes(report(90))
    (tmp_path / "c.mbox.gz").write_bytes(gzip.compress((tmp_path / "b.mbox").read_bytes()))
    (tmp_path / "e").mkdir()
    for number in range(8):
        (tmp_path / "e" / f"{number}.eml").write_bytes(report(number))
    sources = [tmp_path / "b.mbox", tmp_path, tmp_path / "d.eml"]
    steps = list(read(*sources))
    whole = rows(iter(steps))
    assert len(whole) == 12 + (12 + 12 + 1 + 1 + 8) + 1
    done = 0
    for step in steps:
        done += step.done.messages
        assert rows(read(*sources, mark=step.mark, first=step.unit.source)) == whole[done:], step.mark


@pytest.mark.usefixtures("short")
def test_where_lengths_count_a_stretch_that_began_wrongly_is_done_again(tmp_path: Path) -> None:
    """A returned mailbox stands unquoted in a message: who begins in the middle of it sees messages there."""
    line = b"From a@b.example Mon Nov  2 10:00:00 2026\n"
    inside = (b"\n" + line + b"Subject: inside\n\ntext\n") * 60
    with (tmp_path / "a.mbox").open("wb") as file:
        for number in range(6):
            body = inside if number == 2 else b"short\n"
            file.write(line + b"Subject: %d\nContent-Length: %d\n\n" % (number, len(body)) + body + b"\n")
    assert [row["source"].rpartition("#")[2] for row in rows(read(tmp_path / "a.mbox"))] == list("123456")


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("lengths", [True, False])
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(st.integers(0, 6), min_size=2, max_size=12))
def test_cut_small_or_read_whole_the_messages_are_the_same(
    tmp_path: Path, lengths: bool, bodies: list[int]
) -> None:
    """Bodies with what looks like messages, in files whose lengths count, and in others."""
    line = b"From a@b.example Mon Nov  2 10:00:00 2026\n"
    path = tmp_path / "a.mbox"
    with path.open("wb") as file:
        for size in bodies:
            body = b"x" * 300 * size + (b"\n" + line + b"Subject: inside\n\ntext\n") * size
            length = b"Content-Length: %d\n" % len(body) if lengths else b""
            file.write(line + b"Subject: x\n" + length + b"\n" + body + b"\n")
    expected = [piece.start for piece in messages(str(path))]
    assert len(rows(read(path))) == len(expected) == (len(bodies) if lengths else len(bodies) + sum(bodies))


@pytest.mark.usefixtures("short")
def test_an_mbox_that_changed_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    mbox(path, 20)
    step = next(read(path))
    path.write_bytes(b"X" + path.read_bytes()[:-1])
    with pytest.raises(plan.Gone, match="has changed"):
        list(read(path, mark=step.mark))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(plan.Gone, match="shorter"):
        list(read(path, mark=step.mark))


@pytest.mark.usefixtures("short")
def test_what_came_since_is_read_from_a_mark_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    mbox(path, 20)
    *_, last = read(path)
    assert rows(read(path, mark=last.mark)) == []
    expected = mbox(path, 3, first=20)
    found = rows(read(path, mark=last.mark))
    assert [row["recipients"][0]["recipient"] for row in found] == expected
    assert found[0]["source"] == f"{path}#21"


def test_what_cannot_be_read_is_a_row_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nowhere")
    (found,) = rows(read(tmp_path / "gone.eml"))
    assert found["error"] == "cannot be read: No such file or directory"
    assert (found["is_report"], found["kind"], found["recipients"]) == (False, "none", [])


def test_the_middle_of_a_large_file_is_not_looked_at_and_the_row_says_so(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    path.write_bytes(report(1))
    os.truncate(path, 1 << 40)  # sparse: reading it whole would take hours
    (found,) = rows(read(path))
    assert found["truncated"] is True
    assert found["recipients"][0]["recipient"] == "user1@dom1.example"


def test_a_large_message_in_a_file_reads_as_the_same_octets_do(tmp_path: Path) -> None:
    """The report part stands behind 20 MB, of which the sources fetch only the ends."""
    head, between, tail = report(1).partition(b"--b1\nContent-Type: message/delivery-status")
    content = head + (b"x" * 76 + b"\n") * 270_000 + between + tail
    (tmp_path / "a.eml").write_bytes(content)
    with (tmp_path / "a.mbox").open("wb") as file:
        file.write(b"From a Mon Nov  2 10:00:00 2026\n" + content + b"\n")
    expected = saywhy.read(content).as_dict()
    assert (expected["truncated"], len(expected["recipients"])) == (True, 1)
    for path in (tmp_path / "a.eml", tmp_path / "a.mbox"):
        (found,) = rows(read(path))
        assert {**found, "source": None} == expected


def test_reader_and_sources_keep_the_same_ends_of_a_large_message() -> None:
    assert (octets.HEAD, octets.TAIL) == (piece.HEAD, piece.TAIL)


class Frail:
    """An engine whose worker dies over one message, so many times."""

    width = 4

    def __init__(self, deaths: int) -> None:
        self._deaths = deaths

    def submit(self, task: Task, form: Form) -> Answer:
        if isinstance(task, Stretch) and task.start <= 6000 < task.stop:
            return partial(self._die, Here().submit(task, form))
        return Here().submit(task, form)

    def _die(self, answer: Answer) -> Done:
        self._deaths -= 1
        if self._deaths >= 0:
            raise Broken("killed")
        return answer()

    def renew(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.usefixtures("short")
def test_the_work_of_a_worker_that_died_is_done_again(tmp_path: Path) -> None:
    mbox(tmp_path / "a.mbox", 20)
    assert rows(read(tmp_path / "a.mbox", engine=Frail(2))) == rows(read(tmp_path / "a.mbox"))


@pytest.mark.usefixtures("short")
def test_what_kills_every_worker_is_passed_over_and_said(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    expected = mbox(path, 20)
    found = rows(read(path, engine=Frail(99)))
    (lost,) = [row for row in found if row["error"]]
    assert "3 processes ended over it" in lost["error"]
    assert lost["source"].startswith(f"{path} from octet 6000")
    seen = [row["recipients"][0]["recipient"] for row in found if not row["error"]]
    assert [address for address in expected if address in seen] == seen
    assert len(seen) >= 17


@pytest.mark.usefixtures("short")
def test_processes_give_what_one_gives_also_when_one_of_them_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    mbox(path, 60)
    engine = Processes(2)
    try:
        steps = read(path, engine=engine)
        found = rows(iter([next(steps)]))
        os.kill(next(iter(engine._pool._processes)), signal.SIGKILL)
        found += rows(steps)
    finally:
        engine.close()
    assert found == rows(read(path))
