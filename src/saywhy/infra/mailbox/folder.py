"""The files in a folder, all the way down, in a fixed order: so that an interrupted walk can be taken up again.

Left out are hidden files, and of a Maildir what is not mail: `tmp` and the files that servers keep beside it.
Links to files are followed, links to folders are not: they can go round in circles.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePath

_MAILDIR = ("cur", "new")
_SERVERS = ("dovecot", "subscriptions", "maildirfolder", "courierimap", "sieve")


def walk(folder: str, after: str = "") -> Iterator[tuple[str, int]]:
    """(path, size) of each file, in the order of their paths' parts; with `after`, those behind that path.

    OSError only for `folder` itself; what cannot be listed below it comes with the size -1.
    """
    parts = list(PurePath(os.path.relpath(after, folder)).parts) if after else []
    return _walk(folder, parts, top=True)


def _walk(folder: str, after: list[str], top: bool) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        if top:
            raise
        yield folder, -1
        return
    maildir = all(any(entry.name == name for entry in entries) for name in _MAILDIR)
    for entry in entries:
        below = after[1:] if after and entry.name == after[0] else []
        if (after and (entry.name < after[0] or (entry.name == after[0] and not below))) or _left_out(
            entry, maildir
        ):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, below, top=False)
        elif entry.is_file():
            yield entry.path, _size(entry)


def _left_out(entry: os.DirEntry[str], maildir: bool) -> bool:
    name = entry.name
    if maildir:  # Maildir++ has its folders in hidden ones
        if entry.is_dir(follow_symlinks=False):
            return name == "tmp"
        return name.startswith((".", *_SERVERS))
    return name.startswith(".")


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except OSError:
        return -1
