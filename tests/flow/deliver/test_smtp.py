"""Delivery by SMTP to remote servers that do as scripted: what they get, and what becomes of the recipients."""

from __future__ import annotations

import asyncio

import pytest

from saywhy.flow.deliver.smtp import SmtpDelivery
from saywhy.flow.stages import Host
from saywhy.infra.net.connect import Timeouts
from saywhy.lab.script import CAPABILITIES, DROP, RESET, SILENT, Act, Presence, Script, Step, Then, TlsMode
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Ret
from saywhy.model.evidence import Step as At
from saywhy.model.organisation import Organisation
from saywhy.model.outcome import Deferred, Failed, Relayed
from saywhy.model.queued import HopKind, NextHop
from tests.flow.deliver.builders import CONTENT, FixedClock, recipient, transmission
from tests.flow.deliver.internet import Internet, failure_line, internet
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

GOOD = Script()
PLAIN = Script(tls=TlsMode.NONE)


def without(*names: str) -> tuple[str, ...]:
    return tuple(word for word in CAPABILITIES if word.split()[0] not in names)


# -- what the next hop gets --


async def test_a_relayed_message_arrives_as_it_was_with_its_dsn_wishes() -> None:
    async with internet(GOOD) as net:
        outcomes = await net.send(
            recipient("bob@dest.test", Notify.SUCCESS | Notify.FAILURE, "Bob+x@old.test"),
            recipient("eve@dest.test"),
            envid="QQ 314=1",
            ret=Ret.HDRS,
        )
        host = net.world.hosts["mx1.dest.test"]
        assert outcomes == [Relayed("mx1.dest.test", host.ip, ("250 2.0.0 Message accepted",), dsn=True)] * 2
        (message,) = host.messages
    assert message.content == CONTENT
    assert message.sender == "ann@us.test"
    assert message.helo == "mail.us.test"
    assert set(message.parameters) >= {"RET=HDRS", "ENVID=QQ+20314+3D1"}
    assert message.recipients == (
        ("bob@dest.test", ("NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;Bob+2Bx@old.test")),
        ("eve@dest.test", ()),
    )
    assert message.tls.startswith("TLSv1.")


async def test_dsn_wishes_are_not_sent_to_a_host_that_does_not_know_them() -> None:
    async with internet(Script(capabilities=without("DSN"))) as net:
        wishes = recipient("bob@dest.test", Notify.SUCCESS, "bob@old.test")
        (outcome,) = await net.send(wishes, envid="X1", ret=Ret.FULL)
        (message,) = net.world.hosts["mx1.dest.test"].messages
    assert isinstance(outcome, Relayed)
    assert not outcome.dsn
    assert message.recipients == (("bob@dest.test", ()),)
    assert not any(word.startswith(("RET", "ENVID")) for word in message.parameters)


async def test_a_host_without_8bitmime_gets_seven_bits_unless_a_signature_would_break() -> None:
    eight = CONTENT + "At ten, behind the old cathedral: Grüße\r\n".encode()
    signed = b"DKIM-Signature: v=1\r\n" + eight
    async with internet(Script(capabilities=without("8BITMIME"))) as net:
        for content in (CONTENT, eight, signed):
            await net.deliver(transmission("bob@dest.test", content=content))
        plain, converted, whole = net.world.hosts["mx1.dest.test"].messages
    assert (plain.content, whole.content) == (CONTENT, signed)
    assert converted.content.isascii()
    assert b"Content-Transfer-Encoding: quoted-printable" in converted.content
    assert b"Gr=C3=BC=C3=9Fe" in converted.content


async def test_our_own_report_comes_from_nobody_and_asks_for_no_report() -> None:
    async with internet(GOOD) as net:
        await net.send("bob@dest.test", sender=None, origin="report", ret=Ret.FULL)
        (message,) = net.world.hosts["mx1.dest.test"].messages
    assert message.sender == ""
    assert message.recipients == (("bob@dest.test", ("NOTIFY=NEVER",)),)
    assert not any(word.startswith("RET") for word in message.parameters)


