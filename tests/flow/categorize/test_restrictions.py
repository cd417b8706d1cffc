"""Who may write to whom, and how much: spec A6 rule 2, E rules 4 to 6, A2 5.7.1 to 5.7.3, 5.2.1, 5.2.3."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from saywhy.flow.stages import Held, Resolved
from saywhy.model.envelope import Origin
from saywhy.model.organisation import (
    Contact,
    ExpansionPermission,
    Folder,
    Group,
    Mailbox,
    MailboxType,
    TransportConfig,
)
from tests.flow.categorize.corp import INSIDE, OUTSIDE, Asked, at, categorizer, failed, group, mail, mailbox, told

ANN, BOB = mailbox("ann"), mailbox("bob")
STAFF = group("staff", "ann", "carl@else.example")


def box(name: str = "box", **properties: Any) -> Mailbox:
    return dataclasses.replace(mailbox(name), **properties)


def line(results: list[Resolved]) -> str:
    [resolved] = results
    return failed(resolved).failure.line() if resolved.outcome else "taken"


def write(categorize: Asked, to: str, sender: str, origin: Origin = INSIDE, size: int = 1000) -> str:
    return line(categorize(mail(to, sender=sender), origin, size))


AUTH_REQUIRED = "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"
NOT_AUTHORIZED = "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"
DENIED = "550 5.7.2 RESOLVER.GRP.ExpansionDenied; the sender may not use this list"
TOO_LARGE = "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"


def test_a_recipient_that_requires_a_sign_in_refuses_mail_from_outside() -> None:
    categorize = categorizer(box(require_sender_auth=True), ANN)
    assert write(categorize, "box", "x@else.example", OUTSIDE) == AUTH_REQUIRED
    assert write(categorize, "box", "ann") == "taken"


@pytest.mark.parametrize(
    ("sender", "origin", "taken"),
    [
        ("ann", INSIDE, True),
        ("ann.second", INSIDE, True),  # another address of hers
        ("ann", OUTSIDE, False),  # anybody can write that
        ("bob", INSIDE, False),
        ("partner@else.example", OUTSIDE, True),
        ("carl@else.example", OUTSIDE, False),
    ],
)
def test_only_those_on_the_list_may_write(sender: str, origin: Origin, taken: bool) -> None:
    listed = box(accept_from=(at("ann"), at("partner@else.example")))
    categorize = categorizer(listed, mailbox("ann", "ann", "ann.second"), BOB)
    assert write(categorize, "box", sender, origin) == ("taken" if taken else NOT_AUTHORIZED)


@pytest.mark.parametrize(("sender", "taken"), [("ann", True), ("carl@else.example", True), ("bob", False)])
def test_a_group_on_the_list_stands_for_its_members_however_nested(sender: str, taken: bool) -> None:
    outer = group("outer", "inner", "x@else.example")
    categorize = categorizer(
        box(accept_from=(at("outer"),)), outer, group("inner", "staff", "outer"), STAFF, ANN, BOB
    )
    assert write(categorize, "box", sender) == ("taken" if taken else NOT_AUTHORIZED)


def test_a_dynamic_group_on_the_list_stands_for_whoever_matches() -> None:
    brewers = Group("brewers", (at("brewers"),), filter="department = Brewery")
    anna = dataclasses.replace(ANN, attributes=("department=Brewery",))
    categorize = categorizer(box(accept_from=(at("brewers"),)), brewers, anna, BOB)
    assert write(categorize, "box", "ann") == "taken"
    assert write(categorize, "box", "bob") == NOT_AUTHORIZED


def test_a_contact_on_the_list_stands_for_its_address_elsewhere() -> None:
    partner = Contact("partner", (at("partner"),), at("p@else.example"))
    categorize = categorizer(box(accept_from=(at("partner"),)), partner)
    assert write(categorize, "box", "p@else.example", OUTSIDE) == "taken"


def test_rejected_goes_before_accepted() -> None:
    categorize = categorizer(box(accept_from=(at("ann"),), reject_from=(at("staff"),)), STAFF, ANN)
    assert write(categorize, "box", "ann") == NOT_AUTHORIZED
    assert write(categorize, "box", "carl@else.example", OUTSIDE) == NOT_AUTHORIZED


def test_a_rejected_address_is_rejected_even_where_it_is_only_claimed() -> None:
    categorize = categorizer(box(reject_from=(at("ann"),)), ANN)
    assert write(categorize, "box", "ann", OUTSIDE) == NOT_AUTHORIZED


@pytest.mark.parametrize("sender", ["", "postmaster"])
def test_reports_and_the_postmaster_are_exempt(sender: str) -> None:
    categorize = categorizer(box(accept_from=(at("ann"),), max_receive_size=10), ANN)
    assert write(categorize, "box", sender) == "taken"


def test_the_system_s_own_mailboxes_are_exempt() -> None:
    system = box("system", type=MailboxType.SYSTEM, max_send_size=1)
    categorize = categorizer(box(accept_from=(at("ann"),)), ANN, system)
    assert write(categorize, "box", "system") == "taken"


def test_nobody_reaches_a_group_from_outside_by_calling_himself_a_report() -> None:
    closed = dataclasses.replace(STAFF, require_sender_auth=True)
    assert write(categorizer(closed, ANN), "staff", "", OUTSIDE) == AUTH_REQUIRED
    assert write(categorizer(box(require_sender_auth=True)), "box", "", OUTSIDE) == "taken"


class TestSizes:
    def test_a_message_larger_than_the_recipient_takes_fails_with_both_numbers(self) -> None:
        categorize = categorizer(box(max_receive_size=1000), ANN)
        assert write(categorize, "box", "ann", size=1000) == "taken"
        [resolved] = categorize(mail("box", sender="ann"), INSIDE, 1001)
        failure = failed(resolved).failure
        assert (failure.line(), failure.cause) == (TOO_LARGE, "recipient-size-limit")
        assert (failure.evidence.observed, failure.evidence.limit, failure.evidence.name) == (1001, 1000, "box")

    def test_the_organisation_s_limit_is_for_mail_from_outside_to_those_without_one(self) -> None:
        config = TransportConfig(max_receive_size=1000)
        categorize = categorizer(box(), box("large", max_receive_size=5000), ANN, transport=config)
        assert write(categorize, "box", "x@else.example", OUTSIDE, 2000) == TOO_LARGE
        assert write(categorize, "large", "x@else.example", OUTSIDE, 2000) == "taken"
        assert write(categorize, "box", "ann", size=2000) == "taken"

    def test_a_restriction_goes_before_a_size(self) -> None:
        categorize = categorizer(box(max_receive_size=10, accept_from=(at("ann"),)), ANN)
        assert write(categorize, "box", "x@else.example", OUTSIDE) == NOT_AUTHORIZED

    def test_a_group_s_limit_stops_the_message_before_its_members(self) -> None:
        categorize = categorizer(dataclasses.replace(STAFF, max_receive_size=10), ANN)
        assert write(categorize, "staff", "ann") == TOO_LARGE

    def test_a_member_s_limit_is_its_own(self) -> None:
        small = dataclasses.replace(ANN, max_receive_size=10)
        results = categorizer(STAFF, small)(mail("staff"), OUTSIDE)
        assert told(results) == ["staff>2", "5.2.3", "to:carl@else.example"]

    def test_what_leaves_the_house_has_a_limit_unless_the_sender_has_one(self) -> None:
        config = TransportConfig(max_send_size=1000)
        large = box("large", max_send_size=5000)
        categorize = categorizer(ANN, large, transport=config)
        too_large = "550 5.2.3 RESOLVER.RST.SendSizeLimit; message too large for this sender"
        assert write(categorize, "x@else.example", "ann", size=2000) == too_large
        assert write(categorize, "x@else.example", "large", size=2000) == "taken"
        assert write(categorize, "large", "ann", size=2000) == "taken"


class TestGroups:
    @pytest.mark.parametrize(
        ("permission", "sender", "taken"),
        [
            (ExpansionPermission.MEMBERS, "ann", True),
            (ExpansionPermission.MEMBERS, "owner", True),
            (ExpansionPermission.MEMBERS, "bob", False),
            (ExpansionPermission.OWNERS, "ann", False),
            (ExpansionPermission.OWNERS, "owner", True),
        ],
    )
    def test_only_members_or_owners_may_use_such_a_group(
        self, permission: ExpansionPermission, sender: str, taken: bool
    ) -> None:
        staff = dataclasses.replace(STAFF, expansion_permission=permission, managed_by=(at("owner"),))
        results = categorizer(staff, ANN, BOB, mailbox("owner"))(mail("staff", sender=sender), INSIDE)
        assert (told(results)[0] == "staff>2") is taken
        if not taken:
            assert failed(results[0]).failure.line() == DENIED
            assert failed(results[0]).failure.cause == "expansion-denied"

    def test_hidden_members_are_not_reached_from_outside(self) -> None:
        categorize = categorizer(dataclasses.replace(STAFF, hidden_members=True), ANN)
        assert write(categorize, "staff", "x@else.example", OUTSIDE) == (
            "550 5.7.2 RESOLVER.GRP.ExpansionDenied; the list takes no mail from outside"
        )
        assert told(categorize(mail("staff", sender="ann"), INSIDE))[0] == "staff>2"

    def test_the_members_of_a_moderated_group_are_for_its_moderators(self) -> None:
        closed = dataclasses.replace(
            STAFF, moderated=True, moderators=(at("ann"),), bypass_moderation=(at("bob"),)
        )
        categorize = categorizer(closed, group("all", "staff", "bob"), ANN, BOB, mailbox("carl"))
        assert told(categorize(mail("staff", sender="ann"), INSIDE))[0] == "staff>2"
        assert told(categorize(mail("staff", sender="bob"), INSIDE))[0] == "staff>2"
        assert told(categorize(mail("staff", sender="carl"), INSIDE)) == ["staff?ann"]
        nested = categorize(mail("all", sender="carl"), INSIDE)
        assert told(nested) == ["all>2", "staff?ann", "box:bob"]
        assert [each.outcome.nested for each in nested if isinstance(each.outcome, Held)] == [True]


class TestFolders:
    DENIED = "550 5.2.1 STOREDRV.Deliver.Permission; public folder permission"

    def test_by_default_colleagues_may_post_and_strangers_may_not(self) -> None:
        categorize = categorizer(Folder("problems", (at("problems"),)), ANN)
        assert told(categorize(mail("problems", sender="ann"), INSIDE)) == ["box:problems"]
        assert write(categorize, "problems", "x@else.example", OUTSIDE) == self.DENIED
        assert write(categorize, "problems", "ann", OUTSIDE) == self.DENIED

    def test_anonymous_with_create_items_lets_everybody_post(self) -> None:
        folder = Folder("problems", (at("problems"),), permissions=("Anonymous: CreateItems",))
        categorize = categorizer(folder)
        assert told(categorize(mail("problems"), OUTSIDE)) == ["box:problems"]

    def test_an_item_larger_than_the_folder_takes_fails(self) -> None:
        categorize = categorizer(Folder("problems", (at("problems"),), max_item_size=10), ANN)
        assert write(categorize, "problems", "ann") == TOO_LARGE
