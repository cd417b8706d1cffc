from __future__ import annotations

import pytest

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.objects import MemoryObjects
from saywhy.infra.store.protocol import ObjectChange
from saywhy.model.event import Kind
from saywhy.operations.context import Context
from tests.operations.conftest import Events, Run, refused

pytestmark = pytest.mark.usefixtures("worcester")


async def test_a_mailbox_is_there_at_once(run: Run, context: Context) -> None:
    result = await run(
        "recipient add", kind="mailbox", name="Carl", address=["carl@worcester.example"], display_name="Carl C."
    )
    assert result.text == "The mailbox Carl has the address carl@worcester.example. Revision 4."
    assert context.organisation().recipients["carl"].display_name == "Carl C."


async def test_a_change_is_an_organisation_event_and_an_operation_event(run: Run, events: Events) -> None:
    events.clear()
    await run("recipient add", kind="mailbox", name="carl", address=["carl@worcester.example"])
    (changed,) = events.of(Kind.ORGANISATION)
    (operation,) = events.of(Kind.OPERATION)
    assert changed.text == "mailbox carl added"
    assert changed.data == {"action": "add", "kind": "mailbox", "name": "carl", "actor": "root"}
    assert operation.data == {
        "operation": "recipient add",
        "actor": "root",
        "result": "done",
        "kind": "mailbox",
        "name": "carl",
        "address": "carl@worcester.example",
    }


async def test_a_refused_change_is_audited_too_and_changes_nothing(
    run: Run, events: Events, context: Context
) -> None:
    events.clear()
    await refused(run("recipient add", kind="mailbox", name="anna2", address=["anna@worcester.example"]))
    assert events.of(Kind.ORGANISATION) == []
    assert [event.data["result"] for event in events.of(Kind.OPERATION)] == ["refused"]
    assert "anna2" not in context.organisation().recipients


async def test_contacts_and_groups_say_where_mail_goes(run: Run) -> None:
    await run(
        "recipient add",
        kind="contact",
        name="ext",
        address=["ext@worcester.example"],
        external="x@partner.example",
    )
    await run(
        "recipient add",
        kind="group",
        name="staff",
        address=["staff@worcester.example"],
        member=["anna@worcester.example", "y@partner.example"],
    )
    rows = {row["name"]: row for row in (await run("recipient list")).rows}
    assert rows["ext"]["goes to"] == ["x@partner.example"]
    assert rows["staff"]["goes to"] == ["anna@worcester.example", "y@partner.example"]
    assert rows["anna"]["addresses"] == ["anna@worcester.example", "a@worcester.example"]


@pytest.mark.parametrize(
    ("parameters", "why", "cure"),
    [
        (
            {"kind": "mailbox", "name": "c", "address": ["c@worchester.example"]},
            "worchester.example is not an accepted domain",
            "did you mean c@worcester.example?",
        ),
        (
            {"kind": "mailbox", "name": "c", "address": ["anna@worcester.example"]},
            'anna@worcester.example belongs to the mailbox "anna" already',
            "give each address to one recipient only",
        ),
        (
            {
                "kind": "group",
                "name": "c",
                "address": ["c@worcester.example"],
                "member": ["ana@worcester.example"],
            },
            "no recipient has the address ana@worcester.example",
            "did you mean anna@worcester.example?",
        ),
        (
            {"kind": "contact", "name": "c", "address": ["c@worcester.example"]},
            "a contact needs --external or --foreign",
            "add --external ADDRESS",
        ),
        (
            {"kind": "mailbox", "name": "c", "address": ["c@worcester.example"], "member": ["x@y.example"]},
            "a mailbox has no --member",
            "leave it out, or add a group",
        ),
    ],
)
async def test_a_mistake_is_explained_with_a_way_out(
    run: Run, parameters: dict[str, object], why: str, cure: str
) -> None:
    error = await refused(run("recipient add", **parameters))
    assert (error.why, error.cure) == (why, cure)


