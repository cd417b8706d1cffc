"""What each recipient is: spec A6.2, E, F4, the triggers of 5.1.1, 5.1.4, 5.5.3; R26."""

from __future__ import annotations

import pytest

from saywhy.infra.directory.table import TableDirectory
from saywhy.model.evidence import Stage, Step
from saywhy.model.organisation import TransportConfig
from saywhy.model.outcome import Deferred
from tests.flow.categorize.corp import (
    INSIDE,
    OUTSIDE,
    Asked,
    DownDirectory,
    at,
    categorizer,
    contact,
    corp,
    failed,
    group,
    mail,
    mailbox,
    told,
)


def test_a_mailbox_is_found_by_any_of_its_addresses_and_spellings() -> None:
    categorize = categorizer(mailbox("Ann", "ann", "ann.oakley@branch.example"))
    for text in ("ann", "ANN@Corp.Example", '"ann"@corp.example', "ann.oakley@branch.example"):
        [resolved] = categorize(mail(text), OUTSIDE)
        assert (resolved.mailbox, resolved.address, resolved.outcome) == ("Ann", at("ann"), None)
        assert resolved.recipient.address == at(text)


def test_an_unknown_recipient_of_an_authoritative_domain_fails_with_5_1_1() -> None:
    [resolved] = categorizer(mailbox("ann"))(mail("jethro"), OUTSIDE)
    failure = failed(resolved).failure
    assert failure.line() == "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"
    assert failure.cause == "recipient-unknown"
    assert failure.permanent
    assert failure.evidence.stage is Stage.CATEGORIZE


def test_a_colleague_is_told_the_near_misses_of_a_mistyped_address() -> None:
    categorize = categorizer(mailbox("jethro.b"), mailbox("jethr"), mailbox("beth"), mailbox("zoe"))
    [resolved] = categorize(mail("jethro"), INSIDE)
    assert failed(resolved).failure.evidence.near == ("jethr@corp.example", "jethro.b@corp.example")


def test_a_stranger_is_told_no_near_misses() -> None:
    [resolved] = categorizer(mailbox("jethr"))(mail("jethro"), OUTSIDE)
    assert failed(resolved).failure.evidence.near == ()


def test_near_misses_can_be_switched_off() -> None:
    categorize = categorizer(mailbox("jethr"), transport=TransportConfig(near_misses=False))
    [resolved] = categorize(mail("jethro"), INSIDE)
    assert failed(resolved).failure.evidence.near == ()
    refused = categorize.lookup(at("jethro"), internal=True)
    assert refused is not None
    assert refused.failure.evidence.near == ()


def test_near_misses_are_searched_for_a_few_recipients_of_a_message_only() -> None:
    wrong = [f"jethr{number:04}" for number in range(40)]
    results = categorizer(mailbox("jethr0"))(mail(*wrong), INSIDE)
    assert told(results) == ["5.1.1"] * 40
    results = categorizer(mailbox("jethr00"))(mail(*wrong), INSIDE)
    assert sum(bool(failed(each).failure.evidence.near) for each in results) == 20


def test_an_address_that_two_objects_own_fails_with_5_1_4_naming_them() -> None:
    categorize = categorizer(mailbox("ann"), mailbox("Oakley", "oakley", "ann"))
    [resolved] = categorize(mail("ann"), OUTSIDE)
    failure = failed(resolved).failure
    assert failure.line() == "550 5.1.4 RESOLVER.ADR.Ambiguous; ambiguous address"
    assert failure.cause == "recipient-ambiguous"
    assert failure.evidence.name == "ann, Oakley"


def test_an_object_that_lists_an_address_twice_is_not_ambiguous() -> None:
    assert told(categorizer(mailbox("ann", "ann", "Ann"))(mail("ann"), OUTSIDE)) == ["box:ann"]


def test_an_internal_relay_domain_looks_in_the_directory_first() -> None:
    categorize = categorizer(mailbox("ann", "ann@inner.example"))
    results = categorize(mail("ann@inner.example", "bob@inner.example"), OUTSIDE)
    assert told(results) == ["box:ann", "to:bob@inner.example"]


