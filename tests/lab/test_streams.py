from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.lab.clock import jumping, run_jumping
from saywhy.lab.streams import HIGH_WATER, join, open_memory_connection


class Recorder(asyncio.Protocol):
    """Notes what a transport does to it."""

    def __init__(self, keep_open: bool = False) -> None:
        self.transport: asyncio.Transport
        self.log: list[str] = []
        self.data = bytearray()
        self.error: Exception | None = None
        self.lost = asyncio.get_running_loop().create_future()
        self._keep_open = keep_open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.log.append("made")

    def data_received(self, data: bytes) -> None:
        self.data += data
        self.log.append("data")

    def eof_received(self) -> bool:
        self.log.append("eof")
        return self._keep_open

    def connection_lost(self, exc: Exception | None) -> None:
        self.log.append("lost")
        self.error = exc
        self.lost.set_result(None)

    def pause_writing(self) -> None:
        self.log.append("pause")

    def resume_writing(self) -> None:
        self.log.append("resume")


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@jumping
async def test_data_arrives_from_the_loop_and_not_inside_write() -> None:
    left, right = Recorder(), Recorder()
    a, _ = join(left, right)
    a.write(b"220 ")
    a.write(b"ready\r\n")
    assert right.data == b""
    await settle()
    assert right.data == b"220 ready\r\n"
    assert left.log == ["made"]


@jumping
async def test_close_delivers_what_was_written_and_then_end_of_file() -> None:
    left, right = Recorder(), Recorder()
    a, b = join(left, right)
    a.write(b"221 bye\r\n")
    a.close()
    a.write(b"too late")
    assert a.is_closing()
    await asyncio.gather(left.lost, right.lost)
    assert right.data == b"221 bye\r\n"
    assert right.log == ["made", "data", "eof", "lost"]
    assert left.error is None
    assert right.error is None
    assert b.is_closing()


@jumping
async def test_abort_drops_what_was_written_and_the_peer_sees_a_reset() -> None:
    left, right = Recorder(), Recorder()
    a, _ = join(left, right)
    a.write(b"never read")
    a.abort()
    await asyncio.gather(left.lost, right.lost)
    assert right.data == b""
    assert isinstance(right.error, ConnectionResetError)
    assert left.error is None


@jumping
async def test_a_paused_reader_pauses_the_writer_until_it_reads_again() -> None:
    left, right = Recorder(), Recorder()
    a, b = join(left, right)
    b.pause_reading()
    a.write(b"x" * HIGH_WATER)
    a.write(b"y")
    await settle()
    assert left.log == ["made", "pause"]
    assert right.data == b""
    assert a.get_write_buffer_size() == HIGH_WATER + 1
    b.resume_reading()
    await settle()
    assert len(right.data) == HIGH_WATER + 1
    assert left.log == ["made", "pause", "resume"]


@jumping
async def test_end_of_file_waits_for_a_paused_reader() -> None:
    left, right = Recorder(), Recorder()
    a, b = join(left, right)
    b.pause_reading()
    a.close()
    await settle()
    assert right.log == ["made"]
    b.resume_reading()
    await right.lost
    assert right.log == ["made", "eof", "lost"]


@jumping
async def test_writing_to_a_peer_that_has_closed_breaks_the_connection() -> None:
    left, right = Recorder(), Recorder(keep_open=True)
    a, b = join(left, right)
    a.close()
    await left.lost
    b.write(b"hello?")
    await right.lost
    assert isinstance(right.error, BrokenPipeError)


@jumping
async def test_each_end_knows_both_names() -> None:
    left, right = Recorder(), Recorder()
    a, b = join(left, right, left_name=("192.0.2.7", 4711), right_name=("192.0.2.1", 25))
    assert a.get_extra_info("sockname") == b.get_extra_info("peername") == ("192.0.2.7", 4711)
    assert a.get_extra_info("peername") == b.get_extra_info("sockname") == ("192.0.2.1", 25)


@given(st.lists(st.one_of(st.binary(max_size=50_000), st.just("pause"), st.just("resume"), st.just("turn"))))
def test_everything_written_arrives_in_order_whatever_the_reader_does(steps: list[bytes | str]) -> None:
    async def play() -> tuple[bytes, bytes]:
        left, right = Recorder(), Recorder()
        a, b = join(left, right)
        actions = {"pause": b.pause_reading, "resume": b.resume_reading}
        for step in steps:
            if isinstance(step, bytes):
                a.write(step)
            elif step == "turn":
                await asyncio.sleep(0)
            else:
                actions[step]()
        b.resume_reading()
        a.close()
        await right.lost
        return b"".join(step for step in steps if isinstance(step, bytes)), bytes(right.data)

    written, arrived = run_jumping(play())
    assert written == arrived


class Echo(Recorder):
    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


@jumping
async def test_streams_speak_with_a_server_protocol() -> None:
    reader, writer = await open_memory_connection(Echo, client_name=("198.51.100.9", 5000))
    writer.write(b"NOOP\r\n" * 50_000)
    await writer.drain()
    for _ in range(50_000):
        assert await reader.readline() == b"NOOP\r\n"
    writer.close()
    await writer.wait_closed()


class TlsEcho(Echo):
    """Says OK to the first line and shakes hands."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__()
        self._context = context
        self._secure = False

    def data_received(self, data: bytes) -> None:
        if self._secure:
            super().data_received(data)
            return
        self._secure = True
        self.transport.write(b"220 go\r\n")
        self._task = asyncio.get_running_loop().create_task(self._upgrade())

    async def _upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        secure = await loop.start_tls(self.transport, self, self._context, server_side=True)
        assert secure is not None
        self.transport = secure


@pytest.fixture
def contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    from saywhy.infra.net.tls import ServerTls, client_context

    server = ServerTls(tmp_path / "certificate.pem", tmp_path / "key.pem", ["mx.example"])
    return server.context(), client_context(False)


@jumping
async def test_start_tls_works_in_memory(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    server, client = contexts
    reader, writer = await open_memory_connection(lambda: TlsEcho(server))
    writer.write(b"STARTTLS\r\n")
    assert await reader.readline() == b"220 go\r\n"
    await writer.start_tls(client)
    assert writer.get_extra_info("ssl_object").version() == "TLSv1.3"
    writer.write(b"secret\r\n")
    assert await reader.readline() == b"secret\r\n"
    writer.close()
    await writer.wait_closed()
