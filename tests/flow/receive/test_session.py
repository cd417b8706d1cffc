"""What a client is told, command by command (spec F2), and what is accepted."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

import pytest

from saywhy.infra.passwords import PasswordsBusy
from saywhy.model.envelope import Notify
from saywhy.model.event import Kind
from tests.flow.receive.support import CLIENT, CONNECTOR, Dialogue, failure

MESSAGE = "Subject: Secret\r\nFrom: guy@worcester.example\r\n\r\nHello.\r\n."


async def deliver(
    dialogue: Dialogue, sender: str = "x@else.example", recipient: str = "ann@worcester.example"
) -> str:
    await dialogue.say(f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
    return await dialogue.say(MESSAGE)


async def test_a_message_for_a_known_recipient_is_accepted_with_its_queue_id() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    assert await deliver(dialogue) == "250 2.0.0 Queued as 1-1\r\n"
    (submission,) = dialogue.recorder.accepted
    assert str(submission.envelope.sender) == "x@else.example"
    assert [str(r.address) for r in submission.envelope.recipients] == ["ann@worcester.example"]
    assert submission.headline.subject == "Secret"


async def test_the_trace_header_names_client_server_protocol_id_and_time() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    await deliver(dialogue)
    content = dialogue.recorder.accepted[0].content.decode()
    assert content.startswith(
        "Received: from client.example ([192.0.2.7])\r\n"
        " by mail.worcester.example with ESMTP id 1-1\r\n"
        " for <ann@worcester.example>;\r\n"
        " Tue, 06 May 2008 21:23:08 +0000\r\n"
        "Subject: Secret\r\n"
    )


async def test_the_trace_header_names_no_recipient_when_there_are_several() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    await dialogue.say(
        "MAIL FROM:<x@else.example>", "RCPT TO:<ann@worcester.example>", "RCPT TO:<guy@worcester.example>", "DATA"
    )
    await dialogue.say(MESSAGE)
    assert b" for " not in dialogue.recorder.accepted[0].content.split(b"Subject:")[0]


async def test_250_is_said_only_after_the_message_is_queued() -> None:
    dialogue = Dialogue()
    dialogue.recorder.hold = asyncio.Event()
    await dialogue.hello()
    assert await deliver(dialogue) == ""
    dialogue.recorder.hold.set()
    await dialogue.settle()
    assert dialogue.take() == "250 2.0.0 Queued as 1-1\r\n"


async def test_a_queue_that_cannot_write_refuses_with_4_3_1_and_the_session_goes_on() -> None:
    dialogue = Dialogue()
    dialogue.recorder.refuse_with = failure(452, "4.3.1", "store-write-failed", "Insufficient system resources")
    await dialogue.hello()
    assert (await deliver(dialogue)).startswith("452 4.3.1 ")
    dialogue.recorder.refuse_with = None
    assert (await deliver(dialogue)).startswith("250 2.0.0 ")


async def test_commands_pipelined_behind_the_final_dot_are_answered_after_it() -> None:
    dialogue = Dialogue()
    dialogue.recorder.hold = asyncio.Event()
    await dialogue.hello()
    await dialogue.say("MAIL FROM:<x@else.example>", "RCPT TO:<ann@worcester.example>", "DATA")
    assert await dialogue.say(MESSAGE, "NOOP", "QUIT") == ""
    dialogue.recorder.hold.set()
    await dialogue.settle()
    replies = dialogue.take().splitlines()
    assert [line[:3] for line in replies] == ["250", "250", "221"]
    assert dialogue.recorder.closed


async def test_reading_stops_while_a_client_floods_ahead_of_its_answer() -> None:
    dialogue = Dialogue()
    dialogue.recorder.hold = asyncio.Event()
    await dialogue.hello()
    await deliver(dialogue)
    await dialogue.send(b"NOOP\r\n" * 20_000)
    await dialogue.send(b"NOOP\r\n")
    assert dialogue.recorder.paused
    dialogue.recorder.hold.set()
    await dialogue.settle()
    assert not dialogue.recorder.paused


async def test_an_unknown_recipient_is_refused_at_rcpt() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    reply = await dialogue.say("MAIL FROM:<x@else.example>", "RCPT TO:<jethro@worcester.example>")
    assert reply.splitlines()[-1].startswith("550 5.1.1 ")
    refusal = dialogue.recorder.events[-1]
    assert refusal.kind is Kind.REFUSE
    assert refusal.cause == "recipient-unknown"
    assert refusal.recipient == "jethro@worcester.example"


async def test_an_unknown_recipient_is_taken_where_the_connector_does_not_look_up() -> None:
    dialogue = Dialogue(replace(CONNECTOR, recipient_lookup=False))
    await dialogue.hello()
    assert (await deliver(dialogue, recipient="jethro@worcester.example")).startswith("250 ")


async def test_the_tarpit_delays_the_refusal_of_an_unknown_recipient() -> None:
    dialogue = Dialogue(replace(CONNECTOR, tarpit=0.01))
    await dialogue.hello()
    await dialogue.say("MAIL FROM:<x@else.example>")
    dialogue.session.received(b"RCPT TO:<jethro@worcester.example>\r\n")
    assert dialogue.take() == ""
    assert dialogue.session.busy
    async with asyncio.timeout(30):
        while dialogue.session.busy:
            await asyncio.sleep(0.001)
    assert dialogue.take().startswith("550 5.1.1 ")


@pytest.mark.parametrize(
    "recipient",
    [
        "victim@outside.example",
        "victim%outside.example@relay.example",
        "outside.example!victim@relay.example",
        '"victim@outside.example"@relay.example',
        "victim%outside.example@worcester.example",
        '"victim@outside.example"@worcester.example',
        "@worcester.example:victim@outside.example",
        "@worcester.example,@relay.example:victim@outside.example",
        "victim@[192.0.2.99]",
        "victim@[127.0.0.1]",
        "victim@[IPv6:2001:db8::1]",
        "victim%outside.example@[192.0.2.1]",
        "victim@worcester.example.outside.example",
    ],
)
@pytest.mark.parametrize("sender", ["x@else.example", "guy@worcester.example", ""])
@pytest.mark.parametrize("look_up", [True, False])
async def test_an_anonymous_client_cannot_relay(recipient: str, sender: str, look_up: bool) -> None:
    dialogue = Dialogue(replace(CONNECTOR, recipient_lookup=look_up))
    await dialogue.hello()
    reply = await dialogue.say(f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>")
    assert reply.splitlines()[-1] in {"550 5.7.1 Unable to relay", "550 5.1.1 User unknown"}
    if "worcester.example" not in recipient.rpartition("@")[2]:
        assert reply.splitlines()[-1] == "550 5.7.1 Unable to relay"


async def test_relay_domains_are_relayed_for_anybody() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    assert (await deliver(dialogue, recipient="someone@relay.example")).startswith("250 ")


async def test_a_listed_network_may_relay_and_its_neighbour_may_not() -> None:
    connector = replace(CONNECTOR, relay_ranges=("192.0.2.0/25", "2001:db8::/32"))
    for ip, code in [
        ("192.0.2.7", "250"),
        ("192.0.2.200", "550"),
        ("2001:db8::5", "250"),
        ("::ffff:192.0.2.7", "250"),
    ]:
        dialogue = Dialogue(connector, ip=ip)
        await dialogue.hello()
        reply = await dialogue.say("MAIL FROM:<x@else.example>", "RCPT TO:<a@outside.example>")
        assert reply.splitlines()[-1][:3] == code, ip


async def test_postmaster_without_a_domain_is_taken_in_any_case() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    reply = await dialogue.say("MAIL FROM:<>", "RCPT TO:<PostMaster>")
    assert reply.splitlines()[-1].startswith("250 ")


async def test_the_201st_recipient_waits_for_another_transaction() -> None:
    dialogue = Dialogue(replace(CONNECTOR, max_recipients=2))
    await dialogue.hello()
    rcpt = "RCPT TO:<ann@worcester.example>"
    reply = await dialogue.say("MAIL FROM:<x@else.example>", rcpt, rcpt, rcpt)
    assert reply.splitlines()[-1] == "452 4.5.3 Too many recipients (limit 2)"
    await dialogue.say("DATA")
    assert (await dialogue.say(MESSAGE)).startswith("250 ")
    assert len(dialogue.recorder.accepted[0].envelope.recipients) == 2


async def test_too_many_hops_is_5_4_6_with_the_count_in_the_log() -> None:
    dialogue = Dialogue(replace(CONNECTOR, max_hops=3))
    await dialogue.hello()
    await dialogue.say("MAIL FROM:<x@else.example>", "RCPT TO:<ann@worcester.example>", "DATA")
    hops = ["Received: from a by b; Tue, 06 May 2008 21:23:08 +0000"] * 4
    reply = await dialogue.say(*hops, "Subject: round", "", "text", ".")
    assert reply == "554 5.4.6 Hop count exceeded - possible mail loop (4, limit 3)\r\n"
    assert dialogue.recorder.accepted == []


async def test_memory_in_use_refuses_new_messages_with_4_3_1() -> None:
    dialogue = Dialogue(in_flight=100)
    dialogue.services.in_flight.used = 101
    await dialogue.hello()
    assert (await dialogue.say("MAIL FROM:<x@else.example>")).startswith("452 4.3.1 ")
    dialogue.services.in_flight.used = 0
    assert (await dialogue.say("MAIL FROM:<x@else.example>")).startswith("250 ")


async def test_octets_in_transfer_are_counted_and_given_back() -> None:
    dialogue = Dialogue(in_flight=1_000_000)
    await dialogue.hello()
    await dialogue.say("MAIL FROM:<x@else.example>", "RCPT TO:<ann@worcester.example>", "DATA")
    await dialogue.send(b"x" * 500 + b"\r\n")
    assert dialogue.services.in_flight.used == 502
    dialogue.session.lost()
    assert dialogue.services.in_flight.used == 0


class TestSubmission:
    async def test_before_tls_neither_auth_nor_mail(self) -> None:
        dialogue = Dialogue(CLIENT)
        assert "AUTH" not in await dialogue.hello()
        token = base64.b64encode(b"\0guy\0secret").decode()
        assert (await dialogue.say(f"AUTH PLAIN {token}"))[0] == "5"
        assert (await dialogue.say("MAIL FROM:<guy@worcester.example>")).startswith("530 5.7.0 ")

    async def test_after_tls_mail_wants_a_sign_in(self) -> None:
        dialogue = Dialogue(CLIENT)
        await dialogue.hello()
        await dialogue.say("STARTTLS")
        assert "AUTH PLAIN LOGIN" in await dialogue.hello()
        reply = await dialogue.say("MAIL FROM:<guy@worcester.example>")
        assert reply.startswith("530 5.7.1 ")

    async def test_a_signed_in_user_sends_anywhere_as_himself(self) -> None:
        dialogue = Dialogue(CLIENT)
        assert (await dialogue.sign_in()).startswith("235 2.7.0 ")
        assert (await deliver(dialogue, "guy@worcester.example", "a@outside.example")).startswith("250 ")
        submission = dialogue.recorder.accepted[0]
        assert submission.origin.user == "guy"
        assert submission.origin.internal
        assert submission.origin.protocol == "ESMTPSA"
        assert b"with ESMTPSA id 1-1\r\n (TLSv1.3 TLS_AES_256_GCM_SHA384)" in submission.content

    async def test_but_not_as_somebody_else(self) -> None:
        dialogue = Dialogue(CLIENT)
        await dialogue.sign_in()
        reply = await dialogue.say("MAIL FROM:<ann@worcester.example>")
        assert reply == "550 5.7.1 Client does not have permissions to send as this sender\r\n"

    async def test_what_a_client_left_out_is_added(self) -> None:
        dialogue = Dialogue(CLIENT)
        await dialogue.sign_in()
        await deliver(dialogue, "guy@worcester.example", "a@outside.example")
        submission = dialogue.recorder.accepted[0]
        assert b"\r\nDate: Tue, 06 May 2008 21:23:08 +0000\r\n" in submission.content
        assert submission.headline.message_id.endswith("@mail.worcester.example>")

    async def test_a_wrong_password_is_535_and_the_third_ends_the_session(self) -> None:
        dialogue = Dialogue(CLIENT)
        assert (await dialogue.sign_in("wrong")).startswith("535 5.7.8 ")
        token = base64.b64encode(b"\0guy\0wrong").decode()
        assert (await dialogue.say(f"AUTH PLAIN {token}")).startswith("535 5.7.8 ")
        assert (await dialogue.say(f"AUTH PLAIN {token}")).startswith("421 4.7.0 ")
        assert dialogue.recorder.closed
        kinds = [event.kind for event in dialogue.recorder.events]
        assert kinds.count(Kind.AUTH_FAIL) == 3

    async def test_a_foreign_authorization_identity_is_refused(self) -> None:
        dialogue = Dialogue(CLIENT)
        await dialogue.hello()
        await dialogue.say("STARTTLS")
        await dialogue.hello()
        token = base64.b64encode(b"ann\0guy\0secret").decode()
        assert (await dialogue.say(f"AUTH PLAIN {token}")).startswith("535 5.7.8 ")

    async def test_starttls_forgets_what_was_said_before(self) -> None:
        dialogue = Dialogue(CLIENT)
        await dialogue.hello()
        await dialogue.say("STARTTLS")
        assert (await dialogue.say("MAIL FROM:<guy@worcester.example>")).startswith("503 5.5.2 ")


async def test_dsn_wishes_reach_the_envelope() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    await dialogue.say(
        "MAIL FROM:<x@else.example> RET=HDRS ENVID=QQ314159",
        "RCPT TO:<ann@worcester.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Ann@Elsewhere.example",
        "DATA",
    )
    await dialogue.say(MESSAGE)
    envelope = dialogue.recorder.accepted[0].envelope
    assert envelope.envid == "QQ314159"
    assert envelope.recipients[0].notify == Notify.SUCCESS | Notify.DELAY
    assert envelope.recipients[0].original is not None
    assert envelope.recipients[0].original.address == "Ann@Elsewhere.example"


async def test_silence_is_421_4_4_2() -> None:
    dialogue = Dialogue()
    dialogue.session.timed_out(300)
    assert dialogue.take().startswith("421 4.4.2 ")
    assert dialogue.recorder.closed


async def test_a_draining_server_ends_idle_sessions_and_waits_for_transfers() -> None:
    idle, transferring = Dialogue(), Dialogue()
    assert idle.session.stop()
    assert idle.take().startswith("421 4.3.2 ")
    await transferring.hello()
    await transferring.say("MAIL FROM:<x@else.example>", "RCPT TO:<ann@worcester.example>", "DATA")
    assert not transferring.session.stop()
    assert (await transferring.say(MESSAGE)).startswith("250 ")
    assert transferring.session.stop()


async def test_a_sign_in_that_cannot_be_checked_now_is_454() -> None:
    dialogue = Dialogue(CLIENT)

    async def busy(name: str, password: str) -> None:
        raise PasswordsBusy("too many wait")

    object.__setattr__(dialogue.services, "authenticate", busy)
    assert (await dialogue.sign_in()).startswith("454 4.7.0 ")
    assert dialogue.recorder.closed is False


async def test_ehlo_in_the_middle_of_a_transaction_ends_it() -> None:
    dialogue = Dialogue()
    await dialogue.hello()
    await dialogue.say("MAIL FROM:<x@else.example>", "RCPT TO:<ann@worcester.example>", "BDAT 5", "abc")
    await dialogue.hello()
    assert dialogue.session.stop()
    assert dialogue.services.in_flight.used == 0
