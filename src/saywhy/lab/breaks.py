"""Ways to break a connection off that no well-behaved program has."""

from __future__ import annotations

import asyncio
import os
import socket
import struct

from saywhy.lab.script import TlsMode

# Fatal TLS alerts (RFC 8446 section 6): handshake_failure; protocol_version, as of a server with TLS 1.1 at most.
ALERTS = {TlsMode.BROKEN: bytes.fromhex("15030300020228"), TlsMode.OLD: bytes.fromhex("15030200020246")}
_NO_RECORD = bytes.fromhex("1703030020") + bytes(32)  # looks like TLS and cannot be decrypted


def reset(writer: asyncio.StreamWriter) -> None:
    """RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def garble(writer: asyncio.StreamWriter) -> None:
    """Octets past the TLS session, straight into the socket beneath it."""
    with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as beneath:
        beneath.send(_NO_RECORD)
