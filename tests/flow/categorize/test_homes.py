"""Mailboxes and groups of an organisation with several servers: here, elsewhere, or nobody knows (spec E)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from saywhy.flow.stages import Resolved
from saywhy.model.envelope import Notify
from saywhy.model.organisation import Contact, DirectoryObject, Group, Mailbox, Server, TransportConfig
from tests.flow.categorize.corp import (
    INSIDE,
    OUTSIDE,
    Asked,
    at,
    categorizer,
    failed,
    group,
    mail,
    mailbox,
    rcpt,
    told,
)

MX1, MX2 = Server("MX.corp.example", ("east",)), Server("mx2.corp.example", ("west", "both"))
MX3 = Server("mx3.corp.example", ("Both",))
ANN = mailbox("ann", "ann", "a")
WEST = "at:mx2.corp.example"


def corp(*items: DirectoryObject, **more: Any) -> Asked:
    return categorizer(*items, servers=(MX1, MX2, MX3), **more)


def home(store: str, **properties: Any) -> Mailbox:
    return dataclasses.replace(ANN, home=store, **properties)


@pytest.mark.parametrize(
    ("store", "end"),
    [
        ("", "box:ann"),
        ("East", "box:ann"),
        ("spare", "box:ann"),
        ("WEST", f"{WEST}:ann@corp.example"),
        ("both", "5.1.0"),
        ("north", "5.1.6"),
    ],
)
def test_a_mailbox_is_where_its_store_is(store: str, end: str) -> None:
    asked = corp(home(store), transport=TransportConfig(mailbox_stores=("spare",)))
    assert told(asked(mail("a"), OUTSIDE)) == [end]


def test_whose_store_two_servers_claim_is_told_to_the_administrator() -> None:
    [resolved] = corp(home("both"))(mail("a"), OUTSIDE)
    failure = failed(resolved).failure
    assert failure.line() == (
        "550 5.1.0 RESOLVER.ADR.HomeDatabaseUnclear; the mailbox's database could not be determined"
    )
    assert failure.evidence.name == "ann: both is held by mx2.corp.example, mx3.corp.example"


def test_a_mailbox_whose_store_its_directory_does_not_tell_fails_the_same_way() -> None:
    [resolved] = corp(dataclasses.replace(ANN, home_unclear="it has no homeMDB"))(mail("a"), OUTSIDE)
    assert failed(resolved).failure.evidence.name == "ann: it has no homeMDB"


def test_a_mailbox_elsewhere_is_reached_once_by_all_its_addresses_with_its_wishes() -> None:
    [resolved] = corp(home("west"))(mail(rcpt("a", Notify.SUCCESS), "ann"), OUTSIDE)
    assert resolved.recipient.notify == Notify.SUCCESS
    assert [str(each.address) for each in resolved.duplicates] == ["ann@corp.example"]


def test_what_only_forwards_is_forwarded_here_and_what_keeps_a_copy_is_left_to_its_server() -> None:
    bob = mailbox("bob")
    only = home("west", forwarding_address=at("bob"))
    assert told(corp(only, bob)(mail("ann"), OUTSIDE)) == ["box:bob"]
    both = dataclasses.replace(only, deliver_and_forward=True)
    assert told(corp(both, bob)(mail("ann"), OUTSIDE)) == [f"{WEST}:ann@corp.example"]


def test_restrictions_are_asked_before_the_message_leaves_for_the_other_server() -> None:
    asked = corp(home("west", require_sender_auth=True))
    assert told(asked(mail("ann"), OUTSIDE)) == ["5.7.1"]
    assert told(asked(mail("ann", sender="bob@corp.example"), INSIDE)) == [f"{WEST}:ann@corp.example"]


class TestExpansionServers:
    STAFF = dataclasses.replace(group("staff", "ann", "bob"), expansion_server="MX2.corp.example")

    def asked(self, *names: str, **more: Any) -> list[Resolved]:
        return corp(self.STAFF, ANN, mailbox("bob"), *more.pop("items", ()), **more)(mail(*names), OUTSIDE)

    def test_a_group_of_another_server_goes_there_unexpanded(self) -> None:
        assert told(self.asked("staff")) == [f"{WEST}:staff@corp.example"]

    def test_that_server_expands_it(self) -> None:
        assert told(self.asked("staff", hostname="mx2.corp.example")) == ["staff>2", "box:ann", "box:bob"]

    def test_it_is_a_member_like_others_and_makes_its_container_lead_somewhere(self) -> None:
        outer = group("outer", "staff", "x@else.example")
        assert told(self.asked("outer", items=(outer,))) == [
            "outer>2",
            f"{WEST}:staff@corp.example",
            "to:x@else.example",
        ]
        only = group("only", "staff")
        assert told(self.asked("only", items=(only,))) == [f"{WEST}:staff@corp.example"]

    def test_one_that_is_no_server_of_ours_expands_nothing(self) -> None:
        other = dataclasses.replace(
            self.STAFF, name="other", addresses=(at("other"),), expansion_server="mx9.x.example"
        )
        assert told(self.asked("other", items=(other,))) == ["5.2.4"]


class TestMalformedAddresses:
    """What imports bring as addresses and is none (spec 5.1.3 c)."""

    def test_a_contact_leads_nowhere(self) -> None:
        bad = Contact("con", (at("con"),), bad_external="x@@else.example")
        [resolved] = categorizer(bad)(mail("con"), OUTSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.1.3 STOREDRV.Submit; invalid recipient address"
        assert failure.evidence.name == "con: x@@else.example"

    def test_a_contact_in_a_list_fails_and_the_other_members_get_the_message(self) -> None:
        bad = Contact("con", (at("con"),), bad_external="x@@else.example")
        results = categorizer(group("staff", "con", "ann"), bad, ANN)(mail("staff"), OUTSIDE)
        assert told(results) == ["staff>2", "5.1.3", "box:ann"]

    def test_members_fail_together_and_the_others_get_the_message(self) -> None:
        staff = Group("staff", (at("staff"),), (at("ann"),), bad_members=("b@@x", "c d@x"))
        results = categorizer(staff, ANN)(mail("staff"), OUTSIDE)
        assert told(results) == ["5.1.3", "staff>1", "box:ann"]
        assert failed(results[0]).failure.evidence.name == "staff: b@@x, c d@x"
        assert str(results[0].recipient.address) == "staff@corp.example"

    def test_a_list_of_bad_members_alone_says_so_and_not_that_it_has_none(self) -> None:
        staff = Group("staff", (at("staff"),), bad_members=("b@@x",))
        assert told(categorizer(group("all", "staff"), staff)(mail("all"), OUTSIDE)) == ["5.1.3", "staff>0"]
