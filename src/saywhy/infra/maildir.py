"""Maildirs: tmp, write, fsync, rename into new, fsync of the folder.  Blocking; callers use a thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class Maildirs:
    """The Maildirs below `root`, one per mailbox, made when first delivered to."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, mailbox: str) -> Path:
        """Where a mailbox's mail lies."""
        raise NotImplementedError

    def deliver(self, mailbox: str, parts: Sequence[bytes]) -> Path:
        """Store one message durably; infra.errors.MailboxError when that did not succeed."""
        raise NotImplementedError
