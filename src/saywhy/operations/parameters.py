"""Parameters as they come over the socket (JSON) -> what a handler takes, checked against the declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from saywhy.config.words import one_line, shown, suggestion
from saywhy.model.address import Address, AddressError
from saywhy.model.queued import QueueId
from saywhy.operations.declaration import Document, Operation, OperationError, Parameter, Type

MAX_TEXT = 1024  # characters
MAX_REPEATED = 1000


class Unfit(ValueError):
    """A value does not fit its parameter: reason and cure."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cure = cure


def bind(operation: Operation, given: Mapping[str, object]) -> dict[str, Any]:
    """Keyword arguments for the handler; OperationError (`usage`) for the first that does not fit."""
    declared = {parameter.name: parameter for parameter in operation.parameters}
    for name in given:
        if name not in declared:
            cure = suggestion(name, declared) or f"it takes {', '.join(declared) or 'no parameters'}"
            raise OperationError("usage", operation.name, f"there is no parameter {shown(name)}", cure)
    out = {}
    for parameter in operation.parameters:
        try:
            out[parameter.name] = _value(parameter, given.get(parameter.name))
        except Unfit as error:
            why = f"{parameter.label}: {error.reason}"
            raise OperationError("usage", operation.name, why, error.cure) from None
    return out


def _value(parameter: Parameter, given: object) -> Any:
    if given is None or given == []:
        return _absent(parameter)
    if not parameter.repeated:
        return _single(parameter, given)
    if not isinstance(given, list) or len(given) > MAX_REPEATED:
        raise Unfit("this is no list, or too long a one", f"give it at most {MAX_REPEATED} times")
    return tuple(_single(parameter, item) for item in given)


def _absent(parameter: Parameter) -> Any:
    if parameter.required:
        raise Unfit("this must be given", parameter.help)
    if parameter.repeated:
        return ()
    match parameter.type:
        case Type.FLAG:
            return False
        case Type.TEXT | Type.NUMBER:
            return parameter.default
    return None


def _single(parameter: Parameter, given: object) -> Any:
    match parameter.type:
        case Type.FLAG:
            if not isinstance(given, bool):
                raise Unfit(f"{shown(given)} is not true or false", "give the option without a value")
            return given
        case Type.NUMBER:
            return _number(parameter, given)
        case Type.FILE:
            return _document(given)
    if not isinstance(given, str):
        raise Unfit(f"{shown(given)} is not text", "give a text")
    if len(given) > MAX_TEXT or not one_line(given):
        raise Unfit("the text is too long, or has control characters", f"give at most {MAX_TEXT} characters")
    return _text(parameter, given)


def _number(parameter: Parameter, given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise Unfit(f"{shown(given)} is not a whole number", "write digits")
    if not parameter.least <= given <= parameter.most:
        raise Unfit(f"{given} is out of range", f"give {parameter.least} to {parameter.most}")
    return given


def _document(given: object) -> Document:
    match given:
        case {"name": str(name), "text": str(text)}:
            return Document(name[:MAX_TEXT], text)
    raise Unfit("this is no file", "give its name and its text")


def _text(parameter: Parameter, given: str) -> Any:
    match parameter.type:
        case Type.ADDRESS:
            return _address(given)
        case Type.QUEUE_ID:
            return _queue_id(given)
    if parameter.choices and given not in parameter.choices:
        cure = suggestion(given, parameter.choices) or f"choose one of {', '.join(parameter.choices)}"
        raise Unfit(f"{shown(given)} is not one of its values", cure)
    return given


def _address(given: str) -> Address:
    try:
        return Address.parse(given.removeprefix("<").removesuffix(">"))
    except AddressError as error:
        raise Unfit(f"{shown(given)} is not an address: {error}", "write it as name@example.org") from None


def _queue_id(given: str) -> QueueId:
    try:
        return QueueId.parse(given)
    except ValueError:
        raise Unfit(f"{shown(given)} is not a queue id", "write it as `message list` shows it: 1-8f31") from None
