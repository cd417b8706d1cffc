"""The client engine against a server played by hand."""

from __future__ import annotations

import base64

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
    Ready,
    Transaction,
    TransactionResult,
    WantTls,
)
from saywhy.wire.smtp.reply import Reply
from tests.wire.smtp.peer import ehlo, feed, ready

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


# -- until ready --


def test_the_extensions_are_read_in_any_case() -> None:
    client = ready(["size 1000", "Pipelining", "AUTH PLAIN LOGIN", "8bitmime"])
    assert dict(client.extensions) == {"SIZE": "1000", "PIPELINING": "", "AUTH": "PLAIN LOGIN", "8BITMIME": ""}


@pytest.mark.parametrize("code", ["500", "502"])
def test_helo_follows_when_ehlo_is_not_known(code: str) -> None:
    client = ClientEngine(ClientOptions("bar.com"))
    feed(client, "220 foo.com")
    client.output()
    assert feed(client, f"{code} What?") is None
    assert client.output() == b"HELO bar.com\r\n"
    assert feed(client, "250 foo.com") == Ready()
    assert client.extensions == {}


@pytest.mark.parametrize("reply", ["550 5.7.1 No", "554 No", "421 Later", "451 Later", "501 Bad name"])
def test_any_other_refusal_of_ehlo_breaks_without_helo(reply: str) -> None:
    client = ClientEngine(ClientOptions("bar.com"))
    event = broken(feed(client, "220 foo.com", reply))
    assert event.step is Step.EHLO
    assert event.reply is not None
    assert event.reply.raw == (reply,)
    assert client.output() == b"EHLO bar.com\r\n"
    assert client.closed


def test_helo_can_be_forced() -> None:
    client = ClientEngine(ClientOptions("bar.com", force_helo=True))
    feed(client, "220 foo.com")
    assert client.output() == b"HELO bar.com\r\n"
    event = broken(feed(client, "550 No"))
    assert event.why == "the server refused HELO"


@pytest.mark.parametrize("reply", ["554 5.7.1 Blocked", "421 4.3.2 Busy", "521 5.3.2 No mail"])
def test_a_refusing_greeting_breaks(reply: str) -> None:
    event = broken(feed(ClientEngine(ClientOptions("bar.com")), reply))
    assert event.step is Step.GREETING
    assert event.reply is not None
    assert event.reply.status is None or str(event.reply.status) in reply


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "not an SMTP reply: 'HTTP/1.1 400 Bad Request'"),
        (b"\x15\x03\x03\x00\x02\x02\x16\n", "not an SMTP reply"),
        (b"220-" + b"x" * 5000 + b"\r\n", "not an SMTP reply"),
        (b"220-x\r\n" * 101, "more than 100 lines"),
    ],
)
def test_nonsense_breaks(octets: bytes, why: str) -> None:
    event = broken(feed(ClientEngine(ClientOptions("bar.com")), octets))
    assert why in event.why
    assert event.step is Step.GREETING


@pytest.mark.parametrize(
    ("replies", "step"),
    [
        ([], Step.GREETING),
        (["220 foo.com"], Step.EHLO),
        (["220 foo.com", "250-foo.com"], Step.EHLO),
    ],
)
def test_a_server_that_closes_early_breaks_at_that_step(replies: list[str], step: Step) -> None:
    client = ClientEngine(ClientOptions("bar.com"))
    assert feed(client, *replies) is None
    assert client.step is step
    client.receive_eof()
    event = broken(client.next_event())
    assert (event.step, event.reply) == (step, None)
    assert "closed the connection" in event.why
    assert client.next_event() is None


# -- STARTTLS --


def tls_client(tls: str, keywords: list[str], **more: str) -> tuple[ClientEngine, ClientEvent | None]:
    options = ClientOptions("bar.com", tls=tls, **more)  # type: ignore[arg-type]
    client = ClientEngine(options)
    feed(client, "220 foo.com")
    client.output()
    return client, feed(client, ehlo(keywords))


@pytest.mark.parametrize("tls", ["may", "must"])
def test_starttls_is_used_when_offered_and_the_session_starts_over(tls: str) -> None:
    client, event = tls_client(tls, ["STARTTLS", "SIZE 1"])
    assert event is None
    assert client.output() == b"STARTTLS\r\n"
    assert feed(client, "220 go") == WantTls()
    assert client.step is Step.STARTTLS
    assert client.output() == b""
    client.tls_done("TLSv1.3")
    assert client.output() == b"EHLO bar.com\r\n"
    assert client.extensions == {}
    assert feed(client, ehlo(["STARTTLS", "DSN"])) == Ready()
    assert "DSN" in client.extensions


