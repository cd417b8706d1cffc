"""The other end of the control socket, for the command line: one request, one answer, no event loop."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from saywhy.operations.declaration import OperationError, Result
from saywhy.operations.wire import MAX_RESPONSE, WireError, decode_response, encode_request

PATIENCE = 300.0  # seconds without a byte from a server that took the connection


class NobodyAnswers(Exception):
    """There is no server at the socket."""


def call(path: Path, operation: str, parameters: Mapping[str, object], *, patience: float = PATIENCE) -> Result:
    """The operation's result; OperationError as the server raised it, NobodyAnswers when there is no server."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(patience)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            raise NobodyAnswers(f"no server answers at {path}") from None
        except PermissionError:
            cure = "call saywhy as root or as the server's user"
            raise OperationError("no-server", str(path), "you may not open it", cure) from None
        try:
            return decode_response(_ask(connection, encode_request(operation, parameters)))
        except OSError as error:
            why = f"the server did not answer: {error}"
            raise OperationError("no-server", str(path), why, "look into its log, then try again") from None


def _ask(connection: socket.socket, request: bytes) -> bytes:
    try:
        connection.sendall(request)
    except BrokenPipeError:
        pass  # the server refused before it had read everything; its answer is there to be read
    parts: list[bytes] = []
    octets = 0
    while not (parts and parts[-1].endswith(b"\n")):
        part = connection.recv(1 << 16)
        octets += len(part)
        if not part:
            raise ConnectionAbortedError("it closed the connection")
        if octets > MAX_RESPONSE:
            raise WireError(f"the server's answer has more than {MAX_RESPONSE} octets")
        parts.append(part)
    return b"".join(parts)
