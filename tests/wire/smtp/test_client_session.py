"""The client engine until it is ready: greeting, EHLO, STARTTLS, AUTH, against a server played by hand."""

from __future__ import annotations

import base64

import pytest

from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.evidence import Step
from saywhy.wire.smtp.client import (
    Broken,
    ClientEngine,
    ClientEvent,
    ClientOptions,
    Finished,
    Ready,
    Transaction,
    WantTls,
)
from tests.wire.smtp.peer import ehlo, feed, ready


def broken(event: ClientEvent | None) -> Broken:
    assert isinstance(event, Broken)
    return event


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


@pytest.mark.parametrize("demanded", [True, False])
def test_a_server_that_knows_helo_only_gets_nothing_where_esmtp_is_demanded(demanded: bool) -> None:
    client = ClientEngine(ClientOptions("bar.com", require_esmtp=demanded))
    feed(client, "220 foo.com", "500 Unknown", "250 foo.com")
    client.output()
    client.send(Transaction(Address.parse("a@bar.com"), (Recipient(Address.parse("b@foo.com")),), b"x\r\n"))
    if demanded:
        event = client.next_event()
        assert isinstance(event, Finished)
        assert event.result.unsupported == "ESMTP"
    assert client.output() == (b"" if demanded else b"MAIL FROM:<a@bar.com>\r\n")


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
