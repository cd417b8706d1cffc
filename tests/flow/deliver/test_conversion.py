"""Before delivery: who gets which form, each form made once, the original kept, and what cannot be converted."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest

from saywhy.flow.deliver.conversion import Conversions
from saywhy.flow.stages import Transmission
from saywhy.model.connectors import SendConnector
from saywhy.model.envelope import Origin
from saywhy.model.form import ContentType
from saywhy.model.organisation import AcceptedDomain, DomainType, Organisation, RemoteDomain, TransportConfig
from saywhy.model.outcome import Conversion, Deferred, Delivered, Failed, Outcome, Relayed
from saywhy.model.queued import QueueId
from saywhy.wire.convert import convert as converting
from saywhy.wire.convert import rtf
from saywhy.wire.convert.budget import Work
from tests.flow.deliver.builders import DEST, MAILBOX, NOW, FixedClock, transmission
from tests.wire.convert import packing

HTML = b"From: <ann@us.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=koi8-r\r\n\r\n<p>At ten\r\n"
CUT = b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+e\r\n"
TEXT_FOR_DEST = RemoteDomain("Dest", "dest.test", content_type=ContentType.TEXT)


def mail(*to: str, **given: Any) -> Transmission:
    """As a client of ours sends it."""
    sent = transmission(*to, **given)
    return dataclasses.replace(sent, message=dataclasses.replace(sent.message, origin=Origin("Client", "ESMTP")))


class Clock(FixedClock):
    later = 0.0

    def now(self) -> float:
        return NOW + self.later


class Sent:
    """Takes everything; remembers what it was given for whom."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    async def __call__(self, sent: Transmission) -> list[Outcome]:
        self.contents |= {str(each.address): sent.content for each in sent.pending}
        return [Relayed("mx.dest.test", "192.0.2.1", ("250 OK",), dsn=True) for _ in sent.pending]


def conversions(*domains: RemoteDomain, clock: FixedClock | None = None, **more: object) -> Conversions:
    organisation = Organisation(remote_domains={each.domain: each for each in domains}, **more)  # type: ignore[arg-type]
    return Conversions(lambda: organisation, clock or FixedClock())


async def send(made: Conversions, sent: Transmission, to: Sent | None = None) -> Sequence[Outcome]:
    assert made.wanted(sent)
    return await made.send(sent, to or Sent())


def plain(sent: Transmission) -> Transmission:
    return dataclasses.replace(sent, pending=tuple(dataclasses.replace(each, plain=True) for each in sent.pending))


def test_nobody_demands_anything_and_nothing_is_looked_at() -> None:
    made = conversions(RemoteDomain("Default", "*"), RemoteDomain("Dest", "dest.test", ndr=False))
    assert not made.wanted(mail("bob@dest.test"))
    assert not made.wanted(mail("ann@us.test", hop=MAILBOX))


async def test_each_recipient_gets_its_form_and_the_tracking_is_told() -> None:
    sent, made = Sent(), conversions(TEXT_FOR_DEST, RemoteDomain("Sub", "*.dest.test"))
    to = mail("bob@dest.test", "cy@mail.dest.test", "dee@dest.test", content=HTML)
    first, second, third = await send(made, to, sent)
    assert isinstance(first, Relayed)
    assert first.conversion == Conversion(("text/html to text/plain",), ("the formatting of HTML",))
    assert (third, second) == (first, Relayed("mx.dest.test", "192.0.2.1", ("250 OK",), dsn=True))
    assert sent.contents["cy@mail.dest.test"] == HTML == to.content
    assert sent.contents["bob@dest.test"].endswith(b"\r\n\r\nAt ten\r\n")


async def test_the_most_specific_remote_domain_speaks_alone_even_if_it_demands_nothing() -> None:
    sent, wide = Sent(), dataclasses.replace(TEXT_FOR_DEST, domain="*")
    made = conversions(RemoteDomain("Dest", "dest.test"), wide)
    await send(made, mail("bob@dest.test", "cy@else.test", content=HTML), sent)
    assert sent.contents["bob@dest.test"] == HTML != sent.contents["cy@else.test"]


async def test_domains_of_ours_and_our_own_reports_are_nobody_elses_business() -> None:
    ours = {"dest.test": AcceptedDomain("dest.test", DomainType.INTERNAL_RELAY)}
    sent, made = Sent(), conversions(dataclasses.replace(TEXT_FOR_DEST, domain="*"), domains=ours)
    await send(made, mail("bob@dest.test", content=HTML), sent)
    await send(made, transmission("cy@else.test", content=HTML, origin="report"), sent)
    assert set(sent.contents.values()) == {HTML}


async def test_hops_that_want_the_same_form_share_one_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = converting.convert
    monkeypatch.setattr(
        "saywhy.flow.deliver.conversion.convert", lambda *given: asked.append(given[1]) or real(*given)
    )
    made = conversions(dataclasses.replace(TEXT_FOR_DEST, domain="*"))
    for number in range(10):
        await send(made, mail(f"bob@dest{number}.test", content=HTML))
    assert len(asked) == 1


async def test_a_contact_for_plain_text_goes_before_its_domain() -> None:
    sent = Sent()
    await send(conversions(), plain(mail("bob@dest.test", content=HTML)), sent)
    assert sent.contents["bob@dest.test"].endswith(b"\r\n\r\nAt ten\r\n")


