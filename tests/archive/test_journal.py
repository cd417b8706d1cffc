"""Output with a journal: what a run that was killed left behind is good up to the last checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from saywhy.archive import journal
from saywhy.archive.journal import Progress, Tally, Unfit
from saywhy.archive.output import Journalled
from saywhy.archive.run import Step
from saywhy.archive.tasks import Done, Files, Mark, Unit

ASKED: dict[str, object] = {"sources": ["a"], "format": "jsonl"}


def step(text: bytes, name: str) -> Step:
    return Step(text, Unit(Files((name,)), 0, Mark(name, 1)), Mark(name, 1), Done(text, 1, 0, b"\1"))


def test_what_came_after_the_checkpoint_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    first = Journalled(path, ASKED, b"", resume=False)
    first.write(step(b"one\n", "a"))
    first.checkpoint()
    first._file.write(b"lost\n")
    first._file.close()  # killed
    with path.open("ab") as file:
        file.write(b'{"half of a li')
    again = Journalled(path, ASKED, b"", resume=True)
    assert (again.progress.mark, again.progress.tally) == (Mark("a", 1), Tally(1, 1, 0))
    again.write(step(b"two\n", "b"))
    again.close(finished=True)
    assert path.read_bytes() == b"one\ntwo\n"
    known = journal.load(path)
    assert known is not None
    assert (known.finished, known.octets, known.tally.messages) == (True, 8, 2)


def test_a_header_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    Journalled(path, ASKED, b"source,kind\n", resume=False)._file.close()  # killed
    Journalled(path, ASKED, b"source,kind\n", resume=True).close(finished=True)
    assert path.read_bytes() == b"source,kind\n"


def test_an_interrupted_run_is_not_overwritten_by_mistake(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    sink = Journalled(path, ASKED, b"", resume=False)
    sink.write(step(b"one\n", "a"))
    sink.close(finished=False)
    with pytest.raises(Unfit, match="--resume goes on with it, --overwrite begins anew"):
        Journalled(path, ASKED, b"", resume=False)


@pytest.mark.parametrize(("spoil", "why"), [
    (lambda path: path.write_bytes(b""), "shorter than its journal says"),
    (lambda path: journal.path_of(path).write_text("{}"), "no journal of saywhy"),
    (lambda path: journal.path_of(path).write_text('{"version": 99}'), "another version"),
    (lambda path: journal.path_of(path).unlink(), "no journal of its run"),
])  # fmt: skip
def test_what_does_not_fit_is_said(tmp_path: Path, spoil: object, why: str) -> None:
    path = tmp_path / "out.jsonl"
    sink = Journalled(path, ASKED, b"", resume=False)
    sink.write(step(b"one\n", "a"))
    sink.close(finished=False)
    assert callable(spoil)
    spoil(path)
    with pytest.raises(Unfit, match=why):
        Journalled(path, ASKED, b"", resume=True)


def test_other_sources_are_another_run(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    Journalled(path, ASKED, b"", resume=False).close(finished=False)
    with pytest.raises(Unfit, match="other sources"):
        Journalled(path, {**ASKED, "sources": ["b"]}, b"", resume=True)


def test_a_journal_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "out"
    progress = Progress(ASKED, 3, Mark("\udcff", 4, 5, "x"), 6, Tally(7, 8, 9), finished=True)
    journal.save(path, progress)
    assert journal.load(path) == progress
