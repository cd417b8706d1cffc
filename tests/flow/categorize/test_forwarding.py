"""Forwarding, broken objects, dynamic groups, lists, old internal addresses: spec E and the codes of A2."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from saywhy.model.envelope import Notify
from saywhy.model.organisation import (
    AmbiguousAction,
    Contact,
    DirectoryObject,
    Folder,
    Group,
    Mailbox,
    TransportConfig,
)
from saywhy.model.outcome import Deferred
from tests.flow.categorize.corp import (
    INSIDE,
    OUTSIDE,
    at,
    categorizer,
    contact,
    failed,
    group,
    mail,
    mailbox,
    rcpt,
    told,
)

ANN, BOB = mailbox("ann"), mailbox("bob")


def box(name: str, forward: str = "", **properties: Any) -> Mailbox:
    target = at(forward) if forward else None
    return dataclasses.replace(mailbox(name), forwarding_address=target, **properties)


class TestForwarding:
    def test_a_mailbox_that_was_moved_and_forwards_is_no_fault(self) -> None:
        [resolved] = categorizer(box("ann", "bob", moved=True), BOB)(mail("ann"), OUTSIDE)
        assert resolved.mailbox == "bob"

    def test_a_mailbox_that_forwards_gets_no_copy_and_passes_all_wishes_on(self) -> None:
        recipient = rcpt("ann", Notify.SUCCESS)
        [resolved] = categorizer(box("ann", "bob"), BOB)(mail(recipient), OUTSIDE)
        assert (resolved.mailbox, resolved.recipient) == ("bob", recipient)

    def test_a_mailbox_that_keeps_a_copy_delivers_and_forwards(self) -> None:
        results = categorizer(box("ann", "bob", deliver_and_forward=True), BOB)(
            mail(rcpt("ann", Notify.SUCCESS)), OUTSIDE
        )
        assert told(results) == ["box:ann", "box:bob"]
        assert [each.recipient.notify for each in results] == [Notify.SUCCESS, Notify.NEVER]

    def test_an_address_anywhere_may_be_forwarded_to(self) -> None:
        away = dataclasses.replace(ANN, forwarding_smtp_address=at("ann@else.example"))
        assert told(categorizer(away)(mail("ann"), OUTSIDE)) == ["to:ann@else.example"]

    def test_the_recipient_of_ours_goes_before_the_address_anywhere(self) -> None:
        both = box("ann", "bob", forwarding_smtp_address=at("ann@else.example"))
        assert told(categorizer(both, BOB)(mail("ann"), OUTSIDE)) == ["box:bob"]

    @pytest.mark.parametrize("target", ["gone", "gone@else.example"])
    def test_a_forwarding_address_that_is_gone_fails(self, target: str) -> None:
        [resolved] = categorizer(box("ann", target))(mail("ann"), OUTSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.1.1 RESOLVER.FWD.NotFound; not found"
        assert failure.evidence.name == "ann"

    def test_a_copy_whose_target_is_gone_fails_beside_the_delivery(self) -> None:
        results = categorizer(box("ann", "gone", deliver_and_forward=True))(mail("ann"), OUTSIDE)
        assert told(results) == ["box:ann", "5.1.1"]
        assert failed(results[1]).failure.tag == "RESOLVER.FWD.NotFound"

    @pytest.mark.parametrize(
        ("objects", "chain"),
        [
            ([box("ann", "con"), contact("con", "ann")], "ann -> con -> ann"),  # 5.4.6 a
            ([box("ann", "bob"), box("bob", "ann")], "ann -> bob -> ann"),  # 5.4.6 b
        ],
    )
    def test_forwarding_in_a_circle_fails_with_5_4_6(self, objects: list[DirectoryObject], chain: str) -> None:
        [resolved] = categorizer(*objects)(mail("ann"), OUTSIDE)
        failure = failed(resolved).failure
        assert (str(failure.status), failure.evidence.name) == ("5.4.6", chain)

    def test_two_that_forward_to_one_another_and_keep_copies_are_harmless(self) -> None:
        ann, bob = (box(one, other, deliver_and_forward=True) for one, other in (("ann", "bob"), ("bob", "ann")))
        results = categorizer(ann, bob)(mail("ann"), OUTSIDE)
        assert told(results) == ["box:ann", "box:bob"]
        assert len(results[0].duplicates) == 1

    def test_a_message_that_may_not_go_to_a_substitute_is_not_forwarded(self) -> None:
        [resolved] = categorizer(box("ann", "bob"), BOB)(mail("ann"), OUTSIDE, no_alternate=True)
        failure = failed(resolved).failure
        assert failure.line() == (
            "550 5.7.3 RESOLVER.FWD.NotAuthorized; may not be redirected to the alternate recipient"
        )
        keeps = box("ann", "bob", deliver_and_forward=True)
        assert told(categorizer(keeps, BOB)(mail("ann"), OUTSIDE, no_alternate=True)) == ["box:ann"]

    def test_a_substitute_who_may_not_be_written_to_fails_with_5_7_3(self) -> None:
        closed = dataclasses.replace(BOB, require_sender_auth=True)
        for keeps in (False, True):
            results = categorizer(box("ann", "bob", deliver_and_forward=keeps), closed)(mail("ann"), OUTSIDE)
            failure = failed(results[-1]).failure
            assert (failure.cause, failure.evidence.name) == ("substitute-restricted", "ann -> bob")

    def test_a_folder_may_forward(self) -> None:
        folder = Folder(
            "f",
            (at("f"),),
            forwarding_address=at("bob"),
            deliver_and_forward=True,
            permissions=("Anonymous: Author",),
        )
        assert told(categorizer(folder, BOB)(mail("f"), OUTSIDE)) == ["box:f", "box:bob"]


class TestBrokenObjects:
    @pytest.mark.parametrize(
        ("item", "line"),
        [
            (Contact("x", (at("x"),)), "550 5.1.0 RESOLVER.ADR.NoTarget; contact without external address"),
            (
                dataclasses.replace(mailbox("x"), unusable="deleted"),
                "550 5.1.5 RESOLVER.ADR.InvalidObject; the recipient's entry is not usable",
            ),
            (
                dataclasses.replace(mailbox("x"), home="db7"),
                "550 5.1.6 RESOLVER.ADR.HomeDatabaseMissing; the mailbox's database is not known",
            ),
            (
                dataclasses.replace(mailbox("x"), moved=True),
                "550 5.1.6 RESOLVER.ADR.Moved; the mailbox was moved away",
            ),
            (dataclasses.replace(mailbox("x"), disabled=True), "550 5.2.1 STOREDRV.Deliver; mailbox disabled"),
            (
                Group("x", (at("x"),), filter="nonsense"),
                "550 5.2.4 RESOLVER.GRP.BadFilter; the group's filter is invalid",
            ),
            (
                Group("x", (at("x"),), filter="name = *", filter_container="corp.example/Gone"),
                "550 5.2.4 RESOLVER.GRP.BadContainer; the group's container does not exist",
            ),
            (
                dataclasses.replace(group("x", "ann", "bob"), expansion_server="mx2.corp.example"),
                "550 5.2.4 RESOLVER.GRP.ExpansionServer; the expansion server is not reached",
            ),
        ],
    )
    def test_each_fault_of_an_object_has_its_code(self, item: DirectoryObject, line: str) -> None:
        [resolved] = categorizer(item, ANN, BOB)(mail("x"), OUTSIDE)
        assert failed(resolved).failure.line() == line
        assert failed(resolved).failure.evidence.name.startswith("x")

    def test_a_home_that_is_known_and_an_expansion_server_that_we_are_are_no_faults(self) -> None:
        here = dataclasses.replace(group("x", "ann", "bob"), expansion_server="MX.corp.example")
        home = dataclasses.replace(ANN, home="DB1")
        results = categorizer(here, home, BOB, transport=TransportConfig(mailbox_stores=("db1",)))(
            mail("x"), OUTSIDE
        )
        assert told(results) == ["x>2", "box:ann", "box:bob"]

    def test_an_address_that_two_own_can_wait_for_a_synchronisation(self) -> None:
        config = TransportConfig(ambiguous_action=AmbiguousAction.DEFER)
        [resolved] = categorizer(ANN, mailbox("other", "ann"), transport=config)(mail("ann"), OUTSIDE)
        assert isinstance(resolved.outcome, Deferred)
        assert resolved.outcome.failure.line() == "420 4.2.0 RESOLVER.ADR.Ambiguous; ambiguous address"


class TestDynamicGroups:
    BREWERS = Group("brewers", (at("brewers"),), (at("x@else.example"),), filter="department = Brewery")

    def test_everybody_who_matches_is_a_member_beside_those_by_name(self) -> None:
        ann, bob = (dataclasses.replace(each, attributes=("department=Brewery",)) for each in (ANN, BOB))
        results = categorizer(self.BREWERS, ann, bob, mailbox("carl"))(mail("brewers"), OUTSIDE)
        assert told(results) == ["brewers>3", "to:x@else.example", "box:ann", "box:bob"]

    def test_only_those_in_the_container(self) -> None:
        ann = dataclasses.replace(ANN, container="corp.example/Staff/North")
        staff = Group("staff", (at("staff"),), filter="kind = mailbox", filter_container="corp.example/Staff")
        assert told(categorizer(staff, ann, BOB)(mail("staff"), OUTSIDE)) == ["staff>1", "box:ann"]

    def test_the_group_itself_is_no_member(self) -> None:
        everybody = Group("all", (at("all"),), filter="name = *")
        assert told(categorizer(everybody, ANN)(mail("all"), OUTSIDE)) == ["all>1", "box:ann"]

    def test_one_that_nobody_matches_fails_like_one_without_members(self) -> None:
        nobody = Group("none", (at("none"),), filter="department = Brewery")
        [resolved] = categorizer(nobody, ANN)(mail("none"), OUTSIDE)
        assert failed(resolved).failure.tag == "RESOLVER.GRP.NoMembers"


class TestLegacyAddresses:
    OLD = dataclasses.replace(ANN, other_addresses=("X500:/o=Corp/cn=ann.old", "FAX:+44 1"))

    @pytest.mark.parametrize(
        "text", ["IMCEAEX-_O=CORP_CN=ANN+2EOLD", "imceaex-_o=corp_cn=ann.old", "IMCEAFAX-+2B44+201"]
    )
    def test_an_old_internal_address_finds_its_recipient(self, text: str) -> None:
        categorize = categorizer(self.OLD)
        assert categorize.lookup(at(text), internal=True) is None
        assert told(categorize(mail(text), INSIDE)) == ["box:ann"]

    def test_one_that_nobody_has_fails_in_its_own_words(self) -> None:
        [resolved] = categorizer(self.OLD)(mail("IMCEAEX-_O=CORP_CN=GONE"), INSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found"
        assert failure.cause == "legacy-address-unknown"

    @pytest.mark.parametrize("kind", ["SMTP", "X500", "INVALID"])
    def test_some_kinds_may_not_be_encapsulated(self, kind: str) -> None:
        [resolved] = categorizer(self.OLD)(mail(f"IMCEA{kind}-x"), INSIDE)
        assert failed(resolved).failure.line().startswith("550 5.1.0 RESOLVER.ADR.InvalidInSmtp; ")


def test_answers_to_the_system_recipient_reach_whom_it_names_or_the_postmaster() -> None:
    config = TransportConfig(report_postmaster="noreply@corp.example", reply_recipient="Bob")
    categorize = categorizer(ANN, BOB, transport=config)
    assert categorize.lookup(at("noreply"), internal=False) is None
    assert told(categorize(mail("NoReply"), OUTSIDE)) == ["box:bob"]
    config = TransportConfig(report_postmaster="noreply@corp.example")
    assert told(categorizer(ANN, transport=config)(mail("noreply"), OUTSIDE)) == ["box:postmaster"]


class TestLists:
    """A group whose reports do not go to the sender is a list: errata 10, 26, 66."""

    def test_its_members_get_the_owner_s_reverse_path_and_no_wish_of_the_sender(self) -> None:
        staff = dataclasses.replace(
            group("staff", "ann", "x@else.example"),
            report_to_originator=False,
            report_to_manager=True,
            managed_by=(at("bob"),),
        )
        results = categorizer(staff, ANN, BOB)(mail(rcpt("staff", Notify.SUCCESS, "team"), "bob"), OUTSIDE)
        expanded, bob, ann, other = results
        assert expanded.outcome is not None
        assert (expanded.outcome, expanded.fork) == (type(expanded.outcome)("staff", 2, list=True), None)
        assert bob.fork is None
        for member, address in ((ann, at("ann")), (other, at("x@else.example"))):
            assert member.fork is not None
            assert (member.fork.sender, member.fork.group) == (at("bob"), "staff")
            assert member.recipient == rcpt(str(address))

    def test_with_neither_switch_reports_go_nowhere(self) -> None:
        staff = dataclasses.replace(group("staff", "ann"), report_to_originator=False)
        expanded, member = categorizer(staff, ANN)(mail("staff"), OUTSIDE)
        assert told([expanded]) == ["staff>1"]
        assert member.fork is not None
        assert member.fork.sender is None

    def test_a_report_never_gets_a_reverse_path(self) -> None:
        """It would breed others for ever where the owner of a list is that list."""
        staff = dataclasses.replace(group("staff", "ann", "gone"), report_to_originator=False)
        staff = dataclasses.replace(staff, report_to_manager=True, managed_by=(at("staff"),))
        results = categorizer(staff, ANN)(mail("staff", sender=""), INSIDE)
        assert [each.fork and each.fork.sender for each in results] == [None, None, None]

    def test_a_nested_group_reports_as_the_list_around_it(self) -> None:
        staff = dataclasses.replace(group("staff", "inner", "bob"), report_to_originator=False)
        results = categorizer(staff, group("inner", "ann", "gone"), ANN, BOB)(mail("staff"), OUTSIDE)
        assert told(results) == ["staff>2", "inner>2", "box:bob", "box:ann", "5.1.1"]
        assert [each.fork is not None for each in results] == [False, True, True, True, True]
