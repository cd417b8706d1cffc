"""What is refused whoever asks: senders, clients, reserved names, attachments, rates; and what the DNS decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.receive import asking, filters, policy
from saywhy.flow.receive.gate import Gate
from saywhy.infra.errors import DnsProblem
from saywhy.model.address import Address
from saywhy.model.organisation import ConnectorState, Organisation, TransportConfig
from tests.flow.receive.support import CLIENT as SUBMISSION
from tests.flow.receive.support import CONNECTOR, GUY, ORGANISATION, Dialogue, Zone

CLIENT = "192.0.2.7"
RELAY = replace(CONNECTOR, relay_ranges=(f"{CLIENT}/32",))


def organisation(**config: object) -> Organisation:
    return replace(ORGANISATION, transport=TransportConfig(**config))


async def greeted(*args: object, **kwargs: object) -> Dialogue:
    dialogue = Dialogue(*args, **kwargs)
    await dialogue.settle()
    await dialogue.say("EHLO pc7.example")
    return dialogue


@pytest.mark.parametrize(
    ("entry", "sender", "blocked"),
    [
        ("spammer@bulk.example", "spammer@bulk.example", True),
        ("spammer@bulk.example", "other@bulk.example", False),
        ("bulk.example", "other@BULK.example", True),
        ("bulk.example", "other@sub.bulk.example", False),
        ("*.bulk.example", "other@sub.bulk.example", True),
        ("*.bulk.example", "other@notbulk.example", False),
    ],
)
async def test_a_blocked_sender_is_denied_with_5_1_0(entry: str, sender: str, blocked: bool) -> None:
    dialogue = await greeted(organisation=organisation(blocked_senders=(entry,)))
    reply = await dialogue.say(f"MAIL FROM:<{sender}>")
    assert reply.startswith("554 5.1.0 Sender denied" if blocked else "250 ")


async def test_a_restricted_account_may_not_send() -> None:
    barred = organisation(restricted_senders=(Address("guy", "worcester.example"),))
    dialogue = await greeted(organisation=barred)
    assert (await dialogue.say("MAIL FROM:<guy@worcester.example>")).startswith("550 5.1.8 Access denied")
    assert (await dialogue.say("MAIL FROM:<ann@worcester.example>")).startswith("250 ")


async def test_our_own_domain_as_sender_needs_a_sign_in_where_the_connector_says_so() -> None:
    dialogue = await greeted(replace(CONNECTOR, own_domain_senders=False))
    reply = await dialogue.say("MAIL FROM:<guy@worcester.example>")
    assert reply.startswith("550 5.7.1 SMTPRECV.Auth.OwnDomain;")
    assert (await dialogue.say("MAIL FROM:<bob@dest.example>")).startswith("250 ")
    trusted = await greeted(replace(RELAY, own_domain_senders=False), ip=CLIENT)
    assert (await trusted.say("MAIL FROM:<guy@worcester.example>")).startswith("250 ")


@pytest.mark.parametrize(
    ("records", "reply"),
    [
        ({}, "550 5.1.8 "),
        ({("MX", "dest.test"): [(0, "")]}, "550 5.7.27 "),
        ({("MX", "dest.test"): [(10, "mx.dest.test")]}, "250 "),
        ({("MX", "dest.test"): DnsProblem.NODATA, ("A/AAAA", "dest.test"): ["192.0.2.9"]}, "250 "),
        ({("MX", "dest.test"): DnsProblem.NODATA, ("A/AAAA", "dest.test"): DnsProblem.NODATA}, "550 5.1.8 "),
        ({("MX", "dest.test"): DnsProblem.SERVFAIL}, "450 4.1.8 "),
        ({("MX", "dest.test"): DnsProblem.TIMEOUT}, "450 4.1.8 "),
    ],
)
async def test_a_senders_domain_must_be_able_to_take_the_answer(records: dict, reply: str) -> None:
    dialogue = await greeted(replace(CONNECTOR, check_sender_domain=True), names=Zone(records))
    assert (await dialogue.say("MAIL FROM:<bob@dest.test>")).startswith(reply)


async def test_the_null_reverse_path_and_clients_of_ours_are_not_asked_about() -> None:
    dialogue = await greeted(replace(CONNECTOR, check_sender_domain=True))
    assert (await dialogue.say("MAIL FROM:<>")).startswith("250 ")
    trusted = await greeted(replace(RELAY, check_sender_domain=True), ip=CLIENT)
    assert (await trusted.say("MAIL FROM:<bob@dest.test>")).startswith("250 ")


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (["127.0.0.2"], True),
        (["127.0.0.11"], True),
        (["127.255.255.254"], False),  # the list complains about our resolver
        (["192.0.2.1"], False),  # a parked domain answers everything
        (DnsProblem.NXDOMAIN, False),
        (DnsProblem.TIMEOUT, False),
        (DnsProblem.SERVFAIL, False),
    ],
)
async def test_only_a_listing_keeps_a_client_out(answer: object, refused: bool) -> None:
    zone = Zone({("A/AAAA", "7.2.0.192.list.example"): answer})
    dialogue = Dialogue(replace(CONNECTOR, block_lists=("list.example",)), ip=CLIENT, names=zone)
    assert dialogue.greeting == ""  # the greeting waits for the list
    await dialogue.settle()
    greeting = dialogue.take()
    assert greeting.startswith("550 5.7.1 SMTPRECV.Conn.Listed; 192.0.2.7" if refused else "220 ")


async def test_a_block_list_is_asked_about_ipv6_by_nibbles() -> None:
    name = ".".join(reversed("20010db8000000000000000000000001")) + ".list.example"
    zone = Zone({("A/AAAA", name): ["127.0.0.2"]})
    assert await asking.listed(zone, "c", ("list.example",), "2001:db8::1")
    assert await asking.listed(zone, "c", ("list.example",), "2001:db8::2") is None


@pytest.mark.parametrize(("state", "line"), [("inactive", "421 4.3.2 Service not"), ("closed", "521 5.3.2 This")])
def test_a_connector_that_is_not_active_turns_clients_away(state: str, line: str) -> None:
    connector = replace(CONNECTOR, state=ConnectorState(state))
    failure = filters.check_client(ORGANISATION, connector, CLIENT)
    assert failure is not None
    assert failure.line().startswith(line)
    assert filters.check_client(ORGANISATION, CONNECTOR, CLIENT) is None


def test_a_client_on_the_organisations_own_list_is_turned_away() -> None:
    listed = organisation(blocked_clients=("192.0.2.0/24",))
    failure = filters.check_client(listed, CONNECTOR, CLIENT)
    assert failure is not None
    assert failure.cause == "client-block-listed"
    assert filters.check_client(listed, CONNECTOR, "198.51.100.1") is None


@pytest.mark.parametrize(
    ("switch", "recipient", "status"),
    [
        ("reject_reserved_tlds", "bob@dest.test", "5.1.4"),
        ("reject_reserved_tlds", "bob@invalid", "5.1.4"),
        ("reject_reserved_domains", "bob@mail.example.com", "5.1.5"),
        ("reject_single_labels", "bob@server7", "5.1.6"),
    ],
)
async def test_reserved_names_are_refused_where_that_is_switched_on(
    switch: str, recipient: str, status: str
) -> None:
    for on in (True, False):
        dialogue = await greeted(RELAY, ip=CLIENT, organisation=organisation(**{switch: on}))
        await dialogue.say("MAIL FROM:<guy@worcester.example>")
        reply = await dialogue.say(f"RCPT TO:<{recipient}>")
        assert reply.startswith(f"550 {status} " if on else "250 ")


async def test_the_message_above_the_rate_ends_the_session() -> None:
    dialogue = await greeted(replace(CONNECTOR, message_rate=1))
    assert (await dialogue.say("MAIL FROM:<bob@dest.example>")).startswith("250 ")
    await dialogue.say("RSET")
    assert (await dialogue.say("MAIL FROM:<bob@dest.example>")).startswith("421 4.4.2 Message rate")


def mixed(*names: str) -> bytes:
    parts = b"".join(
        b'--b\r\nContent-Disposition: attachment; filename="%b"\r\n\r\nx\r\n' % name.encode() for name in names
    )
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"


def test_more_attachments_than_allowed_are_5_6_3_with_both_numbers() -> None:
    config = TransportConfig(max_attachments=2)
    assert filters.check_attachments(config, CONNECTOR, mixed("a", "b")) is None
    failure = filters.check_attachments(config, CONNECTOR, mixed("a", "b", "c"))
    assert failure is not None
    assert failure.line() == "554 5.6.3 CONTENT.AttachmentLimit; 3 attachments, limit 2"
    assert (failure.evidence.observed, failure.evidence.limit) == (3, 2)


def test_dashes_in_a_text_are_no_attachments() -> None:
    text = b"Subject: t\r\n\r\n" + b"--\r\n" * 1000
    assert filters.check_attachments(TransportConfig(), CONNECTOR, text) is None


def test_an_attachment_by_its_name() -> None:
    config = TransportConfig(blocked_attachments=("*.exe",))
    assert filters.check_attachments(config, CONNECTOR, mixed("notes.txt")) is None
    failure = filters.check_attachments(config, CONNECTOR, mixed("notes.txt", "Holiday.EXE"))
    assert failure is not None
    assert (failure.tag, failure.cause, failure.evidence.name) == (
        "AGENT.Attachment",
        "attachment-refused",
        "Holiday.EXE",
    )


async def test_a_signed_in_sender_whose_own_mailbox_is_full_may_not_send() -> None:
    dialogue = Dialogue(SUBMISSION)
    assert (await dialogue.sign_in()).startswith("235 ")
    dialogue.full.add("guy@worcester.example")
    reply = await dialogue.say("MAIL FROM:<guy@worcester.example>")
    assert reply.startswith("554 5.2.2 STOREDRV.Submit.Quota; ")
    dialogue.full.clear()
    assert (await dialogue.say("MAIL FROM:<guy@worcester.example>")).startswith("250 ")


def test_only_our_own_received_fields_make_a_local_loop() -> None:
    ours = (
        b"Received: from a.example by mail.worcester.example with ESMTP id 1; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    )
    others = ours.replace(b"by mail.worcester", b"by mail.leicester")
    connector = replace(CONNECTOR, max_local_hops=2)
    check = policy.check_local_hops
    assert check(connector, "mail.worcester.example", ours * 2 + others * 5 + b"\r\n") is None
    failure = check(connector, "mail.worcester.example", ours * 3 + b"\r\n")
    assert failure is not None
    assert failure.line() == "451 4.4.6 ROUTING.LocalLoop; message passed this server 3 times, limit 2"


async def test_a_signed_in_user_may_not_send_under_an_address_that_nobody_has() -> None:
    ghost = Address("ghost", "worcester.example")
    user = replace(GUY, addresses=(*GUY.addresses, ghost))
    gate = Gate(Dialogue(SUBMISSION).services, SUBMISSION)
    client = policy.Client(CLIENT, user, encrypted=True)
    refusal = await gate.ask(client, ghost, "pc7.worcester.example")
    assert refusal is not None
    assert refusal.line() == "550 5.1.7 Unknown sender address"
    assert await gate.ask(client, GUY.addresses[0], "pc7.worcester.example") is None