async def test_mail_goes_where_the_recipients_address_leads_now() -> None:
    sent = transmission(recipient("alias@us.test", Notify.FAILURE, "alias@us.test"))
    pending = sent.pending[0]
    async with internet(GOOD) as net:
        moved = type(pending)(
            pending.message, 0, pending.recipient, Address.parse("bob@dest.test"), pending.hop, 0.0
        )
        await net.deliver(type(sent)(sent.message, sent.content, sent.hop, (moved,)))
        (message,) = net.world.hosts["mx1.dest.test"].messages
    assert message.recipients == (("bob@dest.test", ("NOTIFY=FAILURE", "ORCPT=rfc822;alias@us.test")),)


async def test_many_recipients_go_in_transactions_of_a_hundred_over_one_connection() -> None:
    async with internet(GOOD) as net:
        outcomes = await net.send(*(f"r{number}@dest.test" for number in range(250)))
        messages = net.world.hosts["mx1.dest.test"].messages
        assert len(net.sessions(1)) == 1
    assert all(isinstance(outcome, Relayed) for outcome in outcomes)
    assert [len(message.recipients) for message in messages] == [100, 100, 50]
    arrived = [address for message in messages for address, _ in message.recipients]
    assert arrived == [f"r{number}@dest.test" for number in range(250)]


@pytest.mark.parametrize("line", ["452 4.5.3 too many recipients", "552 that is enough for now"])
async def test_a_host_that_takes_few_recipients_at_once_gets_the_rest_in_further_transactions(line: str) -> None:
    turns: Step = ["", "", line, line, line, "", "", line, ""]
    async with internet(Script(rcpt={"*": turns})) as net:
        outcomes = await net.send(*(f"r{number}@dest.test" for number in range(5)))
        messages = net.world.hosts["mx1.dest.test"].messages
    assert [failure_line(outcome) for outcome in outcomes] == ["Relayed mx1.dest.test"] * 5
    assert [len(message.recipients) for message in messages] == [2, 2, 1]


# -- what the recipients get --


async def test_each_recipient_has_the_outcome_of_its_own_reply() -> None:
    script = Script(rcpt={"gone@*": "550 5.1.1 no such user", "grey@*": "450 4.7.1 try later"})
    async with internet(script, GOOD) as net:
        outcomes = await net.send("gone@dest.test", "bob@dest.test", "grey@dest.test")
        assert net.sessions(2) == []
    assert [failure_line(outcome) for outcome in outcomes] == [
        "Failed 550 5.1.1 no such user",
        "Relayed mx1.dest.test",
        "Deferred 450 4.7.1 try later",
    ]


async def test_the_evidence_shows_what_was_said_and_hides_what_is_private() -> None:
    async with internet(Script(rcpt={"*": "550-5.1.1 no such user\n550 5.1.1 ask the postmaster"})) as net:
        (outcome,) = await net.send()
        ip = net.world.hosts["mx1.dest.test"].ip
    assert isinstance(outcome, Failed)
    evidence = outcome.failure.evidence
    assert evidence.reply == ("550-5.1.1 no such user", "550 5.1.1 ask the postmaster")
    assert evidence.command == "RCPT TO:<bob@dest.test>"
    assert (evidence.remote_host, evidence.remote_ip) == ("mx1.dest.test", ip)
    assert (evidence.connector, evidence.queue) == ("Internet", "dns/dest.test/Internet")
    assert evidence.step is At.RCPT
    assert evidence.tls.startswith("TLSv1.")
    assert evidence.hosts == (f"mx1.dest.test [{ip}]:{net.world.port}: 550-5.1.1 no such user",)
    assert "C: RCPT TO:<bob@dest.test>" in evidence.transcript
    assert not any("Text" in line for line in evidence.transcript)


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (Script(mail="550 5.7.1 not from you"), "Failed 550 5.7.1 not from you"),
        (Script(mail="451 4.7.0 slow down"), "Deferred 451 4.7.0 slow down"),
        (Script(data="554 5.7.1 no", capabilities=without("CHUNKING")), "Failed 554 5.7.1 no"),
        (Script(content="451 4.3.0 later"), "Deferred 451 4.3.0 later"),
        (Script(content="554 5.6.0 not such content"), "Failed 554 5.6.0 not such content"),
    ],
)
async def test_a_refused_message_is_not_offered_to_the_next_host(script: Script, line: str) -> None:
    async with internet(script, GOOD) as net:
        (outcome,) = await net.send()
        assert failure_line(outcome) == line
        assert net.sessions(2) == []


