"""Submission and relaying, spoken by clients and sinks that are not ours: smtplib, aiosmtplib, aiosmtpd."""

from __future__ import annotations

import asyncio
import base64
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP as SmtpdProtocol
from aiosmtpd.smtp import Envelope as SmtpdEnvelope

from saywhy.model.event import Kind
from tests.server.stage import PASSWORD, Client, Site, anything, letter

ANN = "ann@worcester.example"


def message(to: str, subject: str = "Secret") -> EmailMessage:
    made = EmailMessage()
    made["From"] = f"Ann <{ANN}>"
    made["To"] = to
    made["Subject"] = subject
    made.set_content("At ten.\n")
    return made


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def asynchronous(site: Site, listener: str) -> aiosmtplib.SMTP:
    host, port = site.address(listener)
    implicit = listener == "submissions"
    return aiosmtplib.SMTP(
        hostname=host, port=port, use_tls=implicit, start_tls=not implicit, tls_context=anything(), timeout=60
    )


async def encrypted(site: Site, listener: str) -> Client:
    client = await site.client(listener)
    if listener == "submission":
        await client.start_tls()
        await client.expect("EHLO pc7.worcester.example", "250")
    return client


@pytest.mark.parametrize("listener", ["submission", "submissions"])
async def test_auth_plain_and_login_let_one_submit(listener: str) -> None:
    async with Site() as site:
        plain = await encrypted(site, listener)
        await plain.expect(f"AUTH PLAIN {coded(f'{chr(0)}ann{chr(0)}{PASSWORD}')}", "235 2.7.0")
        login = await encrypted(site, listener)
        await login.expect("AUTH LOGIN", "334")
        await login.expect(coded("ann"), "334")
        await login.expect(coded(PASSWORD), "235 2.7.0")
        for client in (plain, login):
            await client.expect(f"MAIL FROM:<{ANN}>", "250")
            await client.expect("RCPT TO:<ben@worcester.example>", "250")
            await client.expect("DATA", "354")
            assert (await client.content(letter())).startswith("250 ")
            await client.close()
        raw = await site.mail("ben", 2)
        assert all(b" with ESMTPSA id " in each for each in raw)
        assert [event.data["mechanism"] for event in site.found(Kind.AUTH)] == ["PLAIN", "LOGIN"]


async def test_smtplib_signs_in_and_submits() -> None:
    async with Site() as site:
        host, port = site.address("submission")

        def submit() -> None:
            with smtplib.SMTP(host, port, local_hostname="pc7.worcester.example", timeout=60) as client:
                client.starttls(context=anything())
                client.login("ann", PASSWORD)
                assert client.send_message(message("ben@worcester.example")) == {}

        await asyncio.to_thread(submit)
        [raw] = await site.mail("ben")
    assert b"Subject: Secret" in raw
    assert b"Message-ID: <" in raw  # RFC 6409 section 8.3


@pytest.mark.parametrize("listener", ["submission", "submissions"])
async def test_aiosmtplib_signs_in_submits_and_reads_refusals(listener: str) -> None:
    async with Site() as site:
        async with asynchronous(site, listener) as client:
            await client.login("ann", PASSWORD)
            await client.send_message(message("ben@worcester.example"))
            for number in range(3):  # on one connection
                await client.send_message(message("ben@worcester.example", f"Again {number}"))
            with pytest.raises(aiosmtplib.SMTPSenderRefused) as refused:
                await client.sendmail("ben@worcester.example", [ANN], letter())
            assert refused.value.code == 550
        await site.mail("ben", 4)


async def test_a_wrong_password_and_an_unknown_user_are_refused_alike() -> None:
    async with Site() as site:
        replies = []
        for user, password in (("ann", "wrong"), ("nobody", PASSWORD)):
            async with asynchronous(site, "submission") as client:
                await client.ehlo()
                with pytest.raises(aiosmtplib.SMTPAuthenticationError) as refused:
                    await client.auth_plain(user, password)
            replies.append((refused.value.code, refused.value.message))
        assert len(site.found(Kind.AUTH_FAIL)) == 2
    assert replies[0] == replies[1]
    assert replies[0][0] == 535
    assert replies[0][1].startswith("5.7.8 ")


