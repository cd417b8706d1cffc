"""LMTP (RFC 2033): to a smart host of a send connector, and as the store of our own mailboxes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from saywhy.flow.deliver.lmtp import LmtpMailboxes
from saywhy.flow.deliver.mailstore import MailStore
from saywhy.flow.stages import Transmission
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Maildirs
from saywhy.infra.net.connect import Timeouts
from saywhy.lab.dialogue import Dialogue, Session
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import CAPABILITIES, DROP, SILENT, Presence, Script, TlsMode
from saywhy.lab.served import until
from saywhy.model.organisation import Organisation, SendProtocol, TransportConfig
from saywhy.model.outcome import Deferred, Delivered, Failed, Relayed
from tests.flow.deliver.builders import CONTENT, MAILBOX, FixedClock, transmission
from tests.flow.deliver.internet import failure_line, internet
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

WORDS = tuple(word for word in CAPABILITIES if word not in ("DSN", "CHUNKING"))
LMTP = Script(lmtp=True, capabilities=WORDS, tls=TlsMode.NONE)


def script(**changes: object) -> Script:
    return Script(**{"lmtp": True, "capabilities": WORDS, "tls": TlsMode.NONE, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def mailboxes(host: FakeMta) -> AsyncIterator[LmtpMailboxes]:
    async with host:
        store = LmtpMailboxes(f"{host.ip}:{host.port}", "mail.us.test", FixedClock(), timeouts=Timeouts())
        yield store
        await store.stop()


def local(*names: str):
    return transmission(*(f"{name}@us.test" for name in names), hop=MAILBOX, mailboxes=names)


@pytest.mark.parametrize("capabilities", [WORDS, (*WORDS, "CHUNKING"), ("8BITMIME",)])
async def test_each_recipient_has_its_own_reply_to_the_content(capabilities: tuple[str, ...]) -> None:
    refusals = {"bo@*": "452 4.2.2 mailbox full", "eve@*": "550 5.7.1 not that"}
    says = script(capabilities=capabilities, rcpt={"no@*": "550 5.1.1 no such user"}, finals=refusals)
    async with mailboxes(FakeMta("store", says)) as store:
        outcomes = await store(local("al", "no", "bo", "eve", "jo"))
        assert [type(outcome) for outcome in outcomes] == [Delivered, Failed, Deferred, Failed, Delivered]
        assert outcomes[0] == Delivered("al")
        lines = [failure_line(outcome) for outcome in outcomes[1:4]]
        assert lines == [
            "Failed 550 5.1.1 no such user",
            "Deferred 452 4.2.2 mailbox full",
            "Failed 550 5.7.1 not that",
        ]
        assert await store(local("al")) == [Delivered("al")]  # over the same session


async def test_the_session_begins_with_lhlo_and_the_content_is_whole() -> None:
    host = FakeMta("store", LMTP)
    async with mailboxes(host) as store:
        assert await store(local("al", "jo")) == [Delivered("al"), Delivered("jo")]
    assert "C: LHLO mail.us.test" in host.sessions[0].lines
    assert [(message.recipients[0][0], message.content) for message in host.messages] == [
        ("al@us.test", CONTENT),
        ("jo@us.test", CONTENT),
    ]


async def test_lhlo_that_is_not_known_is_not_followed_by_helo() -> None:
    host = FakeMta("store", script(ehlo="500 5.5.1 what?"))
    async with mailboxes(host) as store:
        (outcome,) = await store(local("al"))
        assert isinstance(outcome, Deferred)
        assert outcome.failure.cause == "mailbox-store-offline"
    assert not any("HELO" in line for line in host.sessions[0].lines if "LHLO" not in line)


async def test_who_was_answered_before_the_session_broke_has_the_message() -> None:
    host = FakeMta("store", script(finals={"jo@*": DROP}))
    async with mailboxes(host) as store:
        al, jo, eve = await store(local("al", "jo", "eve"))
    assert al == Delivered("al")
    assert isinstance(jo, Deferred)
    assert isinstance(eve, Deferred)
    assert jo.failure.cause == "mailbox-store-offline"


@pytest.mark.parametrize(
    "says", [Script(presence=Presence.REFUSING), script(greeting="421 4.3.2 going down"), script(mail=DROP)]
)
async def test_a_store_that_does_not_answer_makes_the_mail_wait_as_our_own_trouble(says: Script) -> None:
    async with mailboxes(FakeMta("store", says)) as store:
        (outcome,) = await store(local("al"))
        assert failure_line(outcome) == "Deferred 450 4.2.1 STOREDRV.Deliver.Offline; database offline"
        assert isinstance(outcome, Deferred)
        assert outcome.failure.evidence.name


async def test_a_look_at_the_store_sends_no_mail() -> None:
    host = FakeMta("store", script(greeting="421 4.3.2 going down"))
    async with mailboxes(host) as store:
        (pending,) = local("al").pending
        failure = await store.check(pending)
        assert failure is not None
        assert failure.cause == "mailbox-store-offline"
        host.script = LMTP
        assert await store.check(pending) is None
    assert host.messages == []


async def test_a_unix_socket_is_a_store_too(tmp_path: Path) -> None:
    host = FakeMta("store", LMTP)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Dialogue(host, Session("unix"), reader, writer).run()

    server = await asyncio.start_unix_server(talk, tmp_path / "lmtp")
    store = LmtpMailboxes(f"unix:{tmp_path}/lmtp", "mail.us.test", FixedClock(), timeouts=Timeouts())
    assert await store(local("al")) == [Delivered("al")]
    await store.stop()
    server.close()
    await server.wait_closed()
    (tmp_path / "lmtp").unlink(missing_ok=True)
    store = LmtpMailboxes(f"unix:{tmp_path}/lmtp", "mail.us.test", FixedClock(), timeouts=Timeouts())
    (outcome,) = await store(local("al"))
    assert isinstance(outcome, Deferred)
    await store.stop()


# -- a send connector --


async def test_a_connector_speaks_lmtp_to_its_smart_host() -> None:
    async with internet(script(finals={"bo@*": "452 4.2.2 mailbox full"})) as net:
        net.set(protocol=SendProtocol.LMTP, smart_hosts=("mx1.dest.test",))
        al, bo = await net.send("al@dest.test", "bo@dest.test")
    assert al == Delivered("al@dest.test")
    assert failure_line(bo) == "Deferred 452 4.2.2 mailbox full"


async def test_a_server_that_takes_the_dsn_wishes_answers_for_them() -> None:
    async with internet(script(capabilities=(*WORDS, "DSN"))) as net:
        net.set(protocol=SendProtocol.LMTP, smart_hosts=("mx1.dest.test",))
        (outcome,) = await net.send("al@dest.test")
    assert isinstance(outcome, Relayed)
    assert outcome.dsn


async def test_a_connector_reaches_a_unix_socket(tmp_path: Path) -> None:
    host = FakeMta("store", LMTP)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Dialogue(host, Session("unix"), reader, writer).run()

    server = await asyncio.start_unix_server(talk, tmp_path / "lmtp")
    async with internet() as net:
        net.set(protocol=SendProtocol.LMTP, smart_hosts=(f"unix:{tmp_path}/lmtp",))
        assert await net.send("al@dest.test") == [Delivered("al@dest.test")]
    server.close()


def foreign(*names: str) -> Transmission:
    """What somebody sent, and not this server itself."""
    sent = local(*names)
    origin = replace(sent.message.origin, protocol="ESMTP")
    return replace(sent, message=replace(sent.message, origin=origin))


async def test_a_mailbox_that_is_being_delivered_to_often_enough_waits_its_turn(tmp_path: Path) -> None:
    organisation = Organisation(1, transport=TransportConfig(max_mailbox_deliveries=1))
    store = MailStore(
        lambda: organisation, TableDirectory(lambda: organisation), Usages(Maildirs(tmp_path)), FixedClock()
    )
    async with FakeMta("store", script(rcpt={"al@*": [SILENT, ""]})) as host:
        address = f"{host.ip}:{host.port}"
        ours = LmtpMailboxes(address, "mail.us.test", FixedClock(), timeouts=Timeouts(rcpt=60), store=store)
        held = asyncio.create_task(ours(foreign("al")))
        await until(lambda: any("C: RCPT" in line for each in host.sessions for line in each.lines))
        busy, free = await ours(foreign("al", "jo"))
        assert isinstance(busy, Deferred)
        assert failure_line(busy) == "Deferred 432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"
        assert isinstance(free, Delivered)
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)
        assert [type(each) for each in await ours(foreign("al"))] == [Delivered]
        await ours.stop()
