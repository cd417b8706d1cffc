"""Contacts, groups, loops, duplicates, and which DSN wishes members inherit (RFC 3461 section 5.2.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.infra.directory.table import TableDirectory
from saywhy.model.envelope import Notify, OriginalRecipient
from saywhy.model.organisation import Contact, DirectoryObject, Group, Mailbox, TransportConfig
from saywhy.model.outcome import Expanded, Failed
from tests.flow.categorize.corp import (
    INSIDE,
    OUTSIDE,
    Asked,
    at,
    categorizer,
    contact,
    corp,
    failed,
    group,
    mail,
    mailbox,
    rcpt,
    told,
)

ANN, BOB = mailbox("ann"), mailbox("bob")


class TestContacts:
    def test_mail_for_a_contact_goes_to_its_external_address(self) -> None:
        recipient = rcpt("con", Notify.SUCCESS, "con@corp.example")
        [resolved] = categorizer(contact("con", "Con@else.example"))(mail(recipient), OUTSIDE)
        assert resolved.address == at("Con@else.example")
        assert resolved.recipient is recipient

    def test_a_contact_whose_external_address_is_ours_is_looked_up_again(self) -> None:
        categorize = categorizer(contact("one", "two"), contact("two", "ann"), ANN)
        assert told(categorize(mail("one"), OUTSIDE)) == ["box:ann"]

    def test_a_contact_may_lead_to_a_group(self) -> None:
        categorize = categorizer(contact("one", "all"), group("all", "ann", "bob"), ANN, BOB)
        assert told(categorize(mail("one"), OUTSIDE)) == ["all>2", "box:ann", "box:bob"]

    @pytest.mark.parametrize(
        ("objects", "chain"),
        [
            ([contact("a", "a")], "a -> a"),
            ([contact("a", "b"), contact("b", "a")], "a -> b -> a"),
            ([contact("a", "b"), contact("b", "c"), contact("c", "b")], "a -> b -> c -> b"),
            ([contact("a", "b"), group("b", "a")], "a -> b -> a"),
            ([group("a", "b"), group("b", "a")], "a -> b -> a"),
        ],
    )
    def test_a_chain_that_comes_back_fails_with_5_4_6_showing_it(
        self, objects: list[DirectoryObject], chain: str
    ) -> None:
        [resolved] = categorizer(*objects)(mail("a"), OUTSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.4.6 RESOLVER.FWD.Loop; forwarding loop in the directory"
        assert failure.cause == "directory-loop"
        assert failure.evidence.name == chain

    def test_a_contact_that_leads_to_nobody_fails_as_a_target_that_is_gone(self) -> None:
        [resolved] = categorizer(contact("con", "gone"), mailbox("gon"))(mail("con"), INSIDE)
        failure = failed(resolved).failure
        assert failure.line() == "550 5.1.1 RESOLVER.FWD.NotFound; not found"
        assert failure.evidence.name == "con"
        assert failure.evidence.near == ()
        assert resolved.recipient.address == at("con")
        assert resolved.address == at("gone")

    def test_a_long_chain_ends_at_the_limit(self) -> None:
        chain = [contact(f"c{number}", f"c{number + 1}") for number in range(50)]
        end = mailbox("c50")
        deep = categorizer(*chain, end, transport=TransportConfig(max_group_depth=50))
        assert told(deep(mail("c0"), OUTSIDE)) == ["box:c50"]
        shallow = categorizer(*chain, end, transport=TransportConfig(max_group_depth=49))
        [resolved] = shallow(mail("c0"), OUTSIDE)
        failure = failed(resolved).failure
        assert str(failure.status) == "5.4.6"
        assert (failure.evidence.observed, failure.evidence.limit) == (50, 49)


class TestGroups:
    def test_a_group_is_expanded_and_its_members_follow(self) -> None:
        results = categorizer(group("All", "ann", "x@else.example"), ANN)(mail("all"), OUTSIDE)
        assert results[0].outcome == Expanded("All", 2)
        assert told(results) == ["All>2", "box:ann", "to:x@else.example"]
        assert [each.recipient.address for each in results] == [at("all")] * 3

    def test_nested_groups_reach_each_member_once(self) -> None:
        categorize = categorizer(
            group("all", "east", "west", "ann"), group("east", "ann", "bob"), group("west", "bob", "ann"), ANN, BOB
        )
        results = categorize(mail("all"), OUTSIDE)
        assert told(results) == ["all>3", "east>2", "west>2", "box:ann", "box:bob"]

    def test_what_was_left_out_is_said(self) -> None:
        categorize = categorizer(group("all", "ann", "bob"), mailbox("ann", "ann", "annie"), BOB)
        results = categorize(mail("ann", "all", "annie", "ann"), OUTSIDE)
        assert told(results) == ["box:ann", "all>2", "box:bob"]
        assert [each.address for each in results[0].duplicates] == [at("annie"), at("ann"), at("all")]
        assert results[1].duplicates == ()

    def test_a_recipient_named_in_the_envelope_keeps_its_own_wishes_beside_a_group(self) -> None:
        categorize = categorizer(group("all", "ann", "bob"), ANN, BOB)
        direct = rcpt("ann", Notify.SUCCESS)
        results = categorize(mail(rcpt("all", Notify.NEVER), direct), OUTSIDE)
        [ann] = [each for each in results if each.mailbox == "ann"]
        assert ann.recipient is direct

    @pytest.mark.parametrize(
        "objects",
        [
            [group("a", "b", "ann"), group("b", "a", "bob")],
            [group("a", "a", "ann", "bob")],
            [group("a", "b", "ann", "bob"), group("b", "a")],
            [group("a", "c", "ann", "bob"), contact("c", "a")],
        ],
    )
    def test_groups_that_contain_one_another_deliver_once(self, objects: list[DirectoryObject]) -> None:
        results = categorizer(*objects, ANN, BOB)(mail("a"), OUTSIDE)
        words = told(results)
        assert words.count("box:ann") == words.count("box:bob") == 1
        assert not any(isinstance(each.outcome, Failed) for each in results)

    def test_a_member_that_does_not_exist_fails_alone_naming_the_group(self) -> None:
        results = categorizer(group("all", "ann", "gone"), ANN, mailbox("gon"))(mail("all"), INSIDE)
        assert told(results) == ["all>2", "box:ann", "5.1.1"]
        failure = failed(results[2]).failure
        assert failure.line() == "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"
        assert failure.evidence.name == "all"
        assert failure.evidence.near == ()  # the sender did not type it
        assert results[2].address == at("gone")

    def test_a_member_missing_from_two_groups_fails_for_each(self) -> None:
        categorize = categorizer(group("a", "ann", "gone"), group("b", "ann", "gone"), ANN)
        results = categorize(mail("a", "b"), OUTSIDE)
        assert [each.recipient.address for each in results if isinstance(each.outcome, Failed)] == [
            at("a"),
            at("b"),
        ]

    @pytest.mark.parametrize(
        "objects",
        [
            [group("a")],
            [group("a", "b", "c"), group("b"), group("c")],
            [group("a", "b", "c"), group("b", "a", "c"), group("c", "a", "b")],
        ],
    )
    def test_a_group_that_leads_to_nobody_fails_instead_of_swallowing_the_message(
        self, objects: list[DirectoryObject]
    ) -> None:
        results = categorizer(*objects)(mail("a"), OUTSIDE)
        assert told(results) == ["5.2.4"]
        failure = failed(results[0]).failure
        assert failure.cause == "group-not-expandable"
        assert failure.tag == "RESOLVER.GRP.NoMembers"
        assert failure.evidence.name == "a"

    def test_an_empty_group_among_others_is_no_failure(self) -> None:
        results = categorizer(group("a", "empty", "ann"), group("empty"), ANN)(mail("a"), OUTSIDE)
        assert told(results) == ["a>2", "box:ann"]

    def test_groups_nested_too_deeply_fail_where_the_limit_is(self) -> None:
        objects = [group(f"g{number}", f"g{number + 1}", "ann") for number in range(10)]
        categorize = categorizer(*objects, mailbox("g10"), ANN, transport=TransportConfig(max_group_depth=3))
        results = categorize(mail("g0"), OUTSIDE)
        assert told(results) == ["g0>2", "g1>2", "box:ann", "g2>2", "5.4.6"]
        failure = failed(results[-1]).failure
        assert failure.tag == "RESOLVER.FWD.Depth"
        assert failure.evidence.name == "g0 -> g1 -> g2 -> g3"

    def test_a_group_too_large_fails_whole(self) -> None:
        large = group("large", *(f"u{n}@x.example" for n in range(9)))
        categorize = categorizer(
            group("small", "ann", "bob"), large, ANN, BOB, transport=TransportConfig(max_group_members=10)
        )
        results = categorize(mail("small", "large"), OUTSIDE)
        assert told(results) == ["small>2", "5.2.4", "box:ann", "box:bob"]
        evidence = failed(results[1]).failure.evidence
        assert (evidence.name, evidence.observed, evidence.limit) == ("large", 11, 10)

    def test_ten_thousand_members_are_expanded(self) -> None:
        boxes = [mailbox(f"user{number}") for number in range(10_000)]
        results = categorizer(group("all", *(box.name for box in boxes)), *boxes)(mail("all"), OUTSIDE)
        assert len(results) == 10_001


class TestWishes:
    """RFC 3461 section 5.2.7.2 and 5.2.7.3, errata 1."""

    @pytest.mark.parametrize(
        ("asked", "passed_on"),
        [
            (Notify.ABSENT, Notify.ABSENT),
            (Notify.NEVER, Notify.NEVER),
            (Notify.FAILURE, Notify.FAILURE),
            (Notify.FAILURE | Notify.DELAY, Notify.FAILURE | Notify.DELAY),
            (Notify.SUCCESS | Notify.FAILURE, Notify.FAILURE),
            (Notify.SUCCESS | Notify.FAILURE | Notify.DELAY, Notify.FAILURE | Notify.DELAY),
            (Notify.SUCCESS, Notify.NEVER),
        ],
    )
    def test_members_of_a_group_inherit_its_wishes_without_success(self, asked: Notify, passed_on: Notify) -> None:
        categorize = categorizer(group("all", "ann", "bob"), ANN, BOB)
        expanded, *members = categorize(mail(rcpt("all", asked, "team@x.example")), OUTSIDE)
        assert expanded.recipient.notify == asked
        assert [each.recipient.notify for each in members] == [passed_on] * 2
        original = OriginalRecipient("rfc822", "team@x.example")
        assert {each.recipient.original for each in members} == {original}

    def test_no_orcpt_is_added_for_members(self) -> None:
        results = categorizer(group("all", "ann", "bob"), ANN, BOB)(mail("all"), OUTSIDE)
        assert {each.recipient.original for each in results} == {None}

    def test_a_group_of_one_passes_everything_on_and_reports_nothing(self) -> None:
        recipient = rcpt("all", Notify.SUCCESS | Notify.FAILURE, "team@x.example")
        for members in (("ann",), ("ann", "ann@CORP.example")):
            [resolved] = categorizer(group("all", *members), ANN)(mail(recipient), OUTSIDE)
            assert (resolved.mailbox, resolved.outcome) == ("ann", None)
            assert resolved.recipient is recipient

    def test_a_nested_group_passes_on_what_it_inherited(self) -> None:
        categorize = categorizer(group("all", "east", "ann"), group("east", "bob", "x@else.example"), ANN, BOB)
        results = categorize(mail(rcpt("all", Notify.SUCCESS)), OUTSIDE)
        notify = {each: result.recipient.notify for each, result in zip(told(results), results, strict=True)}
        assert notify["all>2"] == Notify.SUCCESS
        assert notify["east>2"] == notify["box:bob"] == notify["to:x@else.example"] == Notify.NEVER


NAMES = "abcdef"


def _objects() -> st.SearchStrategy[list[DirectoryObject]]:
    """Any tangle of contacts and groups over a few names, some of which are mailboxes and some nobody."""
    target = st.sampled_from([*NAMES, "gone", "x@else.example", "y@inner.example"])

    def one(name: str) -> st.SearchStrategy[DirectoryObject | None]:
        groups = st.lists(target, max_size=4).map(lambda members: group(name, *members))
        return st.one_of(st.none(), st.just(mailbox(name)), target.map(lambda to: contact(name, to)), groups)

    return st.tuples(*map(one, NAMES)).map(lambda made: [each for each in made if each is not None])


@given(_objects(), st.lists(st.sampled_from([*NAMES, "gone", "x@else.example"]), min_size=1, max_size=5))
def test_any_tangle_reaches_whoever_can_be_reached_once_and_fails_where_nobody_can(
    objects: list[DirectoryObject], recipients: list[str]
) -> None:
    organisation = corp(*objects)
    directory = TableDirectory(lambda: organisation)
    results = Asked(lambda: organisation, directory)(mail(*recipients), OUTSIDE)
    goals = [each.mailbox or str(each.address) for each in results if each.outcome is None]
    assert sorted(goals) == sorted(set().union(*(_reachable(each, objects) for each in recipients)))
    for recipient in recipients:
        address = at(recipient)
        own = [each for each in results if each.recipient.address == address]
        left_out = any(address == other.address for each in results for other in each.duplicates)
        assert own or left_out
        if not _reachable(recipient, objects):
            assert left_out or any(isinstance(each.outcome, Failed) for each in own)


def _reachable(start: str, objects: list[DirectoryObject]) -> set[str]:
    """The mailboxes and foreign addresses that `start` leads to, found in the plainest way."""
    by_address = {str(item.addresses[0]): item for item in objects}
    seen: set[str] = set()
    goals: set[str] = set()
    waiting = [str(at(start))]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        match by_address.get(address):
            case Mailbox(name):
                goals.add(name)
            case Contact(external=external):
                waiting.append(str(external))
            case Group(members=members):
                waiting.extend(map(str, members))
            case None:
                goals.update(set() if address.endswith("@corp.example") else {address})
    return goals
