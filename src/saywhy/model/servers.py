"""The mail servers of an organisation that has several: which one holds which mailbox store (spec E, F5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """`name` is its host name, as its own settings have it; `stores` are what mailboxes name as their home.

    Mail for a mailbox there, or for a group that it expands, goes to it by SMTP through the send connector whose
    address space covers `name`.  All servers of an organisation have the same objects, this list too.
    """

    name: str
    stores: tuple[str, ...] = ()
