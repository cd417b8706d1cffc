"""Where an operation is done: on the running server, or on the store itself when no server has it (`offline`).

The server is found by `--socket`, or by the settings file (`--config`, SAYWHY_CONFIG, the usual places).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from saywhy.operations.declaration import Operation, OperationError, Result
from saywhy.server.control_client import PATIENCE, NobodyAnswers, call

if TYPE_CHECKING:
    from saywhy.config.settings import Settings


def perform(
    operation: Operation, parameters: Mapping[str, object], *, config: Path | None, control: Path | None
) -> Result:
    """The result; OperationError with the code `no-server` when it can be done nowhere."""
    if control is not None:
        try:
            return call(control, operation.name, parameters, patience=_patience(operation))
        except NobodyAnswers as error:
            raise no_server(str(control), str(error)) from None
    settings = _settings(config)
    try:
        return call(settings.control.socket, operation.name, parameters, patience=_patience(operation))
    except NobodyAnswers as error:
        if operation.needs_server:
            raise no_server(operation.name, str(error)) from None
        from saywhy.doors.cli.offline import work

        return work(settings, operation, parameters)


def _patience(operation: Operation) -> float:
    return 24 * 3600.0 if operation.slow else PATIENCE


def no_server(what: str, why: str) -> OperationError:
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
