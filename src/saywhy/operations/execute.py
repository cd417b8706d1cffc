"""Run an operation by its name: check its parameters, do it, put the error into words, keep the audit."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import RevisionConflict
from saywhy.model.event import Event, Kind
from saywhy.operations.context import Away, Context
from saywhy.operations.declaration import Document, Operation, OperationError, Result, Type
from saywhy.operations.parameters import bind
from saywhy.operations.registry import find


async def execute(context: Context, name: str, given: Mapping[str, object]) -> Result:
    """The operation's result; OperationError when it was refused or could not be done."""
    operation = find(name)
    parameters = bind(operation, given)
    try:
        async with context.changing if operation.changes else contextlib.nullcontext():
            result = await _run(operation, context, parameters)
    except OperationError as error:
        _audit(context, operation, parameters, error.code, str(error))
        raise
    _audit(context, operation, parameters, "done", result.text.partition("\n")[0])
    return result


async def _run(operation: Operation, context: Context, parameters: Mapping[str, Any]) -> Result:
    try:
        return await operation.run(context, **parameters)
    except RevisionConflict as error:
        raise OperationError(
            "conflict", operation.name, f"somebody else changed the organisation meanwhile ({error})", "try again"
        ) from error
    except Away as error:
        raise OperationError("store", operation.name, str(error), "wait a moment and try again") from error
    except StoreError as error:
        cure = "free some space on its disk" if error.full else "see that its directory can be written"
        raise OperationError("store", operation.name, f"the store cannot be used: {error}", cure) from error


def _audit(context: Context, operation: Operation, parameters: Mapping[str, Any], result: str, text: str) -> None:
    """One OPERATION event for each attempt at a change; secrets and files are not in it."""
    if not operation.changes:
        return
    kept = {
        parameter.name: _plain(parameters[parameter.name])
        for parameter in operation.parameters
        if parameter.type is not Type.SECRET and parameters[parameter.name] not in (None, "", (), False)
    }
    data = {"operation": operation.name, "actor": context.actor, "result": result, **kept}
    context.sink.emit(Event(Kind.OPERATION, context.clock.now(), text=text[:500], data=data))


def _plain(value: Any) -> str | int | bool:
    match value:
        case Document():
            return value.name
        case tuple():
            return " ".join(map(str, value))[:1000]
        case int():
            return int(value)
    return str(value)
