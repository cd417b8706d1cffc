"""Whether the sender may send at all, before any recipient is looked at: spec A6 rule 2."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.model.envelope import Origin
from saywhy.model.organisation import Mailbox, TransportConfig, User
from tests.flow.categorize.corp import INSIDE, OUTSIDE, at, categorizer, failed, group, mail, mailbox, told

ANN, BOB = mailbox("ann"), mailbox("bob")
RESTRICTED = "550 5.1.8 Access denied, bad outbound sender"


@pytest.mark.parametrize(
    ("sender", "line"),
    [
        (dataclasses.replace(ANN, disabled=True), RESTRICTED),
        (dataclasses.replace(ANN, may_send=False), RESTRICTED),
        (dataclasses.replace(ANN, unusable="deleted"), RESTRICTED),
        (
            dataclasses.replace(ANN, max_send_size=999),
            "550 5.2.3 RESOLVER.RST.SendSizeLimit; message too large for this sender",
        ),
        (
            dataclasses.replace(ANN, max_recipients=1),
            "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients",
        ),
        (
            Mailbox("ann", (at("ann@gone.example"), at("ann"))),
            "550 5.1.7 RESOLVER.ADR.BadPrimary; the sender has no valid primary address",
        ),
    ],
    ids=["disabled", "may not send", "deleted", "size", "recipients", "primary address"],
)
def test_a_sender_who_may_not_send_reaches_nobody(sender: Mailbox, line: str) -> None:
    results = categorizer(sender, BOB)(mail("bob", "nobody", sender="ann"), INSIDE)
    assert [failed(each).failure.line() for each in results] == [line] * 2
    outside = categorizer(sender, BOB)(mail("bob", "nobody", sender="ann"), OUTSIDE)
    assert told(outside) == ["box:bob", "5.1.1"]  # anybody can write that address


def test_the_order_is_address_then_size_then_number_of_recipients() -> None:
    broken = Mailbox("ann", (at("ann@gone.example"), at("ann")), max_send_size=9, max_recipients=1)
    assert told(categorizer(broken, BOB)(mail("bob", "x", sender="ann"), INSIDE)) == ["5.1.7"] * 2
    large = dataclasses.replace(ANN, max_send_size=9, max_recipients=1)
    assert told(categorizer(large, BOB)(mail("bob", "x", sender="ann"), INSIDE)) == ["5.2.3"] * 2


def test_a_sender_s_own_number_of_recipients_goes_before_the_organisation_s() -> None:
    many = dataclasses.replace(ANN, max_recipients=3)
    categorize = categorizer(many, BOB, transport=TransportConfig(max_recipients=1))
    assert told(categorize(mail("bob", "ann", sender="ann"), INSIDE)) == ["box:bob", "box:ann"]
    assert told(categorize(mail("bob", "ann", sender="bob"), INSIDE)) == ["5.5.3"] * 2


def test_a_group_may_not_send_unless_the_user_has_its_address() -> None:
    staff = group("staff", "ann", "bob")
    user = User("ann", "$argon2", (at("ann"), at("staff")))
    categorize = categorizer(staff, ANN, BOB, users=[user])
    [resolved] = categorize(mail("bob", sender="staff"), Origin("Relay", internal=True))
    failure = failed(resolved).failure
    assert failure.line() == "550 5.2.4 RESOLVER.GRP.GroupAsSender; a group may not send"
    assert failure.cause == "group-as-sender"
    assert told(categorize(mail("bob", sender="staff"), INSIDE)) == ["box:bob"]
