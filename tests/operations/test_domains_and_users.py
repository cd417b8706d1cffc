from __future__ import annotations

import pytest

from saywhy.model.event import Kind
from saywhy.model.organisation import DomainType
from saywhy.operations.context import Context
from tests.operations.conftest import Events, Run, refused


async def test_an_empty_organisation_says_how_to_begin(run: Run) -> None:
    assert (await run("domain list")).text == "Mail is taken for no domain; `saywhy domain add NAME` adds one."
    assert (await run("user list")).text == "Nobody may sign in; `saywhy user add NAME` adds a user."


async def test_domains_have_a_type_and_count_their_addresses(run: Run, worcester: None) -> None:
    await run("domain add", name="relay.example", type="internal-relay")
    assert list((await run("domain list")).rows) == [
        {"domain": "relay.example", "type": "internal-relay", "default": False, "addresses": 0},
        {"domain": "worcester.example", "type": "authoritative", "default": True, "addresses": 3},
    ]


async def test_a_new_default_domain_takes_the_mark_from_the_old(
    run: Run, context: Context, worcester: None
) -> None:
    await run("domain add", name="new.example", default=True)
    assert context.organisation().default_domain == "new.example"
    assert [domain.name for domain in context.organisation().domains.values() if domain.default] == ["new.example"]


async def test_a_domain_that_is_there_already_is_refused(run: Run, context: Context, worcester: None) -> None:
    error = await refused(run("domain add", name="WORCESTER.example", type="external-relay"))
    assert error.why == 'there is a domain "worcester.example" already'
    assert context.organisation().domains["worcester.example"].type is DomainType.AUTHORITATIVE


async def test_a_domain_that_is_none_is_refused(run: Run) -> None:
    error = await refused(run("domain add", name="wor cester"))
    assert error.why.startswith('"wor cester" is not a domain')


async def test_a_domain_with_addresses_stays_and_they_are_named(run: Run, worcester: None) -> None:
    await run("domain add", name="other.example")
    error = await refused(run("domain remove", name="worcester.example"))
    assert error.why == "3 things stand in the way"
    assert error.details[0].startswith("mailbox anna: addresses: worcester.example is not an accepted domain")


async def test_the_only_domain_stays(run: Run) -> None:
    await run("domain add", name="worcester.example")
    error = await refused(run("domain remove", name="worcester.example"))
    assert (error.why, error.cure) == ("it is the only domain", "add another with `saywhy domain add` first")


async def test_a_domain_is_found_in_unicode_and_as_a_labels(run: Run, worcester: None) -> None:
    await run("domain add", name="bücher.example")
    result = await run("domain remove", name="XN--bcher-kva.example.")
    assert result.text.startswith("Mail for bücher.example is taken no more.")


async def test_a_misspelt_domain_is_answered_with_the_nearest(run: Run, worcester: None) -> None:
    error = await refused(run("domain remove", name="worchester.example"))
    assert (error.code, error.cure) == ("not-found", "did you mean worcester.example?")


async def test_a_user_has_a_hash_and_nobody_sees_the_password(
    run: Run, context: Context, events: Events, worcester: None
) -> None:
    result = await run("user add", name="anna@worcester.example", password="correct horse")
    assert result.text == "anna@worcester.example may sign in and send as anna@worcester.example. Revision 4."
    assert context.organisation().users["anna@worcester.example"].password == "$argon2id$13"
    assert "correct horse" not in repr(events)
    assert events.of(Kind.ORGANISATION)[-1].text == "user anna@worcester.example added"
    rows = (await run("user list")).rows
    assert list(rows) == [{"name": "anna@worcester.example", "addresses": ["anna@worcester.example"]}]


@pytest.mark.parametrize(
    ("parameters", "code", "why"),
    [
        (
            {"name": "anna", "password": "correct horse"},
            "usage",
            "it is not said which address the user may send as",
        ),
        (
            {"name": "anna", "address": ["anna@far.example"], "password": "correct horse"},
            "refused",
            "far.example is not an accepted domain",
        ),
        (
            {"name": "anna", "address": ["anna@worcester.example"], "password": "short"},
            "refused",
            "a password has at least 8 characters",
        ),
        (
            {"name": "anna", "address": ["anna@worcester.example"], "password": "x" * 101},
            "refused",
            "a password has at most 100 octets",
        ),
        ({"name": "anna", "address": ["anna@worcester.example"]}, "usage", "--password: this must be given"),
    ],
)
async def test_a_user_needs_an_address_of_ours_and_a_password(
    run: Run, worcester: None, parameters: dict[str, object], code: str, why: str
) -> None:
    error = await refused(run("user add", **parameters))
    assert (error.code, error.why) == (code, why)


async def test_a_user_goes_and_the_mailbox_stays(run: Run, context: Context, worcester: None) -> None:
    await run("user add", name="Anna", address=["anna@worcester.example"], password="correct horse")
    assert (await refused(run("user remove", name="anne"))).cure == "did you mean anna?"
    assert (await run("user remove", name="anna")).text == "Anna may not sign in any more. Revision 5."
    assert "anna" in context.organisation().recipients
    assert context.organisation().users == {}
