"""Who a message is from: what is refused, what is noted, and who is not asked (spec F2, B8)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from saywhy.flow.receive import proof
from saywhy.infra.errors import DnsProblem
from saywhy.infra.net import suffixes
from saywhy.infra.net.suffixes import Suffixes
from saywhy.model.envelope import ReversePath
from saywhy.model.evidence import Step
from saywhy.model.organisation import ReceiveConnector, SenderCheck
from saywhy.wire.auth.lookups import Answer, Question
from tests.flow.receive.support import CONNECTOR, OFF, Dialogue, Zone
from tests.wire.auth.signing import MESSAGE, ed25519_key, record, signed

CHECK, REFUSE = SenderCheck.CHECK, SenderCheck.REFUSE
EVERY = replace(CONNECTOR, spf=CHECK, dkim=CHECK, dmarc=CHECK, reverse_dns=CHECK)
CLIENT = "192.0.2.7"
KEY = ("TXT", "one._domainkey.dest.test")
SIGNED = signed(MESSAGE, ed25519_key())
MX = {("MX", "dest.test"): [(10, "mx.dest.test")]}
GOOD = {
    **MX,
    ("TXT", "dest.test"): ["v=spf1 ip4:192.0.2.7 -all"],
    ("TXT", "_dmarc.dest.test"): ["v=DMARC1; p=reject"],
    KEY: [record(ed25519_key())],
    ("PTR", "7.2.0.192.in-addr.arpa"): ["mx.dest.test"],
    ("A", "mx.dest.test"): [CLIENT],
}
BAD = {**GOOD, ("TXT", "dest.test"): ["v=spf1 -all"]}


class Message:
    """One sent by a stranger from ann@dest.test: the reply, and what was queued."""

    def __init__(self, reply: str, dialogue: Dialogue) -> None:
        self.reply = reply
        self.dialogue = dialogue
        accepted = dialogue.recorder.accepted
        self.origin = accepted[0].origin if accepted else None
        self.content = accepted[0].content if accepted else b""

    @property
    def results(self) -> str:
        """Our Authentication-Results field, unfolded."""
        text = self.content.decode().replace("\r\n\t", " ")
        return next(line for line in text.split("\r\n") if line.startswith("Authentication-Results: mail.worc"))


async def sent(
    connector: ReceiveConnector, records: dict, content: bytes = SIGNED, sender: str = "ann@dest.test"
) -> Message:
    dialogue = Dialogue(connector, ip=CLIENT, names=Zone(records))
    dialogue.services.suffixes._read = lambda domain: ".".join(domain.split(".")[-2:])
    await dialogue.hello()
    mail = await dialogue.say(f"MAIL FROM:<{sender}>")
    if not mail.startswith("250 "):
        return Message(mail, dialogue)
    await dialogue.say("RCPT TO:<guy@worcester.example>", "DATA")
    return Message(await dialogue.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n"), dialogue)


async def test_what_passes_is_noted_in_header_origin_and_line() -> None:
    message = await sent(EVERY, GOOD)
    assert message.reply.startswith("250 ")
    assert message.results == (
        "Authentication-Results: mail.worcester.example; spf=pass smtp.mailfrom=dest.test; "
        "dkim=pass header.d=dest.test header.s=one; dmarc=pass header.from=dest.test; "
        "iprev=pass policy.iprev=192.0.2.7"
    )
    assert message.origin is not None
    assert message.origin.checks == "dkim=pass dmarc=pass iprev=pass spf=pass"
    assert message.origin.reverse_path is ReversePath.VERIFIED
    assert message.content.startswith(b"Received: ")
    assert message.content.endswith(SIGNED)


async def test_results_that_a_stranger_wrote_in_our_name_are_taken_out() -> None:
    forged = b"Authentication-Results: Mail.Worcester.Example; spf=pass smtp.mailfrom=bank.test\r\n"
    others = b"Authentication-Results: mx.dest.test; dkim=pass\r\n"
    message = await sent(EVERY, BAD, forged + others + SIGNED)
    assert b"bank.test" not in message.content
    assert message.content.endswith(others + SIGNED)


async def test_clients_that_may_relay_and_connectors_with_all_checks_off_ask_nothing() -> None:
    class Nobody(Zone):
        async def look_up(self, question: Question) -> Answer:
            raise AssertionError(question)

    for connector in (CONNECTOR, replace(EVERY, relay_ranges=(CLIENT,))):
        dialogue = Dialogue(connector, ip=CLIENT, names=Nobody())
        await dialogue.hello()
        await dialogue.say("MAIL FROM:<ann@dest.test>", "RCPT TO:<guy@worcester.example>", "DATA")
        assert (await dialogue.send(SIGNED + b".\r\n")).startswith("250 ")
        [submission] = dialogue.recorder.accepted
        assert submission.origin.reverse_path is ReversePath.UNKNOWN
        assert b"Authentication-Results" not in submission.content


@pytest.mark.parametrize("sender", ["ann@dest.test", ""])
async def test_an_spf_fail_is_refused_at_mail_with_5_7_23(sender: str) -> None:
    records = {**BAD, ("TXT", "client.example"): ["v=spf1 -all"]}  # what EHLO names
    message = await sent(replace(CONNECTOR, spf=REFUSE), records, sender=sender)
    domain = "dest.test" if sender else "client.example"
    assert message.reply == f"550 5.7.23 SPF: {domain} does not permit 192.0.2.7 to send for it\r\n"
    [event] = message.dialogue.recorder.events
    assert event.cause == "spf-failed"


@pytest.mark.parametrize(
    "said",
    [
        ["v=spf1 ~all"],
        ["v=spf1 ?all"],
        ["v=spf1 mistake"],
        DnsProblem.SERVFAIL,
        DnsProblem.TIMEOUT,
        DnsProblem.NXDOMAIN,
        DnsProblem.NODATA,
    ],
)
async def test_anything_but_a_fail_is_no_reason_to_refuse(said: object) -> None:
    connector = replace(CONNECTOR, spf=REFUSE, reverse_dns=REFUSE)
    message = await sent(connector, {**GOOD, ("TXT", "dest.test"): said})
    assert message.reply.startswith("250 ")


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (DnsProblem.NXDOMAIN, "550 5.7.25 192.0.2.7 has no name in the DNS\r\n"),
        (["liar.test"], "550 5.7.25 the name of 192.0.2.7 does not lead back to it\r\n"),
        (["mx.dest.test"], "250 "),
        (DnsProblem.SERVFAIL, "250 "),
        (DnsProblem.TIMEOUT, "250 "),
    ],
)
async def test_a_client_without_a_name_that_leads_back_is_refused_with_5_7_25(said: object, reply: str) -> None:
    records = {**GOOD, ("PTR", "7.2.0.192.in-addr.arpa"): said}
    message = await sent(replace(CONNECTOR, reverse_dns=REFUSE), records)
    assert message.reply.startswith(reply)


async def test_a_message_changed_on_its_way_is_refused_with_5_7_7() -> None:
    message = await sent(replace(CONNECTOR, dkim=REFUSE), GOOD, SIGNED.replace(b"garden", b"cellar"))
    assert message.reply == "554 5.7.7 AGENT.Signature; Message integrity failure; dkim\r\n"
    [event] = message.dialogue.recorder.events
    assert event.cause == "signature-broken"


async def test_a_second_signature_that_fits_makes_up_for_a_broken_one() -> None:
    again = signed(MESSAGE, ed25519_key())
    broken = again[: -len(MESSAGE)].replace(b"bh=", b"bh=AAAA", 1)
    message = await sent(replace(CONNECTOR, dkim=REFUSE), GOOD, broken + again)
    assert message.reply.startswith("250 ")


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        (DnsProblem.NXDOMAIN, "550 5.7.20 No passing DKIM signature found\r\n"),
        (["v=DKIM1; p="], "550 5.7.20 No passing DKIM signature found\r\n"),
        (DnsProblem.TIMEOUT, "250 "),
        (DnsProblem.SERVFAIL, "250 "),
    ],
)
async def test_a_key_that_is_gone_is_refused_and_one_that_cannot_be_had_now_is_not(
    said: object, reply: str
) -> None:
    message = await sent(replace(CONNECTOR, dkim=REFUSE), {**GOOD, KEY: said})
    assert message.reply.startswith(reply)


async def test_an_unsigned_message_is_no_worse_for_it() -> None:
    message = await sent(replace(CONNECTOR, dkim=REFUSE, spf=CHECK), GOOD, MESSAGE)
    assert message.reply.startswith("250 ")
    assert "dkim=none" in message.results


async def test_dmarc_refuses_what_the_owner_of_from_disowns_with_5_7_26() -> None:
    message = await sent(replace(CONNECTOR, dmarc=REFUSE), BAD, MESSAGE)
    assert message.reply == (
        "550 5.7.26 dest.test asks to refuse what is not proved to come from it (DMARC)\r\n"
    )  # fmt: skip
    [event] = message.dialogue.recorder.events
    assert event.cause == "dmarc-failed"


@pytest.mark.parametrize(
    ("records", "content", "sender"),
    [
        (BAD, SIGNED, "ann@dest.test"),  # the signature proves it
        (GOOD, MESSAGE, "ann@dest.test"),  # SPF does
        ({**BAD, ("TXT", "_dmarc.dest.test"): ["v=DMARC1; p=quarantine"]}, MESSAGE, "ann@dest.test"),
        ({**BAD, ("TXT", "_dmarc.dest.test"): ["v=DMARC1; p=reject; pct=0"]}, MESSAGE, "ann@dest.test"),
        ({**BAD, ("TXT", "_dmarc.dest.test"): DnsProblem.TIMEOUT}, MESSAGE, "ann@dest.test"),
        ({**BAD, ("TXT", "dest.test"): DnsProblem.TIMEOUT}, MESSAGE, "ann@dest.test"),
        ({**BAD, KEY: DnsProblem.SERVFAIL}, SIGNED.replace(b"garden", b"cellar"), "ann@dest.test"),
        (BAD, MESSAGE.replace(b"ann@dest.test", b"ann@other.test"), "ann@dest.test"),
        (BAD, MESSAGE.replace(b"Ann <ann@dest.test>", b"nobody"), "ann@dest.test"),
    ],
)
async def test_dmarc_refuses_nothing_else(records: dict, content: bytes, sender: str) -> None:
    message = await sent(replace(CONNECTOR, dmarc=REFUSE), records, content, sender)
    assert message.reply.startswith("250 ")


async def test_a_second_author_does_not_hide_the_first() -> None:
    two = MESSAGE.replace(b"Ann <ann@dest.test>", b"eve@other.test, ann@dest.test")
    message = await sent(replace(CONNECTOR, dmarc=REFUSE), BAD, two)
    assert message.reply.startswith("550 5.7.26 dest.test ")
    fields = MESSAGE.replace(b"From: Ann", b"From: eve@other.test\r\nFrom: Ann")
    message = await sent(replace(CONNECTOR, dmarc=REFUSE), BAD, fields)
    assert message.reply.startswith("550 5.7.26 dest.test ")


NO_SPF = {**GOOD, ("TXT", "dest.test"): DnsProblem.NODATA}
SUBDOMAIN = signed(MESSAGE, ed25519_key(), domain="mail.dest.test")


@pytest.mark.parametrize(
    ("records", "content", "path"),
    [
        (BAD, MESSAGE, ReversePath.FORGED),
        (BAD, SIGNED, ReversePath.VERIFIED),
        ({**BAD, ("TXT", "one._domainkey.mail.dest.test"): GOOD[KEY]}, SUBDOMAIN, ReversePath.VERIFIED),
        (BAD, SIGNED.replace(b"garden", b"cellar"), ReversePath.FORGED),
        (GOOD, MESSAGE, ReversePath.VERIFIED),
        ({**GOOD, ("TXT", "dest.test"): ["v=spf1 ~all"]}, MESSAGE, ReversePath.UNVERIFIED),
        ({**GOOD, ("TXT", "dest.test"): DnsProblem.TIMEOUT}, MESSAGE, ReversePath.UNVERIFIED),
        (NO_SPF, MESSAGE, ReversePath.UNVERIFIED),
        ({**NO_SPF, ("MX", "dest.test"): [(0, "")]}, MESSAGE, ReversePath.NOWHERE),
        ({**NO_SPF, ("MX", "dest.test"): DnsProblem.TIMEOUT}, MESSAGE, ReversePath.UNVERIFIED),
        ({}, MESSAGE, ReversePath.NOWHERE),
    ],
)
async def test_the_reverse_path_is_judged_by_itself(records: dict, content: bytes, path: ReversePath) -> None:
    message = await sent(replace(CONNECTOR, spf=CHECK, dkim=CHECK), records, content)
    assert message.origin is not None
    assert message.origin.reverse_path is path


async def test_a_message_without_reverse_path_has_no_verdict_on_it() -> None:
    message = await sent(EVERY, BAD, sender="")
    assert message.origin is not None
    assert message.origin.reverse_path is ReversePath.UNKNOWN


async def test_what_has_no_answer_in_time_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Zone):
        async def look_up(self, question: Question) -> Answer:
            await asyncio.Event().wait()
            raise AssertionError

    monkeypatch.setattr(proof, "TIMEOUT", 0.01)
    dialogue = Dialogue(replace(EVERY, spf=REFUSE, dmarc=REFUSE, dkim=REFUSE, reverse_dns=REFUSE), ip=CLIENT)
    prover = proof.Prover(replace(dialogue.services, names=Silent()), CONNECTOR)
    assert await prover.early(CLIENT, "mx.dest.test", None) is None
    prover = proof.Prover(replace(dialogue.services, names=Silent()), replace(EVERY, dmarc=OFF))
    found = await prover.whole(CLIENT, "mx.dest.test", None, SIGNED)
    assert found.line == "dkim=temperror iprev=temperror spf=temperror"
    assert proof.refusal(replace(EVERY, dkim=REFUSE), found) is None


async def test_a_large_message_is_verified_too() -> None:
    body = b"".join(b"line %d of a large message\r\n" % number for number in range(12_000))
    large = signed(MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body, ed25519_key())
    assert len(large) > proof.LARGE
    prover = proof.Prover(replace(Dialogue().services, names=Zone(GOOD)), replace(CONNECTOR, dkim=CHECK))
    assert (await prover.whole(CLIENT, "mx.dest.test", None, large)).line == "dkim=pass"


async def test_without_the_public_suffix_list_dmarc_has_no_verdict_and_it_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suffixes, "public_suffixes", lambda: None)
    told: list[str] = []
    services = replace(Dialogue().services, names=Zone(BAD), suffixes=Suffixes(told.append))
    for _ in range(2):
        found = await proof.Prover(services, EVERY).whole(CLIENT, "mx.dest.test", None, MESSAGE)
        assert found.dmarc is None
        assert proof.refusal(replace(EVERY, dmarc=REFUSE), found) is None
    assert told == [suffixes.WITHOUT]


async def test_the_public_suffix_list_knows_organisations() -> None:
    known = await Suffixes()()
    assert known is not None
    names = ("mail.example.co.uk", "example.co.uk", "co.uk", "WWW.Example.ORG.", "x.dest.test")
    assert [known(name) for name in names] == [
        "example.co.uk",
        "example.co.uk",
        "co.uk",
        "example.org",
        "dest.test",
    ]


def test_refusals_carry_what_the_dns_said() -> None:
    found = proof.refusals.spf_failed("Default", "dest.test", CLIENT)
    assert (found.evidence.step, found.evidence.dns) == (Step.MAIL, "TXT dest.test: SPF fail")
