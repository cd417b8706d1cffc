"""DELIVERBY (RFC 2852): what the server takes, and what the client says."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.envelope import DeliverBy, Recipient
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.offer import Offer, capabilities
from saywhy.wire.smtp.outgoing import MAX_BY, mail_command, unsupported
from tests.wire.smtp.dialogue import serving

OFFER = Offer("foo.com")


def said_to_mail(words: str, offer: Offer = OFFER) -> tuple[ev.ServerEvent, str]:
    driver = serving(offer=offer)
    driver.feed(b"EHLO bar.com\r\n")
    said = driver.feed(f"MAIL FROM:<ann@bar.com> {words}\r\n".encode())
    return driver.events[-1], said


@pytest.mark.parametrize(
    ("words", "by"),
    [
        ("BY=120;R", DeliverBy(120, returns=True)),
        ("BY=+1;r", DeliverBy(1, returns=True)),
        ("by=999999999;nt", DeliverBy(999_999_999, returns=False, trace=True)),
        ("BY=0;N", DeliverBy(0, returns=False)),
        ("BY=-30;NT", DeliverBy(-30, returns=False, trace=True)),
        ("BY=7;RT RET=HDRS", DeliverBy(7, returns=True, trace=True)),
    ],
)
def test_a_deadline_is_understood(words: str, by: DeliverBy) -> None:
    event, said = said_to_mail(words)
    assert isinstance(event, ev.Mail), said
    assert event.by == by


@pytest.mark.parametrize(
    "words",
    [
        "BY",
        "BY=",
        "BY=120",
        "BY=;R",
        "BY=R",
        "BY=120;X",
        "BY=120;TR",
        "BY=0;R",
        "BY=-1;R",
        "BY=1000000000;N",
        "BY=1.5;N",
        "BY=120;R;",
        "BY=--1;N",
    ],
)
def test_what_is_no_deadline_is_501_5_5_4(words: str) -> None:
    assert said_to_mail(words)[1] == "501 5.5.4 Invalid parameter value: BY\r\n"


def test_two_deadlines_are_501() -> None:
    assert said_to_mail("BY=120;R BY=120;R")[1] == "501 5.5.4 Parameter given more than once: BY\r\n"


def test_a_return_sooner_than_the_least_is_555_and_a_notice_is_not() -> None:
    strict = Offer("foo.com", min_by=60)
    assert said_to_mail("BY=59;R", strict)[1] == (
        "555 5.5.4 Deadline for delivery too short, the least is: 60 s\r\n"
    )
    assert isinstance(said_to_mail("BY=60;R", strict)[0], ev.Mail)
    assert isinstance(said_to_mail("BY=1;N", strict)[0], ev.Mail)


@pytest.mark.parametrize("offer", [Offer("foo.com", dsn=False), Offer("foo.com", deliverby=False)])
def test_without_dsn_or_when_switched_off_it_is_unknown(offer: Offer) -> None:
    assert said_to_mail("BY=120;R", offer)[1] == "555 5.5.4 Unrecognized parameter: BY\r\n"
    assert b"DELIVERBY" not in capabilities(offer, "", extended=True)


def test_it_is_offered_with_the_least_where_there_is_one() -> None:
    assert b"250-DELIVERBY\r\n" in capabilities(OFFER, "", extended=True)
    assert b"250-DELIVERBY 60\r\n" in capabilities(Offer("foo.com", min_by=60), "", extended=True)


# -- the client --


def handing_on(by: DeliverBy | None) -> ev.Transaction:
    return ev.Transaction(
        Address.parse("ann@bar.com"), (Recipient(Address.parse("bob@foo.com")),), b"x\r\n", by=by
    )


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (DeliverBy(120, returns=True), "BY=120;R"),
        (DeliverBy(0, returns=False, trace=True), "BY=0;NT"),
        (DeliverBy(-30, returns=False), "BY=-30;N"),
        (DeliverBy(-10 * MAX_BY, returns=False), f"BY=-{MAX_BY};N"),
    ],
)
def test_the_seconds_that_are_left_are_handed_on(by: DeliverBy, said: str) -> None:
    assert mail_command(handing_on(by), {"DELIVERBY": ""}) == f"MAIL FROM:<ann@bar.com> {said}\r\n".encode()
    assert mail_command(handing_on(by), {}) == b"MAIL FROM:<ann@bar.com>\r\n"


@pytest.mark.parametrize(
    ("by", "extensions", "lacks"),
    [
        (DeliverBy(120, returns=True), {}, "DELIVERBY"),
        (DeliverBy(120, returns=True), {"DELIVERBY": "121"}, "DELIVERBY"),
        (DeliverBy(0, returns=True), {"DELIVERBY": ""}, "DELIVERBY"),
        (DeliverBy(120, returns=True), {"DELIVERBY": "120"}, ""),
        (DeliverBy(120, returns=True), {"DELIVERBY": ""}, ""),
        (DeliverBy(120, returns=True), {"DELIVERBY": "soon"}, ""),
        (DeliverBy(-120, returns=False), {}, ""),
        (DeliverBy(1, returns=False), {"DELIVERBY": "60"}, ""),
        (None, {}, ""),
    ],
)
def test_only_a_return_needs_a_server_that_promises_it(
    by: DeliverBy | None, extensions: dict[str, str], lacks: str
) -> None:
    assert unsupported(handing_on(by), extensions) == lacks
