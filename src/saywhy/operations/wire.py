"""Requests and responses of the control socket as lines of JSON; both ends use this."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from saywhy.operations.declaration import OperationError, Result

VERSION = 1
MAX_REQUEST = 16 * 1024 * 1024  # octets: an organisation file of some 100,000 recipients
MAX_RESPONSE = 64 * 1024 * 1024


class WireError(OperationError):
    """What came is no request, or no response, of this protocol."""

    def __init__(self, why: str) -> None:
        super().__init__("usage", "control socket", why, "use the saywhy command of the same version")


class ResponseTooLarge(OperationError):
    def __init__(self, octets: int) -> None:
        why = f"the answer has {octets} octets, more than {MAX_RESPONSE}"
        super().__init__("refused", "control socket", why, "ask for less, with --limit")


def encode_request(operation: str, parameters: Mapping[str, object]) -> bytes:
    return _line({"v": VERSION, "operation": operation, "parameters": parameters})


def decode_request(line: bytes) -> tuple[str, Mapping[str, object]]:
    """The operation's name and its parameters; WireError for anything else."""
    match _object(line):
        case {"v": int(version), "operation": str(name), "parameters": dict(parameters)}:
            if version != VERSION:
                raise WireError(f"the request is of version {version}, the server of version {VERSION}")
            return name, parameters
    raise WireError("the request is not of the form that the protocol has")


def encode_result(result: Result) -> bytes:
    """ResponseTooLarge rather than a line that the other side refuses."""
    line = _line({"v": VERSION, "ok": True, "rows": result.rows, "text": result.text})
    if len(line) > MAX_RESPONSE:
        raise ResponseTooLarge(len(line))
    return line


def encode_error(error: OperationError) -> bytes:
    return _line({"v": VERSION, "ok": False, "error": error_object(error)})


def error_object(error: OperationError) -> dict[str, object]:
    return {
        "code": error.code,
        "what": error.what,
        "why": error.why,
        "cure": error.cure,
        "details": list(error.details),
    }


def decode_response(line: bytes) -> Result:
    """The result; raises the OperationError that it carries, or WireError."""
    match _object(line):
        case {"v": 1, "ok": True, "rows": list(rows), "text": str(text)}:
            return Result(tuple(rows), text)
        case {
            "v": 1,
            "ok": False,
            "error": {
                "code": str(code),
                "what": str(what),
                "why": str(why),
                "cure": str(cure),
                "details": list(details),
            },
        }:
            raise OperationError(code, what, why, cure, tuple(map(str, details)))
    raise WireError("the server's answer is not of the form that the protocol has")


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise WireError("this is no JSON") from None
    if not isinstance(value, dict):
        raise WireError("this is no JSON object")
    return value


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