def test_octets_behind_the_reply_to_starttls_are_not_believed() -> None:
    client, _ = tls_client("may", ["STARTTLS"])
    assert feed(client, b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n") == WantTls()
    client.receive(b"250 evil\r\n")
    assert client.next_event() is None
    client.tls_done("TLSv1.3")
    assert client.next_event() is None
    assert client.step is Step.EHLO


def test_starttls_is_left_alone_when_not_wanted() -> None:
    assert tls_client("never", ["STARTTLS"])[1] == Ready()


def test_without_starttls_a_session_goes_on_in_clear_unless_tls_is_a_must() -> None:
    assert tls_client("may", [])[1] == Ready()
    event = broken(tls_client("must", [])[1])
    assert (event.step, event.reply) == (Step.STARTTLS, None)
    assert event.why == "TLS is required, and the server does not offer STARTTLS"


def test_a_refused_starttls_goes_on_in_clear_unless_tls_is_a_must() -> None:
    client, _ = tls_client("may", ["STARTTLS"])
    assert feed(client, "454 4.7.0 no") == Ready()
    client, _ = tls_client("must", ["STARTTLS"])
    event = broken(feed(client, "454 4.7.0 no"))
    assert event.step is Step.STARTTLS
    assert event.reply is not None
    assert event.reply.code == 454


# -- AUTH --


def signing_in(keywords: list[str], password: str = "pw", **more: bool) -> tuple[ClientEngine, ClientEvent | None]:
    more = {"tls_active": True, **more}
    client = ClientEngine(ClientOptions("bar.com", user="tim", password=password, **more))  # type: ignore[arg-type]
    feed(client, "220 foo.com")
    client.output()
    return client, feed(client, ehlo(keywords))


def test_auth_plain_is_preferred() -> None:
    client, _ = signing_in(["AUTH LOGIN PLAIN"])
    assert client.output() == b"AUTH PLAIN " + base64.b64encode(b"\0tim\0pw") + b"\r\n"
    assert client.step is Step.AUTH
    assert feed(client, "235 2.7.0 ok") == Ready()


def test_a_long_initial_response_waits_for_the_challenge() -> None:
    client, _ = signing_in(["AUTH PLAIN"], password="p" * 600)
    assert client.output() == b"AUTH PLAIN\r\n"
    assert feed(client, "334 ") is None
    assert client.output() == base64.b64encode(b"\0tim\0" + b"p" * 600) + b"\r\n"
    assert feed(client, "235 ok") == Ready()


def test_auth_login() -> None:
    client, _ = signing_in(["AUTH LOGIN"])
    assert client.output() == b"AUTH LOGIN\r\n"
    feed(client, "334 VXNlcm5hbWU6")
    assert client.output() == b"dGlt\r\n"
    feed(client, "334 UGFzc3dvcmQ6")
    assert client.output() == b"cHc=\r\n"
    assert feed(client, "235 ok") == Ready()


def test_a_refused_sign_in_breaks_with_the_reply() -> None:
    client, _ = signing_in(["AUTH PLAIN"])
    event = broken(feed(client, "535 5.7.8 wrong"))
    assert event.step is Step.AUTH
    assert event.reply is not None
    assert event.reply.code == 535


def test_a_challenge_too_many_breaks() -> None:
    client, _ = signing_in(["AUTH PLAIN"])
    assert broken(feed(client, "334 more")).step is Step.AUTH


def test_no_password_goes_out_in_clear_unless_allowed() -> None:
    client, event = signing_in(["AUTH PLAIN"], tls_active=False)
    assert broken(event).why == "the password is not sent over a connection without TLS"
    assert client.output() == b""
    client, event = signing_in(["AUTH PLAIN"], tls_active=False, auth_in_clear=True)
    assert event is None
    assert client.output().startswith(b"AUTH PLAIN ")


def test_a_server_without_a_mechanism_of_ours_breaks() -> None:
    for keywords in ([], ["AUTH CRAM-MD5"]):
        assert "neither AUTH PLAIN nor LOGIN" in broken(signing_in(keywords)[1]).why


def test_no_credentials_in_the_transcript() -> None:
    for keywords in (["AUTH PLAIN"], ["AUTH LOGIN"]):
        client, _ = signing_in(keywords, password="p" * 600)
        feed(client, "334 x", "334 x", "535 no")
        assert "cHBw" not in "".join(client.transcript)
        assert "dGlt" not in "".join(client.transcript)


# -- transactions --


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
