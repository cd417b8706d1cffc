"""Replies written and read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.status import Status
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.reply_parser import MAX_REPLY_LINES, ReplyError, ReplyParser
from tests.wire.smtp.dialogue import failure


def read(octets: bytes) -> Reply | None:
    parser = ReplyParser()
    reply = None
    for line in octets.splitlines(keepends=True):
        assert reply is None
        reply = parser.feed(line)
    return reply


def test_the_status_stands_on_every_line() -> None:
    reply = Reply(550, Status(5, 1, 1), ("first", "last"))
    assert reply.encode() == b"550-5.1.1 first\r\n550 5.1.1 last\r\n"
    assert reply.raw == ("550-5.1.1 first", "550 5.1.1 last")


def test_a_reply_without_status_or_text() -> None:
    assert Reply(334, None, ()).encode() == b"334 \r\n"
    assert Reply(250, Status(2, 0, 0), ("",)).encode() == b"250 2.0.0 \r\n"


def test_text_is_plain_ascii_on_one_line_whatever_it_was() -> None:
    assert Reply(550, None, ("a\r\nb\tc\x00 dé €",)).encode() == b"550 a b c? d\\xe9 \\u20ac\r\n"


def test_long_text_is_spread_over_lines_of_less_than_512_octets() -> None:
    octets = Reply(550, Status(5, 7, 1), ("word " * 300,)).encode()
    lines = octets.split(b"\r\n")[:-1]
    assert len(lines) == 4
    assert all(len(line) <= 510 for line in lines)
    assert [line[3:4] for line in lines] == [b"-", b"-", b"-", b" "]


def test_a_failure_becomes_a_reply_with_its_tag() -> None:
    tagged = failure(550, "5.1.1", "not found", "RESOLVER.ADR.RecipNotFound")
    assert Reply.from_failure(tagged).encode() == b"550 5.1.1 RESOLVER.ADR.RecipNotFound; not found\r\n"


def test_on_the_wire_the_status_takes_the_class_of_the_code() -> None:
    assert Reply.from_failure(failure(550, "4.4.7", "expired")).encode() == b"550 5.4.7 expired\r\n"


@pytest.mark.parametrize(
    ("code", "flags"),
    [(250, "positive"), (354, "intermediate"), (451, "transient"), (550, "permanent")],
)
def test_a_code_is_of_one_kind(code: int, flags: str) -> None:
    reply = Reply(code, None, ())
    kinds = [kind for kind in ("positive", "intermediate", "transient", "permanent") if getattr(reply, kind)]
    assert kinds == [flags]


@pytest.mark.parametrize(
    ("octets", "reply"),
    [
        (b"250 2.1.5 Ok\r\n", Reply(250, Status(2, 1, 5), ("Ok",))),
        (b"250 Ok\r\n", Reply(250, None, ("Ok",))),
        (b"250\r\n", Reply(250, None, ("",))),
        (b"250 \n", Reply(250, None, ("",))),
        (
            b"550-5.1.1 no\n550-5.1.1 such\r\n550 5.1.1 user\r\n",
            Reply(550, Status(5, 1, 1), ("no", "such", "user")),
        ),
        (b"550-no\r\n550 5.7.1 policy\r\n", Reply(550, Status(5, 7, 1), ("no", "policy"))),
        (b"550 4.1.1 odd class\r\n", Reply(550, None, ("4.1.1 odd class",))),
        (b"550 5.1.01 odd\r\n", Reply(550, None, ("5.1.01 odd",))),
        (b"550 5.1.1\r\n", Reply(550, Status(5, 1, 1), ("",))),
        (b"250-first\r\n251 last\r\n", Reply(251, None, ("first", "last"))),
        (b"550 caf\xc3\xa9 \x07\r\n", Reply(550, None, ("caf\\xc3\\xa9 \\x07",))),
    ],
)
def test_reading_what_remotes_say(octets: bytes, reply: Reply) -> None:
    got = read(octets)
    assert got is not None
    assert (got.code, got.status, got.lines) == (reply.code, reply.status, reply.lines)


def test_what_was_read_is_quoted_exactly() -> None:
    got = read(b"550-no\r\n550-5.7.1  policy\r\n550\r\n")
    assert got is not None
    assert got.raw == ("550-no", "550-5.7.1  policy", "550")


@pytest.mark.parametrize(
    "octets", [b"\r\n", b"", b"25\r\n", b"abc def\r\n", b"2500 x\r\n", b"650 x\r\n", b"150 x\r\n", b"250_x\r\n"]
)
def test_what_is_no_reply_is_an_error(octets: bytes) -> None:
    with pytest.raises(ReplyError, match="not an SMTP reply"):
        ReplyParser().feed(octets)


def test_a_reply_has_at_most_100_lines() -> None:
    parser = ReplyParser()
    for _ in range(MAX_REPLY_LINES - 1):
        assert parser.feed(b"250-x\r\n") is None
    with pytest.raises(ReplyError, match="more than 100 lines"):
        parser.feed(b"250-x\r\n")


@given(
    code=st.integers(200, 599).filter(lambda code: not 300 <= code < 400),
    detail=st.tuples(st.integers(0, 7), st.integers(0, 999)),
    lines=st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80), min_size=1
    ),
)
def test_what_is_written_is_read_back(code: int, detail: tuple[int, int], lines: list[str]) -> None:
    reply = Reply(code, Status(code // 100, *detail), tuple(lines[:MAX_REPLY_LINES]))
    got = read(reply.encode())
    assert got is not None
    assert (got.code, got.status, got.lines) == (reply.code, reply.status, reply.lines)
    assert got.raw == reply.raw


@given(st.text())
def test_any_text_becomes_lines_of_printable_ascii(text: str) -> None:
    octets = Reply(550, Status(5, 0, 0), (text,)).encode()
    assert octets.endswith(b"\r\n")
    for line in octets[:-2].split(b"\r\n"):
        assert len(line) <= 510
        assert line.decode("ascii").isprintable()
