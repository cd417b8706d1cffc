"""A crowd of SMTP clients that remember what they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Crowd:
    """`clients` connections that send message after message; `acknowledged` holds the ids that got their 250."""

    port: int
    clients: int
    name: str
    recipient: Callable[[int], str]
    sender: str = "guy@worcester.example"
    limit: int = 1_000_000
    acknowledged: set[str] = field(default_factory=set)
    sent: int = 0

    async def run(self) -> None:
        """Until every client lost its server, or `limit` messages were sent."""
        await asyncio.gather(*(self._client() for _ in range(self.clients)))

    async def _client(self) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return
        try:
            await self._expect(reader, b"220")
            writer.write(b"EHLO crowd.example\r\n")
            await self._expect(reader, b"250")
            while self.sent < self.limit:
                await self._message(reader, writer)
            writer.write(b"QUIT\r\n")
            await self._expect(reader, b"221")
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _message(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.sent = self.sent, self.sent + 1
        id_ = f"{self.name}-{number}"
        writer.write(f"MAIL FROM:<{self.sender}>\r\nRCPT TO:<{self.recipient(number)}>\r\nDATA\r\n".encode())
        for code in (b"250", b"250", b"354"):
            await self._expect(reader, code)
        body = "x" * 500
        writer.write(f"Subject: {id_}\r\nMessage-ID: <{id_}@crowd>\r\n\r\n{body}\r\n.\r\n".encode())
        await self._expect(reader, b"250")
        self.acknowledged.add(id_)

    async def _expect(self, reader: asyncio.StreamReader, code: bytes) -> None:
        while True:
            line = await reader.readuntil(b"\n")
            if line.startswith(b"421 "):  # it is stopping
                raise ConnectionAbortedError
            assert line.startswith(code), line
            if line[3:4] != b"-":
                return
