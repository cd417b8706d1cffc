"""mbox: what opens a message, lengths, quotes, stretches, and that memory stays bounded."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.infra.mailbox import file
from saywhy.infra.mailbox.file import Stretch
from saywhy.infra.mailbox.mbox import Splitter, counts_lengths
from saywhy.infra.mailbox.piece import HEAD, TAIL, Piece

FROM = b"From a@b.example Mon Nov  2 10:00:00 2026\n"


def split(data: bytes, by_length: bool = False) -> list[bytes]:
    splitter = Splitter(io.BytesIO(data).read, by_length=by_length)
    return [piece.data for piece in splitter.messages(splitter.first())]


def test_messages_follow_one_another_and_lose_their_dividing_line() -> None:
    assert split(FROM + b"A: 1\n\none\n\n" + FROM + b"A: 2\n\ntwo\n") == [b"A: 1\n\none\n", b"A: 2\n\ntwo\n"]


def test_empty_lines_before_the_first_message_are_passed_over() -> None:
    assert split(b"\n\r\n" + FROM + b"A: 1\n\none\n") == [b"A: 1\n\none\n"]


@pytest.mark.parametrize("line", [
    b"From - Mon Nov 02 10:00:00 2026",
    b"From ???@??? Mon Nov 02 10:00:00 2026",
    b"From MAILER-DAEMON Mon, 2 Nov 2026 10:00 +0000",
    b'From "a b"@c.example Mon Nov  2 10:00:00 2026 remote from gate',
])  # fmt: skip
def test_a_from_line_of_any_writer_opens_a_message(line: bytes) -> None:
    assert len(split(FROM + b"A: 1\n\none\n\n" + line + b"\nA: 2\n\ntwo\n")) == 2


@pytest.mark.parametrize("line", [b"From now on we meet on Monday.", b"From Mon to Fri", b">" + FROM[:-1]])
def test_a_sentence_that_begins_with_from_opens_none(line: bytes) -> None:
    assert len(split(FROM + b"A: 1\n\none\n\n" + line + b"\nmore\n")) == 1


def test_without_an_empty_line_a_header_field_must_follow() -> None:
    assert len(split(FROM + b"A: 1\n\none\n" + FROM + b"A: 2\n\ntwo\n")) == 2
    assert len(split(FROM + b"A: 1\n\none\n" + FROM + b"and so on\n")) == 1


def test_lines_that_end_in_crlf_are_split_alike() -> None:
    data = (FROM + b"A: 1\n\none\n\n" + FROM + b"A: 2\n\ntwo\n").replace(b"\n", b"\r\n")
    assert split(data) == [b"A: 1\r\n\r\none\r\n", b"A: 2\r\n\r\ntwo\r\n"]


def test_quotes_before_from_go_one_at_a_time() -> None:
    assert split(FROM + b"A: 1\n\n>From x\n>>From y\n> From z\n") == [b"A: 1\n\nFrom x\n>From y\n> From z\n"]


def with_length(body: bytes) -> bytes:
    return FROM + b"Content-Length: %d\n\n" % len(body) + body + b"\n"


def test_lengths_count_where_the_writer_of_the_file_put_them() -> None:
    data = with_length(b"one\n") + with_length(b"two\n\n" + FROM + b"inside\n") + with_length(b"three\n")
    assert counts_lengths(io.BytesIO(data).read)
    assert [message.partition(b"\n\n")[2] for message in split(data, by_length=True)] == [
        b"one\n", b"two\n\n" + FROM + b"inside\n", b"three\n",
    ]  # fmt: skip


def test_a_sender_cannot_hide_other_mail_behind_a_length_of_his_own() -> None:
    hidden = FROM + b"A: hidden\n\nyes\n\n"
    evil = b"Content-Length: %d\n\nevil\n\n" % (len(b"evil\n\n") + len(hidden) - 1)
    data = FROM + evil + hidden + FROM + b"A: 3\n\nthree\n"
    assert not counts_lengths(io.BytesIO(data).read)
    assert len(split(data)) == 3


def test_a_length_that_leads_nowhere_is_passed_over() -> None:
    data = (
        with_length(b"one\n") + with_length(b"two\n") + FROM + b"Content-Length: 3\n\nthree\n\n" + FROM + b"A: 4\n"
    )
    assert len(split(data, by_length=True)) == 4


@pytest.mark.parametrize("block", [1, 7, 100, 1 << 20])
def test_the_size_of_the_reads_changes_nothing(block: int) -> None:
    data = b"".join(FROM + b"A: %d\n\nFrom me to you\n\n" % number for number in range(20))
    source = io.BytesIO(data)
    splitter = Splitter(lambda _: source.read(block))
    assert [piece.data for piece in splitter.messages(0)] == split(data)


LINES = (
    FROM, FROM.replace(b"\n", b"\r\n"), b"\n", b"\r\n", b"A: b\n", b">From x\n", b"From x\n",
    b"Content-Length: 7\n",
    b"Content-Length: 60\n", b"x" * 60 + b"\n", b"no end",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=40), st.booleans(), st.integers(1, 200))
def test_whatever_the_lines_are_each_octet_is_in_one_message_however_it_is_read(
    lines: list[bytes], by_length: bool, block: int
) -> None:
    data = FROM + b"".join(lines)
    source = io.BytesIO(data)
    pieces = list(Splitter(lambda _: source.read(block), by_length=by_length).messages(0))
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces[:-1])]
    assert pieces[-1].end == len(data)
    assert [piece.data for piece in pieces] == split(data, by_length)


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[bytes], str]:
    def write(data: bytes) -> str:
        path = tmp_path / "archive.mbox"
        path.write_bytes(data)
        return str(path)

    return write


@pytest.mark.parametrize("size", [1, 13, 64, 100, 1000, 100_000])
def test_stretches_of_any_size_give_each_message_once(archive: Callable[[bytes], str], size: int) -> None:
    data = b"".join(FROM + b"A: %d\n\n" % n + b"x" * (n * 37 % 400) + b"\n\n" for n in range(40))
    path = archive(data)
    found: list[Piece] = []
    for start in range(0, len(data), size):
        found += file.stretch(Stretch(path, start, min(start + size, len(data)), start == 0, False))
    assert [piece.data for piece in found] == split(data)
    assert [piece.start for piece in found[1:]] == [piece.end for piece in found[:-1]]


def test_of_a_large_message_the_beginning_and_the_end_are_kept(archive: Callable[[bytes], str]) -> None:
    large = b"A: 1\n\n" + b"x" * HEAD + b"y" * (10 << 20) + b"z" * TAIL
    path = archive(FROM + b"A: 0\n\n\n" + FROM + large + b"\n\n" + FROM + b"A: 2\n\nlast\n")
    tracemalloc.start()
    pieces = file.messages(path)
    next(pieces)
    piece = next(pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert piece.truncated
    assert piece.data[:HEAD] == large[:HEAD]
    assert piece.data[HEAD:].strip() == b"z" * (TAIL - 1)
    assert next(pieces).data == b"A: 2\n\nlast\n"
    assert peak < 64 << 20