async def test_r21_521_condemns_the_host_and_others_are_tried() -> None:
    async with internet(Script(greeting="521 5.3.2 mx1 takes no mail"), GOOD) as net:
        (outcome,) = await net.send()
    assert failure_line(outcome) == "Relayed mx2.dest.test"


async def test_r21_521_from_every_host_is_final() -> None:
    script = Script(greeting="521 no mail here")
    async with internet(script, script) as net:
        (outcome,) = await net.send()
    assert isinstance(outcome, Failed)
    assert str(outcome.failure.status) == "5.3.2"
    assert len(outcome.failure.evidence.hosts) == 2


async def test_r21_556_condemns_the_domain_and_no_other_host_is_tried() -> None:
    async with internet(Script(rcpt={"*": "556 5.1.10 dest.test takes no mail"}), GOOD) as net:
        (outcome,) = await net.send()
        assert net.sessions(2) == []
    assert failure_line(outcome) == "Failed 556 5.1.10 dest.test takes no mail"


async def test_r22_a_null_mx_fails_the_recipients_at_once() -> None:
    async with internet(GOOD) as net:
        net.world.domain("dest.test", null_mx=True)
        (outcome,) = await net.send()
    assert isinstance(outcome, Failed)
    assert (str(outcome.failure.status), outcome.failure.cause) == ("5.1.10", "null-mx")


BUSY = "421 4.3.2 too busy"


@pytest.mark.parametrize(
    "script",
    [
        Script(greeting=BUSY),
        Script(greeting="450 4.3.2 later"),
        Script(greeting="554 5.7.1 blocked"),
        Script(ehlo=BUSY),
        Script(ehlo="550 5.7.1 blocked"),
        Script(mail=BUSY),
        Script(rcpt={"*": BUSY}),
        Script(data=BUSY, capabilities=without("CHUNKING")),
        Script(content=BUSY),
        Script(presence=Presence.REFUSING),
        Script(greeting=DROP),
        Script(greeting=RESET),
        Script(greeting="this is no SMTP"),
        Script(ehlo=DROP, tls=TlsMode.NONE),
        Script(mail=DROP),
        Script(rcpt={"*": DROP}),
        Script(rcpt={"*": RESET}),
        Script(data=DROP, capabilities=without("CHUNKING", "PIPELINING")),
    ],
)
async def test_r24_a_host_that_is_no_use_leaves_the_message_to_the_next(script: Script) -> None:
    async with internet(script, GOOD) as net:
        (outcome,) = await net.send()
        assert failure_line(outcome) == "Relayed mx2.dest.test"
        assert net.messages(2) == 1


async def test_r24_all_addresses_of_a_host_are_tried() -> None:
    async with internet(GOOD) as net:
        alive = net.world.hosts["mx1.dest.test"].ip
        net.world.dns.set("mx1.dest.test", "A", net.world.address(), net.world.address(), alive)
        (outcome,) = await net.send()
    assert isinstance(outcome, Relayed)
    assert (outcome.host, outcome.ip) == ("mx1.dest.test", alive)


async def test_r24_an_mx_that_is_an_alias_is_followed() -> None:
    async with internet(GOOD) as net:
        net.world.dns.set("alias.dest.test", "CNAME", "mx1.dest.test")
        net.world.domain("dest.test", mx=["alias.dest.test"])
        (outcome,) = await net.send()
    assert failure_line(outcome) == "Relayed alias.dest.test"


async def test_recipients_answered_before_a_host_closed_keep_their_answers() -> None:
    first = Script(rcpt={"gone@*": "550 5.1.1 no such user", "last@*": BUSY})
    async with internet(first, GOOD) as net:
        outcomes = await net.send("gone@dest.test", "bob@dest.test", "last@dest.test")
        (message,) = net.world.hosts["mx2.dest.test"].messages
    assert [failure_line(outcome) for outcome in outcomes] == [
        "Failed 550 5.1.1 no such user",
        "Relayed mx2.dest.test",
        "Relayed mx2.dest.test",
    ]
    assert [address for address, _ in message.recipients] == ["bob@dest.test", "last@dest.test"]


