"""Transactions of the client engine, against a server played by hand."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.envelope import Body, Recipient
from saywhy.model.evidence import Step
from saywhy.wire.smtp.client import (
    Broken,
    ClientEngine,
    ClientEvent,
    ClientOptions,
    Finished,
    Transaction,
    TransactionResult,
)
from saywhy.wire.smtp.reply import Reply
from tests.wire.smtp.peer import feed, ready

ALICE = Address("alice", "bar.com")
BOB, CAROL = Recipient(Address("bob", "foo.com")), Recipient(Address("carol", "foo.com"))
CONTENT = b"Subject: x\r\n\r\n.hidden\r\nhi\r\n"


def message(*recipients: Recipient, content: bytes = CONTENT, sender: Address | None = ALICE) -> Transaction:
    return Transaction(sender, recipients or (BOB,), content)


def result(event: ClientEvent | None) -> TransactionResult:
    assert isinstance(event, Finished)
    return event.result


def broken(event: ClientEvent | None) -> Broken:
    assert isinstance(event, Broken)
    return event


def codes(result: TransactionResult) -> list[int | None]:
    replies: list[Reply | None] = [result.mail, *result.recipients, result.data]
    return [None if reply is None else reply.code for reply in replies]


def test_without_pipelining_each_command_waits_for_its_reply() -> None:
    client = ready([])
    client.send(message(BOB, CAROL))
    assert client.output() == b"MAIL FROM:<alice@bar.com>\r\n"
    assert client.step is Step.MAIL
    feed(client, "250 ok")
    assert client.output() == b"RCPT TO:<bob@foo.com>\r\n"
    assert client.step is Step.RCPT
    feed(client, "550 5.1.1 unknown")
    assert client.output() == b"RCPT TO:<carol@foo.com>\r\n"
    feed(client, "250 ok")
    assert client.output() == b"DATA\r\n"
    assert client.step is Step.DATA
    feed(client, "354 go")
    assert client.output() == b"Subject: x\r\n\r\n..hidden\r\nhi\r\n.\r\n"
    assert client.step is Step.END_OF_DATA
    done = result(feed(client, "250 2.0.0 queued"))
    assert codes(done) == [250, 550, 250, 250]
    assert client.step is Step.NONE


def test_with_pipelining_the_envelope_goes_out_as_one_group() -> None:
    client = ready(["PIPELINING"])
    client.send(message(BOB, CAROL))
    assert (
        client.output()
        == b"MAIL FROM:<alice@bar.com>\r\nRCPT TO:<bob@foo.com>\r\nRCPT TO:<carol@foo.com>\r\nDATA\r\n"
    )
    feed(client, "250 ok", "550 no", "250 ok", "354 go")
    assert client.output().endswith(b"\r\n.\r\n")
    assert codes(result(feed(client, "250 ok"))) == [250, 550, 250, 250]


def test_the_session_is_used_again_without_another_ehlo() -> None:
    client = ready(["PIPELINING"])
    for _ in range(3):
        client.send(message())
        assert client.output().startswith(b"MAIL FROM:")
        feed(client, "250 ok", "250 ok", "354 go")
        assert client.output()
        assert codes(result(feed(client, "250 ok"))) == [250, 250, 250]
    client.quit()
    assert client.output() == b"QUIT\r\n"
    assert feed(client, "221 bye") is None
    assert client.closed


@pytest.mark.parametrize("pipelining", [True, False])
def test_when_no_recipient_is_accepted_the_content_stays_here(pipelining: bool) -> None:
    client = ready(["PIPELINING"] if pipelining else [])
    client.send(message(BOB, CAROL))
    event = feed(client, "250 ok", "550 no", "452 full", *(["503 no recipients"] if pipelining else []))
    assert codes(result(event)) == [250, 550, 452, None]
    assert b"Subject" not in client.output()
    client.send(message())
    assert client.output().startswith(b"RSET\r\n")
    feed(client, "250 ok")
    assert codes(result(feed(client, "250 ok", "250 ok", "354 go", "250 ok"))) == [250, 250, 250]


def test_a_354_without_recipients_gets_a_lone_dot() -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    client.output()
    feed(client, "250 ok", "550 no", "354 go")
    assert client.output() == b".\r\n"
    assert codes(result(feed(client, "554 no recipients"))) == [250, 550, None]
    client.send(message())
    assert client.output().startswith(b"MAIL")


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_refused_sender_ends_the_transaction(pipelining: bool) -> None:
    client = ready(["PIPELINING"] if pipelining else [])
    client.send(message())
    event = feed(client, "550 5.1.8 no", *(["503 order", "503 order"] if pipelining else []))
    assert codes(result(event)) == [550, None, None]
    client.output()
    client.send(message())
    assert client.output().startswith(b"MAIL")


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_refused_data_ends_the_transaction_and_needs_rset(pipelining: bool) -> None:
    client = ready(["PIPELINING"] if pipelining else [])
    client.send(message())
    assert codes(result(feed(client, "250 ok", "250 ok", "451 later"))) == [250, 250, 451]
    client.output()
    client.send(message())
    assert client.output().startswith(b"RSET\r\n")


def test_refused_content_needs_no_rset() -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    assert codes(result(feed(client, "250 ok", "250 ok", "354 go", "554 5.6.0 no"))) == [250, 250, 554]
    client.output()
    client.send(message())
    assert client.output().startswith(b"MAIL")


def test_chunking_sends_the_content_as_it_is() -> None:
    client = ready(["PIPELINING", "CHUNKING"])
    client.send(message(BOB, CAROL))
    assert client.output().endswith(b"RCPT TO:<carol@foo.com>\r\n")
    feed(client, "250 ok", "250 ok", "550 no")
    assert client.output() == b"BDAT %d LAST\r\n" % len(CONTENT) + CONTENT
    assert client.step is Step.END_OF_DATA
    assert codes(result(feed(client, "250 ok"))) == [250, 250, 550, 250]


def test_after_a_failed_bdat_rset_comes_first() -> None:
    client = ready(["PIPELINING", "CHUNKING"])
    client.send(message())
    assert codes(result(feed(client, "250 ok", "250 ok", "552 5.3.4 big"))) == [250, 250, 552]
    client.output()
    client.send(message())
    assert client.output().startswith(b"RSET\r\nMAIL")


def test_chunking_can_be_switched_off() -> None:
    client = ready(["PIPELINING", "CHUNKING"], ClientOptions("bar.com", chunking=False))
    client.send(message())
    assert client.output().endswith(b"DATA\r\n")


def test_an_unended_last_line_is_ended() -> None:
    client = ready(["PIPELINING"])
    client.send(message(content=b".x"))
    feed(client, "250 ok", "250 ok", "354 go")
    assert client.output().endswith(b"DATA\r\n..x\r\n.\r\n")
    client = ready(["CHUNKING"])
    client.send(message(content=b".x"))
    feed(client, "250 ok", "250 ok")
    assert client.output().endswith(b"BDAT 4 LAST\r\n.x\r\n")


def test_size_body_and_smtputf8_are_said_where_offered() -> None:
    client = ready(["PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8"])
    sender = Address("jürgen", "bücher.example")
    client.send(Transaction(sender, (BOB,), "Subject: ü\r\n".encode(), body=Body.EIGHTBITMIME, smtputf8=True))
    line = "MAIL FROM:<jürgen@bücher.example> SIZE=13 BODY=8BITMIME SMTPUTF8\r\n"
    assert client.output().startswith(line.encode())


def test_eight_bit_content_goes_as_it_is_to_a_server_without_8bitmime() -> None:
    client = ready(["PIPELINING"])
    client.send(message(content=b"\r\n\xe4\r\n"))
    assert client.output().startswith(b"MAIL FROM:<alice@bar.com>\r\n")
    feed(client, "250 ok", "250 ok", "354 go")
    assert client.output() == b"\r\n\xe4\r\n.\r\n"


@pytest.mark.parametrize(("size", "lacking"), [("10", "SIZE"), ("0", ""), ("", ""), ("1000", ""), ("x", "")])
def test_a_message_over_the_peers_size_is_not_sent(size: str, lacking: str) -> None:
    client = ready(["PIPELINING", f"SIZE {size}".strip()])
    client.send(message())
    event = client.next_event()
    if lacking:
        assert codes(result(event)) == [None, None, None]
        assert result(event).unsupported == "SIZE"
        assert client.output() == b""
    else:
        assert event is None


@pytest.mark.parametrize(
    ("transaction", "lacking"),
    [
        (Transaction(Address("jürgen", "b.com"), (BOB,), b"x\r\n"), "SMTPUTF8"),
        (Transaction(ALICE, (BOB, Recipient(Address("jürgen", "b.com"))), b"x\r\n"), "SMTPUTF8"),
        (Transaction(ALICE, (BOB,), "Subject: ü\r\n\r\nx".encode(), smtputf8=True), "SMTPUTF8"),
        (Transaction(ALICE, (BOB,), "Subject: u\r\n\r\nü".encode(), smtputf8=True), ""),
        (Transaction(ALICE, (BOB,), "Subject: ü\r\n\r\nx".encode()), ""),
        (Transaction(None, (BOB,), b"x\r\n", smtputf8=True), ""),
    ],
)
def test_a_message_that_needs_smtputf8_is_not_sent_without_it(transaction: Transaction, lacking: str) -> None:
    client = ready(["PIPELINING", "8BITMIME"])
    client.send(transaction)
    event = client.next_event()
    assert (result(event).unsupported if event else "") == lacking
    assert b"SMTPUTF8" not in client.output()


def test_a_unicode_domain_becomes_a_labels_for_a_server_without_smtputf8() -> None:
    client = ready(["PIPELINING"])
    client.send(message(Recipient(Address("a", "Bücher.example"))))
    assert b"RCPT TO:<a@xn--bcher-kva.example>\r\n" in client.output()


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_421_ends_transaction_and_session_with_what_was_known(pipelining: bool) -> None:
    client = ready(["PIPELINING"] if pipelining else [])
    client.send(message(BOB, CAROL))
    done = result(feed(client, "250 ok", "421 4.3.2 bye"))
    assert codes(done) == [250, 421, None, None]
    assert client.closed
    client.receive_eof()
    assert client.next_event() is None


def test_a_421_to_the_content_is_its_reply() -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    assert codes(result(feed(client, "250 ok", "250 ok", "354 go", "421 bye"))) == [250, 250, 421]
    assert client.closed


@pytest.mark.parametrize(
    ("replies", "step"),
    [
        ([], Step.MAIL),
        (["250 ok"], Step.RCPT),
        (["250 ok", "250 ok"], Step.DATA),
        (["250 ok", "250 ok", "354 go"], Step.END_OF_DATA),
        (["250 ok", "250 ok", "354 go", "250-half"], Step.END_OF_DATA),
    ],
)
def test_a_connection_lost_in_a_transaction_breaks_at_that_step(replies: list[str], step: Step) -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    feed(client, *replies)
    client.receive_eof()
    event = broken(client.next_event())
    assert event.step is step
    assert client.closed


@pytest.mark.parametrize(
    ("replies", "step"),
    [(["354 go"], Step.MAIL), (["250 ok", "250 ok", "250 what"], Step.DATA), (["250 ok", "garbage"], Step.RCPT)],
)
def test_an_impossible_reply_breaks(replies: list[str], step: Step) -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    assert broken(feed(client, *replies)).step is step


def test_a_server_that_speaks_or_closes_while_idle_breaks() -> None:
    client = ready([])
    event = broken(feed(client, "421 4.4.2 idle too long"))
    assert event.step is Step.NONE
    assert event.why == "the server ended the session"
    client = ready([])
    client.receive_eof()
    assert broken(client.next_event()).why == "the server closed the connection while idle"


def test_sending_when_not_ready_is_a_fault_of_the_driver() -> None:
    client = ClientEngine(ClientOptions("bar.com"))
    with pytest.raises(RuntimeError):
        client.send(message())
    client = ready([])
    client.send(message())
    with pytest.raises(RuntimeError):
        client.send(message())


def test_a_line_break_in_an_address_never_reaches_the_wire() -> None:
    client = ready(["PIPELINING"])
    with pytest.raises(ValueError, match="line break"):
        client.send(message(Recipient(Address("a\r\nDATA", "foo.com"))))
    assert client.output() == b""


def test_dsn_is_told_by_what_the_server_offers() -> None:
    for keywords, dsn in ((["DSN"], True), ([], False)):
        client = ready(["PIPELINING", *keywords])
        client.send(message())
        assert result(feed(client, "250 ok", "250 ok", "354 go", "250 ok")).dsn is dsn


def test_the_transcript_shows_the_dialogue_without_the_content() -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    feed(client, "250 ok", "250 ok", "354 go", "250 ok")
    assert client.transcript == (
        "S: 220 foo.com ESMTP",
        "C: EHLO bar.com",
        "S: 250-foo.com greets you",
        "S: 250 PIPELINING",
        "C: MAIL FROM:<alice@bar.com>",
        "C: RCPT TO:<bob@foo.com>",
        "C: DATA",
        "S: 250 ok",
        "S: 250 ok",
        "S: 354 go",
        "C: (content, 31 octets)",
        "S: 250 ok",
    )


def test_the_transcript_of_a_session_used_again_names_nobody_of_the_message_before() -> None:
    client = ready(["PIPELINING"])
    client.send(message())
    feed(client, "250 ok", "250 ok", "354 go", "250 ok")
    client.send(message(Recipient(Address.parse("carol@foo.com")), sender=None))
    feed(client, "250 ok", "550 5.1.1 no")
    text = "\n".join(client.transcript)
    assert text.startswith("S: 220 foo.com ESMTP\nC: EHLO bar.com\n")
    assert "carol" in text
    assert "alice" not in text
    assert "bob" not in text
