"""Folders: a fixed order, Maildirs, what is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from saywhy.infra.mailbox.folder import walk


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b/2", "b/10", "a", "b.eml", "c/d/e", ".hidden/x", ".dot", "b/.keep"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def names(folder: Path, after: str = "") -> list[str]:
    found = walk(str(folder), str(folder / after) if after else "")
    return [os.path.relpath(path, folder) for path, _ in found]


def test_files_come_in_the_order_of_their_parts_without_the_hidden_ones(tree: Path) -> None:
    assert names(tree) == ["a", "b/10", "b/2", "b.eml", "c/d/e"]


def test_a_walk_can_be_taken_up_behind_any_file(tree: Path) -> None:
    every = names(tree)
    for index, name in enumerate(every):
        assert names(tree, name) == every[index + 1 :]


def test_a_walk_goes_on_although_the_file_is_gone(tree: Path) -> None:
    (tree / "b/10").unlink()
    assert names(tree, "b/10") == ["b/2", "b.eml", "c/d/e"]


def test_of_a_maildir_only_mail_is_read(tmp_path: Path) -> None:
    for name in (
        "cur/1:2,S",
        "new/2",
        "tmp/3",
        "dovecot.index.log",
        ".Trash/cur/4",
        ".Trash/new/5",
        "subscriptions",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert names(tmp_path) == [".Trash/cur/4", ".Trash/new/5", "cur/1:2,S", "new/2"]


def test_links_to_folders_are_not_followed_and_pipes_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path) == ["a", "link"]