async def test_one_may_send_as_oneself_only() -> None:
    async with Site() as site:
        client = await encrypted(site, "submission")
        await client.expect(f"AUTH PLAIN {coded(f'{chr(0)}ann{chr(0)}{PASSWORD}')}", "235")
        reply = await client.expect("MAIL FROM:<ben@worcester.example>", "550 5.7.")
        await client.expect("MAIL FROM:<Ann@Worcester.example>", "250")
        await client.close()
    assert "send as" in reply.lower()


async def test_nothing_is_submitted_before_tls_and_a_sign_in() -> None:
    async with Site() as site:
        client = await site.client("submission", hello="NOOP")
        greeting = await client.say("EHLO pc7.worcester.example")
        assert "AUTH" not in greeting
        assert "STARTTLS" in greeting
        await client.expect(f"AUTH PLAIN {coded(f'{chr(0)}ann{chr(0)}{PASSWORD}')}", "5")
        await client.expect(f"MAIL FROM:<{ANN}>", "530 5.7.0")
        await client.start_tls()
        assert "AUTH PLAIN LOGIN" in await client.say("EHLO pc7.worcester.example")
        await client.expect(f"MAIL FROM:<{ANN}>", "530 5.7.")
        await client.close()


@pytest.mark.parametrize("recipient", [
    "bob@partner.example",
    "bob%partner.example@worcester.example",
    "@worcester.example:bob@partner.example",
    '"bob@partner.example"@worcester.example',
    "bob@[127.0.0.1]",
    "partner.example!bob@worcester.example",
])  # fmt: skip
@pytest.mark.parametrize("sender", ["eve@partner.example", "", "ann@worcester.example"])
async def test_a_stranger_may_not_relay(recipient: str, sender: str) -> None:
    async with Site() as site:
        client = await site.client("smtp")
        await client.expect(f"MAIL FROM:<{sender}>", "250")
        await client.expect(f"RCPT TO:<{recipient}>", "550 5.7.1 Unable to relay")
        await client.expect("RCPT TO:<ann@worcester.example>", "250")
        await client.close()


async def test_a_stranger_is_told_at_once_of_unknown_recipients() -> None:
    async with Site() as site:
        client = await site.client("smtp")
        await client.expect("MAIL FROM:<eve@partner.example>", "250")
        reply = await client.expect("RCPT TO:<bem@worcester.example>", "550 5.1.1")
        await client.close()
        [refusal] = site.found(Kind.REFUSE)
    assert "ben" not in reply
    assert (refusal.cause, refusal.recipient) == ("recipient-unknown", "bem@worcester.example")


class Sink:
    """An aiosmtpd handler."""

    def __init__(self) -> None:
        self.envelopes: list[SmtpdEnvelope] = []

    async def handle_RCPT(
        self, server: object, session: object, envelope: SmtpdEnvelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("no@"):
            return "550 5.1.1 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: object, session: object, envelope: SmtpdEnvelope) -> str:
        self.envelopes.append(envelope)
        return "250 2.0.0 taken"


@asynccontextmanager
async def sink(site: Site) -> AsyncIterator[Sink]:
    """aiosmtpd as the MX of partner.example."""
    handler = Sink()
    server = await asyncio.get_running_loop().create_server(
        lambda: SmtpdProtocol(handler, enable_SMTPUTF8=True, hostname="mx.partner.example"),
        site.world.address(),
        site.world.port,
    )
    site.world.dns.set("mx.partner.example", "A", server.sockets[0].getsockname()[0])
    site.world.domain("partner.example", mx=["mx.partner.example"])
    try:
        yield handler
    finally:
        server.close()
        await server.wait_closed()


async def test_aiosmtpd_takes_what_it_wants_and_the_rest_is_reported() -> None:
    body = "\r\n".join([".", "..x", "", "end", "x" * 900])
    async with Site() as site:
        async with sink(site) as taken:
            everybody = ["bob@partner.example", "no@partner.example", "sue@partner.example"]
            await site.send(ANN, everybody, letter(body=body))
            [report] = await site.reports()
            await site.quiet()
            await site.stop()
        [envelope] = taken.envelopes
    assert envelope.rcpt_tos == ["bob@partner.example", "sue@partner.example"]
    assert envelope.mail_from == ANN
    assert isinstance(envelope.content, bytes)
    assert envelope.content.endswith(letter(body=body))
    assert report.verdicts == {("no@partner.example", "failed", "5.1.1")}
    assert "nobody of that name" in report.text
