"""Mail that is forwarded again and again: stamps and how many are too many (spec F7, A2 5.4.6 e and g)."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.flow.stages import Fork
from saywhy.model.envelope import Notify
from saywhy.model.organisation import Contact, Folder, Group, Mailbox, TransportConfig
from tests.flow.categorize.corp import OUTSIDE, at, categorizer, failed, group, mail, mailbox, rcpt, told

AWAY = dataclasses.replace(mailbox("away"), forwarding_smtp_address=at("bob@else.example"))
BOTH = dataclasses.replace(AWAY, deliver_and_forward=True)
LIST = Group("list", (at("list"),), (at("away"), at("x@else.example")), report_to_originator=False)


def alias(stamps: int) -> Fork:
    return Fork(None, "", stamps, alias=True)


def test_what_a_mailbox_sends_on_to_elsewhere_leaves_as_a_copy_with_all_wishes() -> None:
    [resolved] = categorizer(AWAY)(mail(rcpt("away", Notify.SUCCESS)), OUTSIDE)
    assert (resolved.fork, resolved.recipient.notify) == (alias(1), Notify.SUCCESS)


def test_what_stays_here_is_no_copy_and_neither_is_a_contacts_mail() -> None:
    here = dataclasses.replace(mailbox("ann"), forwarding_address=at("bob"))
    con = Contact("con", (at("con"),), at("c@else.example"))
    results = categorizer(here, mailbox("bob"), con, BOTH)(mail("ann", "con", "away"), OUTSIDE)
    assert [(told([each])[0], each.fork) for each in results] == [
        ("box:bob", None),
        ("to:c@else.example", None),
        ("box:away", None),
        ("to:bob@else.example", alias(1)),
    ]


def test_each_mailbox_and_folder_on_the_way_is_a_step() -> None:
    first = Folder("first", (at("first"),), permissions=("Anonymous: Author",), forwarding_address=at("away"))
    assert [each.fork for each in categorizer(first, AWAY)(mail("first"), OUTSIDE)] == [alias(2)]


def test_members_of_a_group_who_forward_share_one_copy() -> None:
    others = [
        dataclasses.replace(mailbox(f"u{n}"), forwarding_smtp_address=at(f"u{n}@else.example")) for n in range(3)
    ]
    results = categorizer(group("all", "u0", "u1", "u2"), *others)(mail("all"), OUTSIDE)
    assert [each.fork for each in results] == [None, alias(1), alias(1), alias(1)]


def test_a_list_is_a_step_and_a_forwarding_in_it_another() -> None:
    results = categorizer(LIST, AWAY)(mail("list"), OUTSIDE)
    assert [each.fork for each in results] == [None, Fork(None, "list", 2), Fork(None, "list")]


@pytest.mark.parametrize(
    ("item", "stamps", "automatic", "end"),
    [
        (AWAY, 19, False, ["to:bob@else.example"]),
        (AWAY, 20, False, ["5.4.6"]),
        (AWAY, 2, True, ["to:bob@else.example"]),
        (AWAY, 3, True, ["5.4.6"]),
        (BOTH, 20, False, ["box:away", "5.4.6"]),
        (mailbox("away"), 1000, True, ["box:away"]),
    ],
)
def test_too_many_automatic_steps_end_the_way(item: Mailbox, stamps: int, automatic: bool, end: list[str]) -> None:
    asked = categorizer(item)
    assert told(asked(mail("away"), OUTSIDE, stamps=stamps, automatic=automatic)) == end


def test_a_list_takes_no_message_that_went_through_too_many() -> None:
    [resolved] = categorizer(LIST, AWAY)(mail("list"), OUTSIDE, stamps=20)
    failure = failed(resolved).failure
    assert failure.line() == "554 5.4.6 AGENT.Loop; too many messages made from one another"
    assert (failure.evidence.name, failure.evidence.observed, failure.evidence.limit) == ("list", 21, 20)


def test_the_limits_are_the_organisations() -> None:
    asked = categorizer(AWAY, transport=TransportConfig(max_forwardings=1, max_automatic_forwardings=2))
    assert told(asked(mail("away"), OUTSIDE, stamps=1)) == ["5.4.6"]
    assert told(asked(mail("away"), OUTSIDE, stamps=1, automatic=True)) == ["to:bob@else.example"]
