"""Files taken from a folder by renaming."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from saywhy.infra.dropfolder import BAD, NEW, TAKEN, DropFolder


@pytest.fixture
def folder(tmp_path: Path) -> DropFolder:
    made = DropFolder(tmp_path / "pickup")
    assert made.prepare() == ""
    return made


def put(folder: DropFolder, name: str, data: bytes = b"x", age: int = 0) -> Path:
    path = folder.path / name
    path.write_bytes(data)
    os.utime(path, (1000 - age, 1000 - age))
    return path


def names(folder: DropFolder, ending: str) -> list[str]:
    return [each.name for each in folder.listed(ending)]


def test_only_plain_files_with_the_ending_are_listed_the_oldest_first(folder: DropFolder) -> None:
    put(folder, "new.eml")
    put(folder, "old.eml", age=10)
    put(folder, "note.txt")
    (folder.path / "folder.eml").mkdir()
    (folder.path / "link.eml").symlink_to(folder.path / "note.txt")
    os.mkfifo(folder.path / "pipe.eml")
    assert names(folder, NEW) == ["old.eml", "new.eml"]


def test_a_taken_name_gets_the_time_before_its_ending(folder: DropFolder) -> None:
    put(folder, "x.eml")
    put(folder, "x.tmp", b"older")
    renamed = folder.rename("x.eml", TAKEN)
    assert renamed.startswith("x2")
    assert len(renamed) == len("x.tmp") + len("20261125120000")
    assert (folder.path / "x.tmp").read_bytes() == b"older"
    put(folder, "x.eml")
    again = folder.rename("x.eml", TAKEN)
    assert sorted(names(folder, TAKEN)) == sorted(["x.tmp", renamed, again])
    assert folder.rename("x.tmp", BAD) == "x.bad"


def test_no_more_than_was_asked_for_is_read_and_the_size_is_told(folder: DropFolder) -> None:
    put(folder, "x.eml", b"x" * 1000)
    contents = folder.read("x.eml", 10)
    assert contents is not None
    assert (contents.data, contents.size, contents.own) == (b"x" * 10, 1000, True)


def test_what_cannot_be_opened_or_is_no_plain_file_is_not_read(folder: DropFolder) -> None:
    put(folder, "target.txt")
    (folder.path / "link.eml").symlink_to(folder.path / "target.txt")
    os.mkfifo(folder.path / "pipe.eml")
    assert [folder.read(name, 10) for name in ("link.eml", "pipe.eml", "gone.eml")] == [None, None, None]


def test_a_folder_that_everybody_can_write_is_told(folder: DropFolder) -> None:
    folder.path.chmod(0o777)
    assert "every user of this host" in folder.prepare()
