"""What holds for any octets: no exception, no dependence on how reads cut them, no way to smuggle."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.client import ClientEngine, ClientEvent, ClientOptions, Ready, Transaction, WantTls
from saywhy.wire.smtp.server import Limits, Offer
from tests.wire.smtp.dialogue import Driver, failure, in_transaction, serving

OFFER = Offer("foo.com", size=3000, starttls=True, auth=("PLAIN", "LOGIN"))
LIMITS = Limits(max_line=1036, max_message_size=3000, max_header_size=300, max_errors=6)

COMMANDS = st.sampled_from(
    [
        b"EHLO bar.com\r\n",
        b"HELO bar.com\r\n",
        b"MAIL FROM:<a@b.com>\r\n",
        b"MAIL FROM:<> SIZE=9999\r\n",
        b"RCPT TO:<c@d.com> NOTIFY=NEVER\r\n",
        b"RCPT TO:<x@d.com>\r\n",
        b"RCPT TO:<bad\r\n",
        b"DATA\r\n",
        b"BDAT 7\r\n1234567",
        b"BDAT 5 LAST\r\nabc\r\n",
        b"BDAT 4000 LAST\r\n",
        b"Subject: x\r\n\r\n",
        b".\r\n",
        b"..\r\n",
        b"\r\n.\r\n",
        b"\n.\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"line\r\n" * 100,
        b"x" * 1040,
        b"RSET\r\n",
        b"NOOP\r\n",
        b"STARTTLS\r\n",
        b"AUTH PLAIN AHRpbQBwdw==\r\n",
        b"AUTH LOGIN\r\n",
        b"dGlt\r\n",
        b"*\r\n",
        b"\x16\x03\x01",
        b"FROB\r\n",
        b"QUIT\r\n",
    ]
)
STREAM = st.lists(st.one_of(COMMANDS, COMMANDS, COMMANDS, st.binary(max_size=20)), max_size=25).map(b"".join)


def answer(event: ev.ServerEvent) -> bool:
    return not (isinstance(event, ev.Rcpt) and event.recipient.address.local == "x")


def driver() -> Driver:
    return serving(OFFER, LIMITS, no=lambda event: None if answer(event) else failure())


def without_transcripts(events: list[ev.ServerEvent]) -> list[object]:
    return [event.failure.line() if isinstance(event, ev.Refused) else event for event in events]


@given(STREAM, st.lists(st.integers(1, 40), min_size=1, max_size=50))
@example(b"EHLO b\r\nMAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n\r\n.\r\nQUIT\r\n", [1])
@example(b"x" * 1040 + b"\x16\r\n\x16", [1036, 3, 1])
def test_how_reads_cut_the_octets_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    whole = driver()
    said = whole.feed(stream)
    cut = driver()
    pieces = []
    at = turn = 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        pieces.append(cut.feed(stream[at : at + size]))
        at += size
        turn += 1
    assert "".join(pieces) == said
    assert without_transcripts(cut.events) == without_transcripts(whole.events)
    assert cut.engine.transcript == whole.engine.transcript


def test_a_pipelined_session_may_be_cut_at_every_point() -> None:
    session = (
        b"EHLO bar.com\r\nMAIL FROM:<a@b.com>\r\nRCPT TO:<c@d.com>\r\nRCPT TO:<x@d.com>\r\nDATA\r\n"
        b"Subject: x\r\n\r\n..\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.com>\r\n"
        b"BDAT 3\r\nab\rBDAT 3 LAST\r\n\nc\nQUIT\r\n"
    )
    whole = driver()
    said = whole.feed(session)
    for at in range(1, len(session)):
        cut = driver()
        assert cut.feed(session[:at]) + cut.feed(session[at:]) == said, at
        assert without_transcripts(cut.events) == without_transcripts(whole.events)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_the_server_never_raises_on_any_octets(reads: list[bytes]) -> None:
    for start in (driver(), in_transaction(OFFER, LIMITS)):
        for octets in reads:
            start.feed(octets)
        start.engine.receive_eof()
        start.pump()
        assert start.engine.closing
        assert all(line.isascii() and line.isprintable() for line in start.engine.transcript)


def read_by_the_book(raw: bytes) -> tuple[bytes | None, bytes]:
    """What RFC 5321 makes of octets behind DATA: the content (None if a CR or LF is bare), and what follows it."""
    body, _, rest = (b"\r\n" + raw).partition(b"\r\n.\r\n")
    lines = body.split(b"\r\n")[1:]
    if any(b"\r" in line or b"\n" in line for line in lines):
        return None, rest
    return b"".join(line.removeprefix(b".") + b"\r\n" for line in lines), rest


@given(
    st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"x", b"..", b"NOOP\r\n", b"\r\n.\r\n"]), max_size=30)
)
def test_only_what_follows_the_end_of_data_is_a_command(pieces: list[bytes]) -> None:
    raw = b"".join(pieces) + b"\r\n.\r\n"
    content, rest = read_by_the_book(raw)
    driver = in_transaction()
    driver.feed(b"DATA\r\n")
    said = driver.feed(raw)
    assert driver.contents == ([] if content is None else [content])
    other = serving()
    other.feed(b"EHLO bar.com\r\n")
    reply = "250 2.0.0 OK\r\n" if content is not None else said[: said.index("\r\n") + 2]
    assert reply.startswith(("250", "550 5.6.11"))
    assert said == reply + other.feed(rest)


REPLIES = st.sampled_from(
    [
        b"220 foo.com\r\n",
        b"250-foo.com\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 DSN\r\n",
        b"250 ok\r\n",
        b"250-half\r\n",
        b"354 go\r\n",
        b"334 \r\n",
        b"235 ok\r\n",
        b"421 bye\r\n",
        b"451 later\r\n",
        b"502 what\r\n",
        b"550 5.1.1 no\r\n",
        b"\r\n",
        b"x" * 5000,
    ]
)


@pytest.mark.parametrize("user", ["", "tim"])
@given(replies=st.lists(st.one_of(REPLIES, REPLIES, REPLIES, st.binary(max_size=30)), max_size=30))
def test_the_client_never_raises_on_any_octets(user: str, replies: list[bytes]) -> None:
    client = ClientEngine(ClientOptions("bar.com", user=user, password="pw", auth_in_clear=True))
    message = Transaction(None, (Recipient(Address("a", "b.com")), Recipient(Address("c", "b.com"))), b".x\r\n")
    for octets in [*replies, b""]:
        client.receive(octets)
        if not octets:
            client.receive_eof()
        while (event := client.next_event()) is not None:
            _go_on(client, event, message)
        client.output()
    assert client.closed
    assert all(line.isascii() and line.isprintable() for line in client.transcript)


def _go_on(client: ClientEngine, event: ClientEvent, message: Transaction) -> None:
    if isinstance(event, WantTls):
        client.tls_done("TLSv1.3")
    elif isinstance(event, Ready) or not client.closed:
        client.send(message)