@pytest.mark.parametrize("act", [DROP, RESET])
async def test_a_break_after_the_final_dot_waits_because_the_message_may_have_arrived(act: Act) -> None:
    async with internet(Script(content=act), GOOD) as net:
        (outcome,) = await net.send()
        assert net.sessions(2) == []
    assert failure_line(outcome) == "Deferred 451 4.4.2 Connection dropped at end of data"
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == "connection-lost"


@pytest.mark.parametrize(
    ("script", "hasty", "line"),
    [
        (Script(greeting=SILENT), "greeting", "Deferred 451 4.4.2 No answer in time at greeting"),
        (Script(ehlo=SILENT, tls=TlsMode.NONE), "hello", "Deferred 451 4.4.2 No answer in time at EHLO"),
        (Script(mail=SILENT), "mail", "Deferred 451 4.4.2 No answer in time at MAIL"),
        (Script(rcpt={"*": SILENT}), "rcpt", "Deferred 451 4.4.2 No answer in time at RCPT"),
        (Script(content=SILENT), "final", "Deferred 451 4.4.2 No answer in time at end of data"),
        (Script(presence=Presence.DEAF), "connect", "Deferred 421 4.4.1 Connection timed out"),
    ],
)
async def test_silence_is_told_by_the_step_at_which_it_was_met(script: Script, hasty: str, line: str) -> None:
    async with internet(script, timeouts=Timeouts(**{hasty: 0.2})) as net:
        (outcome,) = await net.send()
    assert failure_line(outcome) == line
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == ("no-answer" if hasty == "connect" else "remote-timeout")


async def test_hosts_that_do_not_answer_are_all_named() -> None:
    refusing = Script(presence=Presence.REFUSING)
    async with internet(refusing, refusing) as net:
        (outcome,) = await net.send()
        ips = [net.world.hosts[f"mx{number}.dest.test"].ip for number in (1, 2)]
    assert isinstance(outcome, Deferred)
    assert outcome.failure.evidence.hosts == tuple(
        f"mx{number}.dest.test [{ip}]:{net.world.port}: Connection refused" for number, ip in enumerate(ips, 1)
    )


async def test_the_preferred_hosts_refusal_stands_when_the_backup_does_not_answer() -> None:
    async with internet(Script(greeting="554 5.7.1 blocked"), Script(presence=Presence.REFUSING)) as net:
        (outcome,) = await net.send()
    assert failure_line(outcome) == "Failed 554 5.7.1 blocked"


async def test_a_backups_refusal_does_not_stand_while_the_preferred_host_is_away() -> None:
    async with internet(Script(presence=Presence.REFUSING), Script(greeting="554 5.7.1 blocked")) as net:
        (outcome,) = await net.send()
    assert failure_line(outcome) == "Deferred 421 4.4.1 Connection refused"


# -- what the next hop lacks --


async def test_a_message_larger_than_the_host_takes_fails_without_being_sent() -> None:
    async with internet(Script(capabilities=[*without("SIZE"), "SIZE 20"])) as net:
        (outcome,) = await net.send()
        (lines,) = net.sessions(1)
    assert isinstance(outcome, Failed)
    assert (str(outcome.failure.status), outcome.failure.cause) == ("5.3.4", "remote-too-large")
    evidence = outcome.failure.evidence
    assert (evidence.observed, evidence.limit) == (len(CONTENT), 20)
    assert not any(line.startswith("C: MAIL") for line in lines)


@pytest.mark.parametrize("capability", ["SIZE 0", "SIZE"])
async def test_no_stated_limit_is_no_reason_to_fail(capability: str) -> None:
    async with internet(Script(capabilities=[*without("SIZE"), capability])) as net:
        (outcome,) = await net.send()
    assert isinstance(outcome, Relayed)


async def test_only_the_recipients_whose_address_needs_smtputf8_fail_where_it_is_lacking() -> None:
    async with internet(Script(capabilities=without("SMTPUTF8"))) as net:
        outcomes = await net.send("jürgen@dest.test", "bob@dest.test", smtputf8=True)
    failed, relayed = outcomes
    assert isinstance(failed, Failed)
    assert (str(failed.failure.status), failed.failure.cause) == ("5.6.7", "remote-lacks-smtputf8")
    assert isinstance(relayed, Relayed)


