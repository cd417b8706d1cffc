"""IMAP folders as sources of `saywhy read`: options, the password, and what is done to mail that was read.

The password comes from SAYWHY_IMAP_PASSWORD, from ~/.netrc, or is asked for; SAYWHY_IMAP_TOKEN has a token of
OAuth 2 (Gmail, Microsoft 365).  It never stands on the command line.
"""

from __future__ import annotations

import netrc
import os
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from saywhy.archive.plan import Gone
from saywhy.archive.run import Step
from saywhy.archive.tasks import Batch, Mark, Unit
from saywhy.infra.mailbox import imap
from saywhy.infra.mailbox.imap import ImapError, Security, SignIn

F = TypeVar("F", bound=Callable[..., Any])

PASSWORD, TOKEN = "SAYWHY_IMAP_PASSWORD", "SAYWHY_IMAP_TOKEN"


@dataclass(frozen=True, slots=True)
class Wish:
    """`ca` is a file of certificates to trust; `move` a folder for the reports."""

    mark_seen: bool
    move: str | None
    no_tls: bool
    ca: Path | None


def options(command: F) -> F:
    for option in (
        click.option(
            "--ca", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="IMAP: trust this CA."
        ),
        click.option("--no-tls", is_flag=True, help="IMAP: the password may go over the line in clear."),
        click.option(
            "--move", metavar="FOLDER", help="IMAP: move the delivery reports there when they were read."
        ),
        click.option("--mark-seen", is_flag=True, help="IMAP: mark the delivery reports as seen."),
    ):
        command = option(command)
    return command


class Folder:
    """A source: call it for its units; `settle` does what was wished to the reports of a step that was written."""

    def __init__(self, text: str, wish: Wish) -> None:
        try:
            address = imap.parse_address(text)
        except ValueError as error:
            raise click.UsageError(f"{_without_password(text)}: {error}") from None
        start = Security.CLEAR if wish.no_tls else Security.STARTTLS
        security = Security.TLS if address.implicit_tls else start
        self._wish = wish
        self._address = address
        self._security = security
        self._folder: imap.Folder | None = None

    def __call__(self, number: int, mark: Mark | None) -> Iterator[Unit]:
        folder = self._opened()
        name = str(self._address)
        if mark is not None and mark.stamp != folder.validity:
            raise Gone(f"{name} was made anew since the last run (its UIDVALIDITY is another): begin anew too")
        uids, sizes = folder.listed(mark.messages if mark else 0)
        for some in folder.messages(uids, sizes):
            sources = tuple(f"{name};UID={uid}" for uid, _ in some)
            task = Batch(sources, tuple(piece for _, piece in some))
            octets = sum(len(piece.data) for _, piece in some)
            yield Unit(task, number, Mark(name, some[-1][0], stamp=folder.validity), octets)

    def settle(self, step: Step) -> None:
        """The reports among the messages of the step: seen, moved."""
        task = step.unit.task
        if self._folder is None or not isinstance(task, Batch) or not (self._wish.mark_seen or self._wish.move):
            return
        uids = [
            int(source.rpartition("=")[2])
            for source, report in zip(task.sources, step.done.reports, strict=True)
            if report
        ]
        if uids and self._wish.mark_seen:
            self._folder.mark_seen(uids)
        if uids and self._wish.move:
            self._folder.move(uids, self._wish.move)

    def close(self) -> None:
        if self._folder is not None:
            self._folder.close()

    def _opened(self) -> imap.Folder:
        context = ssl.create_default_context(cafile=self._wish.ca)
        change = self._wish.mark_seen or self._wish.move is not None
        self._folder = imap.Folder(self._address, _sign_in(self._address), self._security, context, change=change)
        return self._folder


def _sign_in(address: imap.Address) -> SignIn:
    if token := os.environ.get(TOKEN):
        return SignIn(token=token)
    if password := os.environ.get(PASSWORD):
        return SignIn(password)
    try:
        known = netrc.netrc().authenticators(address.host)
    except (OSError, netrc.NetrcParseError):
        known = None
    if known is not None and known[2] and known[0] in ("", address.user):
        return SignIn(known[2])
    if not os.isatty(0):
        raise ImapError(
            f"no password for {address.user} at {address.host}: set {PASSWORD}, or write it into ~/.netrc"
        )
    return SignIn(click.prompt(f"Password of {address.user} at {address.host}", hide_input=True, err=True))


def _without_password(text: str) -> str:
    head, at, rest = text.rpartition("@")
    scheme, _, user = head.partition("://")
    return f"{scheme}://{user.partition(':')[0]}{at}{rest}" if at else text