def test_external_relay_and_foreign_domains_are_relayed_without_asking_the_directory() -> None:
    organisation = corp(mailbox("ann", "ann@outer.example", "ann@else.example"))
    down = DownDirectory(TableDirectory(lambda: organisation), "ann@outer.example", "ann@else.example")
    results = Asked(lambda: organisation, down)(mail("ann@outer.example", "ann@else.example"), OUTSIDE)
    assert told(results) == ["to:ann@outer.example", "to:ann@else.example"]


def test_the_case_of_a_foreign_local_part_is_kept() -> None:
    results = categorizer()(mail("Bob@else.example", "bob@else.example", "bob@ELSE.example"), OUTSIDE)
    assert told(results) == ["to:Bob@else.example", "to:bob@else.example"]


def test_a_domain_is_ours_in_unicode_and_in_a_labels() -> None:
    categorize = categorizer(mailbox("ann"))
    assert told(categorize(mail("ann@CORP.example"), OUTSIDE)) == ["box:ann"]


def test_more_recipients_than_allowed_fail_the_whole_message_with_5_5_3() -> None:
    categorize = categorizer(mailbox("ann"), transport=TransportConfig(max_recipients=2))
    results = categorize(mail("ann", "bob", "cyd"), OUTSIDE)
    assert told(results) == ["5.5.3"] * 3
    failure = failed(results[0]).failure
    assert failure.line() == "550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients"
    assert (failure.evidence.observed, failure.evidence.limit) == (3, 2)
    assert failure.cause == "too-many-recipients"


def test_a_group_counts_as_one_recipient() -> None:
    everybody = [f"user{number}@else.example" for number in range(10)]
    categorize = categorizer(group("all", *everybody), transport=TransportConfig(max_recipients=1))
    assert told(categorize(mail("all"), OUTSIDE))[0] == "all>10"


def test_a_directory_that_is_down_defers_the_whole_message() -> None:
    organisation = corp(mailbox("ann"), mailbox("bob"), group("all", "ann", "bob"))
    down = DownDirectory(TableDirectory(lambda: organisation), "bob")
    results = Asked(lambda: organisation, down)(mail("ann", "all"), OUTSIDE)
    assert told(results) == ["4.3.0", "4.3.0"]
    assert [each.recipient.address for each in results] == [at("ann"), at("all")]
    assert isinstance(results[0].outcome, Deferred)
    failure = results[0].outcome.failure
    assert failure.cause == "directory-unavailable"
    assert not failure.permanent
    assert failure.reply == 451
    assert failure.evidence.name == "ldap.corp.example: connection refused"


def test_near_misses_that_cannot_be_searched_do_not_defer() -> None:
    organisation = corp(mailbox("ann"))
    down = DownDirectory(TableDirectory(lambda: organisation))
    [resolved] = Asked(lambda: organisation, down)(mail("anne"), INSIDE)
    assert failed(resolved).failure.evidence.near == ()


