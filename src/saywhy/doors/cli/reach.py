"""Where an operation is done: on the running server, or on the store itself when no server has it.

The server is found by `--socket`, or by the settings file (`--config`, SAYWHY_CONFIG, the usual places).  Without
a server, operations that need the store alone take the lock on the data directory and work on it; no server can
start meanwhile.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from saywhy.model.event import Event
from saywhy.model.queued import QueueId
from saywhy.operations.declaration import Operation, OperationError, Result
from saywhy.server.control_client import NobodyAnswers, call

if TYPE_CHECKING:
    from saywhy.config.settings import Settings


def perform(
    operation: Operation, parameters: Mapping[str, object], *, config: Path | None, control: Path | None
) -> Result:
    """The result; OperationError with the code `no-server` when it can be done nowhere."""
    if control is not None:
        try:
            return call(control, operation.name, parameters)
        except NobodyAnswers as error:
            raise _no_server(str(control), str(error)) from None
    settings = _settings(config)
    try:
        return call(settings.control.socket, operation.name, parameters)
    except NobodyAnswers as error:
        if operation.needs_server:
            raise _no_server(operation.name, str(error)) from None
        return _without_server(settings, operation, parameters)


def _no_server(what: str, why: str) -> OperationError:
    return OperationError(
        "no-server", what, why, "start it with `saywhy serve`, or name it with --config or --socket"
    )


def _settings(config: Path | None) -> Settings:
    try:
        from saywhy.config.faults import ConfigError
        from saywhy.config.load import find_settings, load_settings
    except ImportError as error:
        cure = "install saywhy[server], or name the server's control socket with --socket"
        raise OperationError("no-server", "settings", f"they cannot be read here: {error}", cure) from None
    path = config or find_settings()
    try:
        return load_settings(path)
    except ConfigError as error:
        faults = tuple(map(str, error.faults))
        cure = "correct them, or name the server's control socket with --socket"
        raise OperationError("no-server", str(path), "the settings cannot be used", cure, faults) from None


def _without_server(settings: Settings, operation: Operation, parameters: Mapping[str, object]) -> Result:
    from saywhy.server.lock import DataLock, DataLocked

    directory = settings.server.data_dir
    if not directory.is_dir():
        raise _no_server(operation.name, f"no server runs, and there is no data directory {directory} yet")
    _become_owner(directory)
    try:
        lock = DataLock(directory)
    except DataLocked as error:
        why = f"a process has the store, but does not answer at {settings.control.socket}: {error}"
        raise OperationError("no-server", operation.name, why, "wait until it has started or stopped") from None
    except OSError as error:
        cure = "call saywhy as root or as the server's user"
        raise OperationError("no-server", operation.name, f"{directory}: {error.strerror}", cure) from None
    try:
        return asyncio.run(_on_the_store(settings, operation, parameters))
    finally:
        lock.release()


def _become_owner(directory: Path) -> None:
    """Root works as the owner of the data: the server must be able to write what is made now."""
    if os.geteuid() == 0:
        owner = directory.stat()
        os.setegid(owner.st_gid)
        os.seteuid(owner.st_uid)


async def _on_the_store(settings: Settings, operation: Operation, parameters: Mapping[str, object]) -> Result:
    from saywhy.infra.errors import StoreError
    from saywhy.infra.passwords import Passwords
    from saywhy.infra.store.sqlite import SqliteStore
    from saywhy.model.clock import SystemClock
    from saywhy.operations.context import Context
    from saywhy.operations.execute import execute
    from saywhy.server.control import user_name
    from saywhy.server.organisation import CurrentOrganisation

    try:
        store = await SqliteStore.open(settings.store.path)
    except StoreError as error:
        why = f"the store cannot be opened: {error}"
        raise OperationError("store", operation.name, why, f"see to {settings.store.path}") from None
    passwords = Passwords(threads=1)
    log = _Log(settings.log.path)
    try:
        organisation = CurrentOrganisation(store)
        await organisation.reload()
        context = Context(
            store,
            _NoQueue(),
            organisation,
            passwords,
            log,
            SystemClock(),
            listeners=frozenset(settings.listeners),
            actor=user_name(os.getuid()),
        )
        return await execute(context, operation.name, parameters)
    finally:
        passwords.close()
        log.close()
        await store.close()


class _NoQueue:
    """No server, no queue: the operations that would ask it say so in their declaration, and do not come here."""

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        raise _no_server(key or str(message), "the queue runs in the server only")

    async def remove(self, message: QueueId, ndr: bool) -> bool:  # noqa: ARG002
        raise _no_server(str(message), "the queue runs in the server only")


class _Log:
    """The server's log file, when it has one: what is changed here stands there too."""

    def __init__(self, path: str) -> None:
        from saywhy.infra.log.jsonl import JsonLines

        try:
            self._lines = None if path == "-" else JsonLines(Path(path))
        except OSError as error:
            cure = "call saywhy as root or as the server's user"
            raise OperationError("no-server", path, f"the log cannot be written: {error.strerror}", cure) from None

    def emit(self, event: Event) -> None:
        if self._lines is not None:
            self._lines.emit(event)

    def close(self) -> None:
        if self._lines is not None:
            self._lines.close()