# -- TLS --


async def test_a_broken_handshake_is_tried_again_in_clear_where_tls_is_not_required() -> None:
    async with internet(Script(tls=TlsMode.BROKEN), GOOD) as net:
        outcomes = [*await net.send(), *await net.send()]
        assert len(net.sessions(1)) == 2  # the second message goes over the session in clear
        assert net.sessions(2) == []
    assert [failure_line(outcome) for outcome in outcomes] == ["Relayed mx1.dest.test"] * 2


@pytest.mark.parametrize("starttls", ["454 4.7.0 not now", "421 4.7.0 not now", DROP])
async def test_starttls_refused_or_cut_off_is_no_reason_to_fail_where_tls_is_not_required(starttls: Step) -> None:
    async with internet(Script(starttls=starttls)) as net:
        (outcome,) = await net.send()
        (message,) = net.world.hosts["mx1.dest.test"].messages
    assert isinstance(outcome, Relayed)
    assert message.tls == ""


@pytest.mark.parametrize(
    ("script", "status", "cause"),
    [
        (Script(tls=TlsMode.NONE), "4.7.4", "tls-not-offered"),
        (Script(starttls="502 5.5.1 no"), "4.7.4", "tls-not-offered"),
        (Script(tls=TlsMode.BROKEN), "4.7.5", "tls-failed"),
    ],
)
async def test_required_tls_that_cannot_be_had_makes_the_message_wait(
    script: Script, status: str, cause: str
) -> None:
    async with internet(script) as net:
        net.set(require_tls=True)
        (outcome,) = await net.send()
        assert net.messages(1) == 0
    assert isinstance(outcome, Deferred)
    assert (str(outcome.failure.status), outcome.failure.cause) == (status, cause)
    assert outcome.failure.evidence.tls


async def test_required_tls_is_looked_for_at_the_next_host() -> None:
    async with internet(PLAIN, GOOD) as net:
        net.set(require_tls=True)
        (outcome,) = await net.send()
        (message,) = net.world.hosts["mx2.dest.test"].messages
    assert isinstance(outcome, Relayed)
    assert message.tls.startswith("TLSv1.")


async def test_a_connector_can_leave_tls_alone() -> None:
    async with internet(GOOD) as net:
        net.set(ignore_starttls=True)
        await net.send()
        (message,) = net.world.hosts["mx1.dest.test"].messages
    assert message.tls == ""


# -- smart hosts --


async def smart(net: Internet, script: Script, name: str = "relay.test") -> None:
    net.world.host(name, script)
    net.set(smart_hosts=(name,), user="ann", password="secret")


async def test_the_smart_host_is_signed_in_to_over_tls() -> None:
    async with internet(GOOD) as net:
        await smart(net, Script(users={"ann": "secret"}))
        (outcome,) = await net.send()
        (message,) = net.world.hosts["relay.test"].messages
        assert net.sessions(1) == []
    assert isinstance(outcome, Relayed)
    assert message.user == "ann"


async def test_a_refused_sign_in_makes_the_mail_wait_and_shows_the_servers_words() -> None:
    async with internet(GOOD) as net:
        await smart(net, Script(users={"ann": "other"}))
        (outcome,) = await net.send()
    assert isinstance(outcome, Deferred)
    failure = outcome.failure
    assert (str(failure.status), failure.cause) == ("4.7.0", "smart-host-sign-in-failed")
    assert failure.evidence.reply == ("535 5.7.8 Credentials invalid",)
    assert "secret" not in str(failure)
    assert "YW5u" not in str(failure)  # the base64 of the user's name


@pytest.mark.parametrize("tls", [TlsMode.NONE, TlsMode.BROKEN])
async def test_the_password_is_never_sent_in_clear_because_tls_failed(tls: TlsMode) -> None:
    async with internet(GOOD) as net:
        await smart(net, Script(users={"ann": "secret"}, tls=tls))
        (outcome,) = await net.send()
        said = [line for session in net.world.hosts["relay.test"].sessions for line in session.lines]
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause in ("tls-not-offered", "tls-failed")
    assert not any(line.startswith("C: AUTH") for line in said)