async def test_a_name_can_be_given_once_only(run: Run) -> None:
    error = await refused(run("recipient add", kind="mailbox", name="Anna", address=["z@worcester.example"]))
    assert error.why == 'there is a mailbox "anna" already'


async def test_several_reasons_are_all_said(run: Run) -> None:
    error = await refused(run("recipient add", kind="mailbox", name="anna", address=["ben@worcester.example"]))
    assert error.why == "2 things stand in the way"
    assert [line.partition(";")[0] for line in error.details] == [
        'mailbox anna: name: there is a mailbox "anna" already',
        'mailbox anna: addresses: ben@worcester.example belongs to the mailbox "ben" already',
    ]


async def test_the_list_can_be_narrowed_and_read_in_pages(run: Run) -> None:
    await run(
        "recipient add", kind="contact", name="zoe", address=["zoe@worcester.example"], external="z@p.example"
    )

    async def names(**parameters: object) -> list[object]:
        return [row["name"] for row in (await run("recipient list", **parameters)).rows]

    assert await names() == ["anna", "ben", "zoe"]
    assert await names(kind="contact") == ["zoe"]
    assert await names(search="A@WORC") == ["anna"]
    assert await names(limit=2) == ["anna", "ben"]
    assert (await run("recipient list", limit=2)).text == "1 more: --after 'ben' shows them."
    assert await names(after="ben") == ["zoe"]
    assert (await run("recipient list", search="nobody")).text == "There is no such recipient."


async def test_a_recipient_is_removed_by_any_of_its_addresses(run: Run, context: Context) -> None:
    result = await run("recipient remove", name="A@Worcester.example")
    assert result.text == "The mailbox anna was removed. Revision 4."
    assert list(context.organisation().recipients) == ["ben"]


async def test_a_removed_recipient_leaves_the_groups_in_the_same_revision(run: Run, context: Context) -> None:
    members = ["anna@worcester.example", "ben@worcester.example"]
    await run("recipient add", kind="group", name="staff", address=["staff@worcester.example"], member=members)
    result = await run("recipient remove", name="anna")
    assert result.text == "The mailbox anna was removed, also from staff. Revision 5."
    (staff,) = (row for row in (await run("recipient list")).rows if row["name"] == "staff")
    assert staff["goes to"] == ["ben@worcester.example"]


async def test_the_last_member_of_a_group_stays_until_the_group_goes(run: Run) -> None:
    await run(
        "recipient add",
        kind="group",
        name="staff",
        address=["staff@worcester.example"],
        member=["anna@worcester.example"],
    )
    error = await refused(run("recipient remove", name="anna"))
    assert (error.what, error.why) == ("mailbox anna", "group staff: the group has none")


@pytest.mark.parametrize(
    ("named", "cure"),
    [
        ("ana", "did you mean anna?"),
        ("bem@worcester.example", "did you mean ben@worcester.example?"),
        ("somebody else", "`saywhy recipient list` shows what there is"),
    ],
)
async def test_who_is_not_there_is_answered_with_who_is(run: Run, named: str, cure: str) -> None:
    error = await refused(run("recipient remove", name=named))
    assert (error.code, error.cure) == ("not-found", cure)


async def test_what_was_wrong_before_does_not_stand_in_the_way(
    run: Run, store: MemoryStore, context: Context
) -> None:
    """A row that today's rules would refuse (an older version, an import) can be lived with, and be removed."""
    orphan = ObjectChange("mailbox", "old", {"name": "old", "addresses": ["old@gone.example"]})
    await context.organisation.change(3, [orphan])
    await run("recipient add", kind="mailbox", name="carl", address=["carl@worcester.example"])
    await run("recipient remove", name="old")
    assert sorted(context.organisation().recipients) == ["anna", "ben", "carl"]


async def test_somebody_elses_change_meanwhile_is_a_conflict(run: Run, objects: MemoryObjects) -> None:
    await objects.change_objects(3, [])
    error = await refused(run("recipient remove", name="anna"))
    assert (error.code, error.cure) == ("conflict", "try again")
