"""Maildirs: nothing is seen before it is whole and durable, nothing is left behind, nothing lies outside."""

from __future__ import annotations

import errno
import mailbox
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.infra.errors import MailboxError
from saywhy.infra.maildir import MAX_FILE_NAME, Job, Maildirs, folder_name

MESSAGE = (b"Return-Path: <>\n", b"Subject: hello\n\nText\n")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def store(root: Path, *names: str) -> list[MailboxError | None]:
    return Maildirs(root).deliver([Job(name, MESSAGE) for name in names])


def test_a_message_lies_whole_in_new_and_nowhere_else(tmp_path: Path) -> None:
    maildirs = Maildirs(tmp_path / "mail")
    assert maildirs.deliver([Job("jane", MESSAGE)]) == [None]
    (stored,) = files(tmp_path)
    assert stored.parent == maildirs.path("jane") / "new"
    assert stored.read_bytes() == b"".join(MESSAGE)


def test_other_software_reads_the_maildir(tmp_path: Path) -> None:
    maildirs = Maildirs(tmp_path)
    maildirs.deliver([Job("jane", MESSAGE), Job("jane", MESSAGE)])
    assert [message["Subject"] for message in mailbox.Maildir(maildirs.path("jane"))] == ["hello", "hello"]


def test_folders_and_messages_are_for_the_owners_eyes_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store(tmp_path / "mail", "jane")
    finally:
        os.umask(before)
    for path in [tmp_path / "mail", *(tmp_path / "mail").rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize(
    "name",
    [
        "../escape",
        "..",
        ".",
        "/etc/passwd",
        "a/b",
        ".hidden",
        "a\x00b",
        "ünïcode",
        "a%2Fb",
        "o'brien",
        "a b",
        "a\nb",
    ],
)
def test_whatever_its_name_a_mailbox_is_a_folder_directly_below_the_root(tmp_path: Path, name: str) -> None:
    root = tmp_path / "mail"
    assert store(root, name) == [None]
    (folder,) = root.iterdir()
    assert list(tmp_path.iterdir()) == [root]
    assert unquote(folder.name) == name
    assert not folder.name.startswith(".")


@given(st.text(min_size=1, max_size=MAX_FILE_NAME // 12))
def test_a_folder_name_is_safe_and_gives_the_mailbox_name_back(name: str) -> None:
    folder = folder_name(name)
    assert unquote(folder) == name
    assert folder.isascii()
    assert "/" not in folder
    assert not folder.startswith(".")


@pytest.mark.parametrize("name", ["", "x" * 256, "/" * 100])
def test_a_name_that_can_be_no_folder_is_an_error_and_not_another_mailbox(tmp_path: Path, name: str) -> None:
    (error, fine) = store(tmp_path / "mail", name, "jane")
    assert isinstance(error, MailboxError)
    assert fine is None
    assert len(files(tmp_path)) == 1


def test_file_sync_comes_before_rename_and_folder_sync_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, "jane")
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def seen_fsync(fd: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{fd}"))
        if path.parent.name == "tmp":
            assert path.read_bytes() == b"".join(MESSAGE)
            assert len(files(tmp_path / "jane" / "new")) == 1
        steps.append(f"sync {path.name if path.is_dir() else path.parent.name}")
        fsync(fd)

    def seen_rename(source: str, target: str) -> None:
        steps.append(f"rename {Path(source).parent.name} {Path(target).parent.name}")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "rename", seen_rename)
    store(tmp_path, "jane", "jane")
    assert steps == ["sync tmp", "sync tmp", "rename tmp new", "rename tmp new", "sync new"]


def test_a_new_mailbox_is_synced_into_the_folders_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def seen(fd: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{fd}")))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", seen)
    store(tmp_path / "mail", "jane")
    folders = [path for path in synced if path.is_dir()]
    assert folders == [tmp_path, tmp_path / "mail", tmp_path / "mail" / "jane", tmp_path / "mail" / "jane" / "new"]


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize(
    ("number", "full", "whole"),
    [
        (errno.ENOSPC, True, True),
        (errno.EDQUOT, True, True),
        (errno.EIO, False, True),
        (errno.EROFS, False, True),
        (errno.EACCES, False, False),
    ],
)
def test_a_message_that_could_not_be_stored_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, full: bool, whole: bool
) -> None:
    store(tmp_path, "jane")

    def broken(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, broken)
        (error,) = store(tmp_path, "jane")
    assert isinstance(error, MailboxError)
    assert (error.full, error.whole_store) == (full, whole)
    assert os.strerror(number) in str(error)
    assert len(files(tmp_path)) == 1


def test_a_folder_that_cannot_be_synced_fails_the_messages_that_were_renamed_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(tmp_path, "jane", "john")
    fsync = os.fsync

    def broken(fd: int) -> None:
        if os.readlink(f"/proc/self/fd/{fd}").endswith("jane/new"):
            raise OSError(errno.EIO, "broken")
        fsync(fd)

    monkeypatch.setattr(os, "fsync", broken)
    errors = store(tmp_path, "jane", "john", "jane")
    assert [error is None for error in errors] == [False, True, False]
    assert len(files(tmp_path / "jane")) == 1
    assert len(files(tmp_path / "john")) == 2


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:7])))
    store(tmp_path, "jane")
    assert files(tmp_path)[0].read_bytes() == b"".join(MESSAGE)


def test_one_mailbox_in_trouble_does_not_keep_mail_from_the_others(tmp_path: Path) -> None:
    (tmp_path / "jane").write_text("a file where a folder should be")
    errors = store(tmp_path, "jane", "john")
    assert isinstance(errors[0], MailboxError)
    assert not errors[0].whole_store
    assert errors[1] is None


# -- real file systems, full and read-only, in a user namespace of our own --

SCRIPT = """
import sys
from pathlib import Path
from saywhy.infra.maildir import Job, Maildirs
root = Path(sys.argv[1])
size = int(sys.argv[2])
(error,) = Maildirs(root).deliver([Job("jane", (b"x" * size,))])
print(type(error).__name__, getattr(error, "full", None), getattr(error, "whole_store", None))
print(len([path for path in root.rglob("*") if path.is_file()]))
"""


def in_namespace(tmp_path: Path, options: str, size: int) -> list[str]:
    if (
        shutil.which("unshare") is None
        or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode
    ):
        pytest.skip("no user namespaces here: a file system of our own cannot be mounted")
    script = tmp_path / "store.py"
    script.write_text(SCRIPT)
    root = tmp_path / "fs"
    root.mkdir()
    command = f"mount -t tmpfs -o size=64k,{options} none {root} && exec {sys.executable} {script} {root} {size}"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", command], capture_output=True, text=True)
    if "mount:" in done.stderr:
        pytest.skip(f"tmpfs cannot be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_full_file_system_is_reported_as_full_and_keeps_no_partial_file(tmp_path: Path) -> None:
    assert in_namespace(tmp_path, "rw", 1_000_000) == ["MailboxError True True", "0"]


def test_a_read_only_file_system_is_the_whole_stores_trouble(tmp_path: Path) -> None:
    assert in_namespace(tmp_path, "ro", 100) == ["MailboxError False True", "0"]