async def test_a_connector_gets_only_the_media_that_it_takes() -> None:
    made = conversions(send_connectors={"internet": SendConnector("Internet", media_types=("image/*",))})
    [outcome] = await send(made, mail("bob@dest.test", content=HTML))
    assert isinstance(outcome, Failed)
    assert outcome.failure.line() == "554 5.6.1 CONVERT.MediaNotSupported; text/html"


async def test_mailboxes_have_a_form_of_their_own() -> None:
    made = conversions(transport=TransportConfig(store_character_set="utf-8"))
    content = CUT.replace(b"text/html", b"text/plain; charset=koi8-r")
    [outcome] = await send(made, mail("ann@us.test", hop=MAILBOX, content=content))
    assert isinstance(outcome, Failed)
    assert outcome.failure.line() == "554 5.6.0 STOREDRV.Deliver.Content; corrupt message content"


@pytest.mark.parametrize("disabled", [False, True])
async def test_a_charset_without_a_codec_is_waited_for_and_then_keeps_its_code(disabled: bool) -> None:
    config = TransportConfig(conversion_timeout=100, disabled_charsets=("koi8-r",) if disabled else ())
    content = HTML if disabled else HTML.replace(b"koi8-r", b"x-cp-\xff")
    clock = Clock()
    made = conversions(TEXT_FOR_DEST, transport=config, clock=clock)
    [waits] = await send(made, mail("bob@dest.test", content=content))
    assert isinstance(waits, Deferred)
    cause = "charset-disabled" if disabled else "charset-unavailable"
    assert (waits.failure.reply, str(waits.failure.status), waits.failure.cause) == (451, "4.6.5", cause)
    assert waits.failure.tag == f"CONVERT.Charset{'Disabled' if disabled else 'Unavailable'}"
    assert waits.failure.line().isascii()
    clock.later = 100.0
    [failed] = await send(made, mail("bob@dest.test", content=content))
    assert isinstance(failed, Failed)
    assert (failed.failure.reply, str(failed.failure.status)) == (550, "4.6.5")
    assert (failed.failure.evidence.observed, failed.failure.evidence.limit) == (100, 100)


@pytest.mark.parametrize(("field", "line", "name"), [
    (b"Conversion", "554 5.6.2 CONVERT.Prohibited; ", "Conversion: prohibited"),
    (b"Conversion-With-Loss", "554 5.6.4 CONVERT.LossProhibited; ",
     "Conversion-With-Loss: prohibited; the formatting of HTML"),
])  # fmt: skip
async def test_what_the_sender_forbids_is_not_done(field: bytes, line: str, name: str) -> None:
    [outcome] = await send(
        conversions(TEXT_FOR_DEST), mail("bob@dest.test", content=field + b": prohibited\r\n" + HTML)
    )
    assert isinstance(outcome, Failed)
    assert outcome.failure.line().startswith(line)
    assert outcome.failure.evidence.name == name


async def test_formatted_texts_that_are_too_much_fail_and_the_next_message_is_converted() -> None:
    outer = packing.winmail(*[packing.within(packing.bomb(rtf.MAX_OCTETS))] * 3)
    made, sent = conversions(dataclasses.replace(TEXT_FOR_DEST, tnef=False)), Sent()
    hostile = mail("bob@dest.test", content=packing.message(outer))
    other = mail("cy@dest.test", content=HTML)
    other = dataclasses.replace(other, message=dataclasses.replace(other.message, id=QueueId(1, 99)))
    [failed], [relayed] = await asyncio.gather(send(made, hostile, sent), send(made, other, sent))
    assert isinstance(failed, Failed)
    assert failed.failure.line() == "554 5.6.5 CONVERT.Failed; the message cannot be converted"
    seen = failed.failure.evidence
    assert (seen.name, seen.limit) == (Work.FORMATTED.what, Work.FORMATTED.limit)
    assert seen.observed > seen.limit
    assert isinstance(relayed, Relayed)
    assert set(sent.contents) == {"cy@dest.test"}


async def test_an_administrators_alias_helps_at_the_next_attempt() -> None:
    content = HTML.replace(b"koi8-r", b"x-none")
    now = [Organisation(remote_domains={"dest.test": TEXT_FOR_DEST})]
    made = Conversions(lambda: now[0], FixedClock())
    assert isinstance((await send(made, mail("bob@dest.test", content=content)))[0], Deferred)
    now[0] = dataclasses.replace(now[0], transport=TransportConfig(charset_aliases=("X-None = koi8-r",)))
    assert isinstance((await send(made, mail("bob@dest.test", content=content)))[0], Relayed)


async def test_what_was_not_delivered_was_not_converted_for_anybody() -> None:
    class Full:
        async def __call__(self, sent: Transmission) -> list[Outcome]:
            return [Delivered("ann"), Deferred(failure)]

    [failed] = await send(conversions(TEXT_FOR_DEST), mail("bob@dest.test", content=CUT))
    assert isinstance(failed, Failed)
    failure = failed.failure
    assert (failure.cause, failure.evidence.queue) == ("content-corrupt", DEST.key)
    to = mail("bob@dest.test", "cy@dest.test", content=HTML)
    told, waits = await conversions(TEXT_FOR_DEST).send(to, Full())
    assert isinstance(told, Delivered)
    assert told.conversion
    assert waits == Deferred(failure)