async def test_smart_hosts_stand_in_for_one_another_in_the_order_of_the_list() -> None:
    async with internet(GOOD) as net:
        net.world.host("relay1.test", Script(presence=Presence.REFUSING))
        backup = net.world.host("relay2.test")
        net.set(smart_hosts=("relay1.test", f"[{backup.ip}]"))
        (outcome,) = await net.send()
    assert failure_line(outcome) == f"Relayed [{backup.ip}]"


# -- connections --


async def test_messages_for_one_next_hop_share_a_connection() -> None:
    async with internet(GOOD) as net:
        for _ in range(5):
            await net.send()
        assert net.messages(1) == 5
        assert len(net.sessions(1)) == 1
        await net.deliver.stop()
        assert net.world.hosts["mx1.dest.test"].sessions[0].ended == "quit"


async def test_a_failed_transaction_does_not_spoil_the_connection_for_the_next_message() -> None:
    async with internet(Script(rcpt={"gone@*": "550 5.1.1 no such user"}, content=["554 5.6.0 no", ""])) as net:
        await net.send("gone@dest.test")
        await net.send("bob@dest.test")
        (outcome,) = await net.send("bob@dest.test")
        assert len(net.sessions(1)) == 1
    assert isinstance(outcome, Relayed)


async def test_a_connection_carries_no_more_messages_than_the_connector_says() -> None:
    async with internet(GOOD) as net:
        net.set(max_messages_per_connection=2)
        for _ in range(5):
            await net.send()
        assert len(net.sessions(1)) == 3


async def test_messages_at_the_same_time_have_connections_of_their_own() -> None:
    async with internet(GOOD) as net:
        await asyncio.gather(*(net.send() for _ in range(4)))
        assert net.messages(1) == 4
        assert 1 < len(net.sessions(1)) <= 4


async def test_a_change_of_the_tls_requirement_does_not_reuse_a_session_in_clear() -> None:
    async with internet(PLAIN) as net:
        await net.send()
        net.set(require_tls=True)
        (outcome,) = await net.send()
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == "tls-not-offered"


CLOSES_LATER = [
    Script(mail=["", Act("421 4.4.2 idle too long", then=Then.CLOSE), ""]),
    Script(mail=["", DROP, ""]),
    Script(content=[Act("250 2.0.0 ok", then=Then.CLOSE), ""]),
    Script(mail=["", RESET, ""]),
]


@pytest.mark.parametrize("script", CLOSES_LATER)
async def test_a_session_that_went_stale_in_the_pool_costs_the_message_nothing(script: Script) -> None:
    async with internet(script, GOOD) as net:
        await net.send()
        (outcome,) = await net.send()
        assert failure_line(outcome) == "Relayed mx1.dest.test"
        assert len(net.sessions(1)) == 2
        assert net.sessions(2) == []


async def test_an_attempt_that_is_cancelled_cuts_its_connection() -> None:
    async with internet(Script(mail=SILENT)) as net:
        task = asyncio.create_task(net.send())
        host = net.world.hosts["mx1.dest.test"]
        async with asyncio.timeout(60):
            while not any(line.startswith("C: MAIL") for each in host.sessions for line in each.lines):
                await asyncio.sleep(0.01)
            task.cancel()
            while host.sessions[0].ended != "closed by client":
                await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_mail_waits_when_its_connector_vanishes_under_it() -> None:
    async def hosts(_hop: NextHop) -> list[Host]:
        return [Host("mx1.dest.test", "192.0.2.1", 25)]

    deliver = SmtpDelivery(hosts, Organisation, "mail.us.test", FixedClock())
    (outcome,) = await deliver(transmission("bob@dest.test"))
    assert isinstance(outcome, Deferred)
    assert outcome.failure.cause == "connector-gone"


# -- a look without a message --

HOP = NextHop(HopKind.DNS, "dest.test", "Internet")


async def test_a_look_at_a_host_that_is_ready_leaves_its_session_for_the_next_message() -> None:
    async with internet(GOOD) as net:
        assert await net.deliver.check(HOP) is None
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"
        assert len(net.sessions(1)) == 1


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (Script(presence=Presence.REFUSING), "no-answer"),
        (Script(greeting="421 4.3.2 too busy"), "remote-unavailable"),
        (Script(ehlo=DROP), "connection-lost"),
    ],
)
async def test_a_look_says_what_is_in_the_way(script: Script, cause: str) -> None:
    async with internet(script, script) as net:
        failure = await net.deliver.check(HOP)
        assert failure is not None
        assert failure.cause == cause
        assert len(failure.evidence.hosts) == 2


