"""Operations without a server: on the organisation's file and all shards, under the lock of the data directory.

No server can start meanwhile.  Only what the store alone can do is done here; the queue runs in the server.
Imported before root becomes the owner of the data, who may not be able to read the packages.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from saywhy.config.settings import Settings
from saywhy.doors.cli.reach import no_server
from saywhy.infra.errors import StoreError
from saywhy.infra.log.jsonl import JsonLines
from saywhy.infra.passwords import Passwords
from saywhy.infra.store.objects import SqliteObjects
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.address import Address
from saywhy.model.clock import SystemClock
from saywhy.model.event import Event
from saywhy.model.moderation import Answer, Decided
from saywhy.model.queued import QueueId
from saywhy.operations.context import Context
from saywhy.operations.declaration import Operation, OperationError, Result
from saywhy.operations.execute import execute
from saywhy.server.backup import Backups
from saywhy.server.control import user_name
from saywhy.server.lock import DataLock, DataLocked
from saywhy.server.organisation import CurrentOrganisation
from saywhy.server.posts import shards_in
from saywhy.server.privileges import PrivilegeError, check_reading
from saywhy.server.shards import Access, Shards, access

_AS_OWNER = "call saywhy as root or as the server's user"


def work(settings: Settings, operation: Operation, parameters: Mapping[str, object]) -> Result:
    """The operation's result; OperationError `no-server` when the store cannot be had."""
    directory = settings.server.data_dir
    if not directory.is_dir():
        raise no_server(operation.name, f"no server runs, and there is no data directory {directory} yet")
    actor = user_name(os.getuid())
    _become_owner(directory, operation)
    lock = _lock(settings, operation)
    try:
        return asyncio.run(_on_the_store(settings, operation, parameters, actor))
    except StoreError as error:
        why = f"the store cannot be opened: {error}"
        raise OperationError("store", operation.name, why, f"see to {settings.store.path}") from None
    finally:
        lock.release()


def _become_owner(directory: Path, operation: Operation) -> None:
    """Root works as the owner of the data: the server must be able to write what is made now."""
    if os.geteuid() != 0:
        return
    owner = directory.stat()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        check_reading(user_name(owner.st_uid))
    except PrivilegeError as error:
        what, _, cure = str(error).partition(": ")
        why = f"this is done as the owner of {directory}, and {what}"
        raise OperationError("no-server", operation.name, why, cure) from None


def _lock(settings: Settings, operation: Operation) -> DataLock:
    try:
        return DataLock(settings.server.data_dir)
    except DataLocked as error:
        why = f"a process has the store, but does not answer at {settings.control.socket}: {error}"
        raise OperationError("no-server", operation.name, why, "wait until it has started or stopped") from None
    except OSError as error:
        why = f"{settings.server.data_dir}: {error.strerror}"
        raise OperationError("no-server", operation.name, why, _AS_OWNER) from None


async def _on_the_store(
    settings: Settings, operation: Operation, parameters: Mapping[str, object], actor: str
) -> Result:
    async with AsyncExitStack() as stack:
        objects = await SqliteObjects.open(settings.store.path)
        stack.push_async_callback(objects.close)
        accesses: dict[int, Access] = {}
        for shard in shards_in(settings.store.path):
            store = await SqliteStore.open(settings.store.path, shard)
            stack.push_async_callback(store.close)
            accesses[shard] = access(store, _NoQueue())
        shards = Shards(lambda: accesses)
        passwords = Passwords(threads=1)
        stack.callback(passwords.close)
        log = _Log(settings.log.path)
        stack.callback(log.close)
        organisation = CurrentOrganisation(objects)
        await organisation.reload()
        listeners = frozenset(settings.listeners)
        clock = SystemClock()
        backup = Backups(shards, organisation, log, clock)
        context = Context(shards, shards, organisation, passwords, log, clock, listeners, actor, backup=backup)
        return await execute(context, operation.name, parameters)


class _NoQueue:
    """The operations that would ask the queue say so in their declaration, and do not come here."""

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        raise _runs_in_the_server(key or str(message))

    async def remove(self, message: QueueId, ndr: bool) -> bool:  # noqa: ARG002
        raise _runs_in_the_server(str(message))

    async def suspend(self, message: QueueId) -> int:
        raise _runs_in_the_server(str(message))

    async def resume(self, message: QueueId) -> int:
        raise _runs_in_the_server(str(message))

    async def resubmit(self, key: str) -> int:
        raise _runs_in_the_server(key)

    async def redirect(self, message: QueueId, old: Address, new: Address) -> int:  # noqa: ARG002
        raise _runs_in_the_server(str(message))

    async def dropped(self) -> Sequence[tuple[str, int]]:
        return ()

    async def release(self, key: str) -> int:
        raise _runs_in_the_server(key)

    async def give_back(self, key: str) -> int:
        raise _runs_in_the_server(key)

    async def decide(self, answer: Answer) -> Decided:
        raise _runs_in_the_server(str(answer.ticket.number))

    async def moderate(self, message: QueueId, *_arguments: object) -> int:
        raise _runs_in_the_server(str(message))

    async def recheck(self, key: str | None) -> Sequence[tuple[str, str, int]]:
        raise _runs_in_the_server(key or "queue")


def _runs_in_the_server(what: str) -> OperationError:
    return no_server(what, "the queue runs in the server only")


class _Log:
    """The server's log file, when it has one: what is changed here stands there too."""

    def __init__(self, path: str) -> None:
        try:
            self._lines = None if path == "-" else JsonLines(Path(path))
        except OSError as error:
            why = f"the log cannot be written: {error.strerror}"
            raise OperationError("no-server", path, why, _AS_OWNER) from None

    def emit(self, event: Event) -> None:
        if self._lines is not None:
            self._lines.emit(event)

    def close(self) -> None:
        if self._lines is not None:
            self._lines.close()
