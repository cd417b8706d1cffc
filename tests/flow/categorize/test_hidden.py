"""Who is gone and who is hidden: tombstones (spec 5.1.1 f) and address book policies (spec 5.3.2 d)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from saywhy.infra.directory.table import TableDirectory
from saywhy.model.envelope import Origin
from saywhy.model.organisation import AddressBookPolicy, Contact, DirectoryObject, Mailbox, Tombstone
from tests.flow.categorize.corp import INSIDE, OUTSIDE, Asked, at, corp, failed, group, mail, mailbox, told

ANN = dataclasses.replace(mailbox("ann"), attributes=("part=north",))
BOB = dataclasses.replace(mailbox("bob"), attributes=("part=south",))
CARL = dataclasses.replace(mailbox("carl"), attributes=("part=north",))

GONE = {
    "gone": Tombstone("gone", "mailbox", (at("gone"), at("g")), 1_795_000_000.0, "root"),
    "older": Tombstone("older", "contact", (at("g"),), 1_794_000_000.0),
}
WHO = "mailbox gone, deleted 2026-11-18 11:06:40Z by root"


def asked(*items: DirectoryObject, books: Sequence[AddressBookPolicy] = (), stones: bool = False) -> Asked:
    organisation = dataclasses.replace(
        corp(*items),
        address_books={each.name.lower(): each for each in books},
        tombstones=GONE if stones else {},
    )
    return Asked(lambda: organisation, TableDirectory(lambda: organisation))


class TestTombstones:
    def test_one_of_ours_is_told_that_the_recipient_is_gone_and_the_administrator_who_it_was(self) -> None:
        [resolved] = asked(ANN, stones=True)(mail("G", sender="ann@corp.example"), INSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.1.1 RESOLVER.ADR.RecipDeleted; not found"
        assert (failure.cause, failure.evidence.name) == ("recipient-deleted", WHO)

    def test_a_stranger_learns_nothing(self) -> None:
        [resolved] = asked(ANN, stones=True)(mail("gone"), OUTSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"
        assert (failure.cause, failure.evidence.name) == ("recipient-unknown", WHO)

    @pytest.mark.parametrize("internal", [True, False])
    def test_the_refusal_at_rcpt_is_that_of_any_unknown_address(self, internal: bool) -> None:
        refused = asked(ANN, stones=True).lookup(at("gone"), internal=internal)
        assert refused is not None
        assert refused.failure.line() == "550 5.1.1 User unknown"
        assert refused.failure.evidence.name == WHO

    def test_a_forwarding_to_one_who_is_gone_names_both(self) -> None:
        [resolved] = asked(Contact("con", (at("con"),), at("gone")), stones=True)(mail("con"), OUTSIDE)
        assert failed(resolved).failure.line() == "550 5.1.1 RESOLVER.FWD.NotFound; not found"
        assert failed(resolved).failure.evidence.name == f"con: {WHO}"

    def test_an_address_that_somebody_has_again_is_his(self) -> None:
        assert told(asked(mailbox("gone"), stones=True)(mail("gone"), OUTSIDE)) == ["box:gone"]


NORTH = AddressBookPolicy("North", "part = north", "part = north")


class TestAddressBooks:
    @pytest.mark.parametrize(
        ("sender", "origin", "end"),
        [
            ("ann@corp.example", INSIDE, "5.3.2"),
            ("bob@corp.example", INSIDE, "box:bob"),  # no policy is for him
            ("ann@corp.example", OUTSIDE, "box:bob"),  # claimed by a stranger
            ("x@else.example", OUTSIDE, "box:bob"),
        ],
    )
    def test_a_recipient_is_hidden_from_senders_whose_policy_leaves_it_out(
        self, sender: str, origin: Origin, end: str
    ) -> None:
        assert told(asked(ANN, BOB, CARL, books=[NORTH])(mail("bob", sender=sender), origin)) == [end]

    def test_what_it_leaves_in_is_reached_and_the_sender_reaches_himself(self) -> None:
        alone = AddressBookPolicy("Nobody", "name = carl")
        results = asked(ANN, BOB, CARL, books=[alone])(mail("carl", "ann", sender="ann@corp.example"), INSIDE)
        assert told(results) == ["box:carl", "box:ann"]

    def test_the_failure_names_the_policy_to_administrators_alone(self) -> None:
        [resolved] = asked(ANN, BOB, books=[NORTH])(mail("bob", sender="ann@corp.example"), INSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.3.2 RESOLVER.RST.AddressBook; recipient not available to this sender"
        assert failure.evidence.name == "bob: North"

    def test_of_several_policies_the_lowest_priority_holds(self) -> None:
        everything = AddressBookPolicy("All", "kind = mailbox", priority=1)
        results = asked(ANN, BOB, books=[NORTH, everything])(mail("bob", sender="ann@corp.example"), INSIDE)
        assert told(results) == ["box:bob"]

    def test_hidden_members_of_a_group_that_is_seen_get_its_mail_and_so_do_substitutes(self) -> None:
        seen = dataclasses.replace(group("team", "bob", "carl"), attributes=("part=north",))
        forwards = dataclasses.replace(CARL, forwarding_address=at("bob"))
        ask = asked(ANN, BOB, forwards, seen, books=[NORTH])
        assert told(ask(mail("team", sender="ann@corp.example"), INSIDE)) == ["team>2", "box:bob"]
        assert told(ask(mail("carl", sender="ann@corp.example"), INSIDE)) == ["box:bob"]

    def test_a_hidden_recipient_is_no_near_miss_and_its_faults_are_not_told(self) -> None:
        broken = dataclasses.replace(BOB, unusable="deleted")
        ask = asked(ANN, broken, books=[NORTH])
        assert told(ask(mail("bob", sender="ann@corp.example"), INSIDE)) == ["5.3.2"]
        [unknown] = ask(mail("bobb", sender="ann@corp.example"), INSIDE)
        assert failed(unknown).failure.evidence.near == ()

    def test_what_the_system_itself_sends_is_not_kept_from_anybody(self) -> None:
        everyone = AddressBookPolicy("Nobody", "name = nobody")
        ask = asked(ANN, Mailbox("postmaster", (at("postmaster"),)), books=[everyone])
        assert told(ask(mail("ann", sender="postmaster@corp.example"), INSIDE)) == ["box:ann"]