async def test_a_look_goes_on_to_the_next_host_and_in_clear_as_a_delivery_does() -> None:
    async with internet(Script(presence=Presence.REFUSING), Script(tls=TlsMode.BROKEN)) as net:
        assert await net.deliver.check(HOP) is None


async def test_a_domain_that_is_refused_for_good_is_no_reason_to_wait() -> None:
    async with internet(GOOD) as net:
        assert await net.deliver.check(NextHop(HopKind.DNS, "nowhere.test", "Internet")) is None
        failure = await net.deliver.check(NextHop(HopKind.DNS, "dest.test", "Gone"))
        assert failure is not None
        assert failure.cause == "connector-gone"


# -- BDAT --


@pytest.mark.parametrize("reply", ["500 5.5.1 what?", "502 5.5.1 no", "503 5.5.1 no", "504 5.5.4 no"])
async def test_a_host_that_offers_chunking_and_cannot_do_it_gets_the_message_by_data(reply: str) -> None:
    """RFC 3030 section 2, errata 60h: after the failed BDAT comes RSET, and DATA only in a new transaction."""
    async with internet(Script(content=[reply, ""])) as net:
        assert failure_line((await net.send())[0]) == "Relayed mx1.dest.test"
        (lines,) = net.sessions(1)
        said = [line.split()[1] for line in lines if line.startswith("C: ")]
        after = said[said.index("BDAT") :]
        assert after[:5] == ["BDAT", "RSET", "MAIL", "RCPT", "DATA"]
        assert net.messages(1) == 1


async def test_a_refused_content_is_not_offered_again_by_data() -> None:
    async with internet(Script(content=["554 5.6.0 not this", ""])) as net:
        assert failure_line((await net.send())[0]) == "Failed 554 5.6.0 not this"


async def test_a_host_that_refuses_bdat_and_data_is_not_asked_for_ever() -> None:
    async with internet(Script(content="503 5.5.1 no")) as net:
        (outcome,) = await net.send()
        assert isinstance(outcome, Failed)
        (lines,) = net.sessions(1)
        assert sum(line.startswith("C: MAIL") for line in lines) == 2


@pytest.mark.parametrize("reply", ["500 What?", "502 Not implemented"])
async def test_a_host_that_knows_neither_bdat_nor_what_comes_by_data_has_trouble_with_chunks(reply: str) -> None:
    """Spec A2 5.3.3 b: no code came, and the words say only that a command is not known."""
    async with internet(Script(content=reply)) as net:
        (outcome,) = await net.send()
        assert isinstance(outcome, Failed)
        assert (str(outcome.failure.status), outcome.failure.cause) == ("5.3.3", "remote-chunking-refused")
        assert outcome.failure.evidence.command == "DATA, as BDAT was refused"


# -- what a connector demands, and when it gives up --


async def test_a_connector_that_demands_esmtp_passes_over_a_host_without_it() -> None:
    async with internet(Script(ehlo="502 5.5.1 Unknown"), GOOD) as net:
        net.set(require_esmtp=True)
        assert failure_line((await net.send())[0]) == "Relayed mx2.dest.test"
    async with internet(Script(ehlo="502 5.5.1 Unknown")) as net:
        net.set(require_esmtp=True)
        (outcome,) = await net.send()
        assert isinstance(outcome, Failed)
        assert outcome.failure.cause == "next-hop-without-esmtp"
        assert not any(line.startswith("C: MAIL") for line in net.sessions(1)[0])


async def test_a_connector_that_gives_up_fails_the_mail_when_no_host_answers() -> None:
    async with internet(Script(presence=Presence.REFUSING), Script(presence=Presence.REFUSING)) as net:
        net.set(upgrade_connect_failures=True)
        (outcome,) = await net.send()
    assert isinstance(outcome, Failed)
    assert outcome.failure.line() == "550 5.4.1 SMTPSEND.NoAnswer; no host answered"
    assert len(outcome.failure.evidence.hosts) == 2