class TestLookup:
    """What RCPT asks."""

    def test_recipients_that_exist_are_taken(self) -> None:
        categorize = categorizer(mailbox("ann"), contact("con", "x@else.example"), group("all"))
        for text in ("ann", "con", "all"):
            assert categorize.lookup(at(text), internal=False) is None

    def test_an_unknown_recipient_is_refused_in_the_words_that_bounce_parsers_know(self) -> None:
        refused = categorizer(mailbox("ann")).lookup(at("jethro"), internal=False)
        assert refused is not None
        assert refused.failure.line() == "550 5.1.1 User unknown"
        assert refused.failure.cause == "recipient-unknown"
        assert (refused.failure.evidence.stage, refused.failure.evidence.step) == (Stage.RECEIVE, Step.RCPT)

    def test_near_misses_are_for_colleagues(self) -> None:
        categorize = categorizer(mailbox("ann"))
        inside, outside = (categorize.lookup(at("anna"), internal=internal) for internal in (True, False))
        assert inside is not None
        assert outside is not None
        assert inside.failure.evidence.near == ("ann@corp.example",)
        assert outside.failure.evidence.near == ()

    def test_relay_domains_and_foreign_domains_are_not_looked_up(self) -> None:
        categorize = categorizer()
        for text in ("x@inner.example", "x@outer.example", "x@else.example", "x@[192.0.2.1]"):
            assert categorize.lookup(at(text), internal=False) is None

    def test_an_ambiguous_address_exists(self) -> None:
        categorize = categorizer(mailbox("ann"), mailbox("other", "ann"))
        assert categorize.lookup(at("ann"), internal=False) is None

    def test_a_directory_that_is_down_is_never_user_unknown(self) -> None:
        organisation = corp()
        down = DownDirectory(TableDirectory(lambda: organisation), "ann")
        refused = Asked(lambda: organisation, down).lookup(at("ann"), internal=False)
        assert refused is not None
        assert refused.failure.line().startswith("451 4.3.0 ")
        assert not refused.failure.permanent

    def test_a_recipient_added_in_a_new_revision_is_taken_at_once(self) -> None:
        current = corp()
        directory = TableDirectory(lambda: current)
        categorize = Asked(lambda: current, directory)
        assert categorize.lookup(at("ann"), internal=False) is not None
        current = corp(mailbox("ann"))
        assert categorize.lookup(at("ann"), internal=False) is None


class TestPostmaster:
    """RFC 5321 section 4.5.1."""

    @pytest.mark.parametrize("spelling", ["postmaster", "Postmaster", "POSTMASTER", '"postmaster"'])
    @pytest.mark.parametrize("domain", ["corp.example", "branch.example"])
    def test_r26_postmaster_is_taken_at_every_domain_of_ours_in_any_case(self, spelling: str, domain: str) -> None:
        categorize = categorizer(mailbox("ann"))
        address = at(f"{spelling}@{domain}")
        assert categorize.lookup(address, internal=False) is None
        [resolved] = categorize(mail(str(address)), OUTSIDE)
        assert (resolved.mailbox, resolved.outcome) == ("postmaster", None)

    def test_r26_the_object_that_owns_the_address_gets_the_mail_first(self) -> None:
        categorize = categorizer(
            mailbox("ann", "postmaster@branch.example"), mailbox("bob", "postmaster"), mailbox("postmaster", "pm")
        )
        results = categorize(mail("postmaster@branch.example", "postmaster"), OUTSIDE)
        assert told(results) == ["box:ann", "box:bob"]

    def test_r26_then_the_postmaster_of_the_default_domain(self) -> None:
        categorize = categorizer(
            group("admins", "ann", "bob"), mailbox("ann"), mailbox("bob", "postmaster", "bob")
        )
        assert told(categorize(mail("postmaster@branch.example"), OUTSIDE)) == ["box:bob"]

    def test_r26_then_the_recipient_of_that_name(self) -> None:
        categorize = categorizer(mailbox("Postmaster", "hostmaster"))
        assert told(categorize(mail("postmaster@branch.example"), OUTSIDE)) == ["box:Postmaster"]

    def test_r26_an_address_that_two_own_does_not_stop_the_postmaster(self) -> None:
        categorize = categorizer(mailbox("a", "postmaster"), mailbox("b", "postmaster"))
        assert categorize.lookup(at("postmaster"), internal=False) is None
        assert told(categorize(mail("postmaster"), OUTSIDE)) == ["box:postmaster"]

    def test_r26_postmaster_of_a_relay_domain_is_relayed_or_its_object_s(self) -> None:
        categorize = categorizer(mailbox("ann", "postmaster@inner.example"))
        results = categorize(mail("postmaster@inner.example", "postmaster@outer.example"), OUTSIDE)
        assert told(results) == ["box:ann", "to:postmaster@outer.example"]

    def test_r26_postmaster_may_be_a_group(self) -> None:
        categorize = categorizer(group("postmaster", "ann", "bob"), mailbox("ann"), mailbox("bob"))
        results = categorize(mail("postmaster@branch.example"), OUTSIDE)
        assert told(results) == ["postmaster>2", "box:ann", "box:bob"]
