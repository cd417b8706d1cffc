from __future__ import annotations

import pytest

from saywhy.infra.store.objects import MemoryObjects
from saywhy.model.event import Kind
from saywhy.model.organisation import SendConnector
from saywhy.operations.context import Context
from tests.operations.conftest import Events, Run, refused

WANTED = """\
[[domain]]
name = "worcester.example"

[[mailbox]]
name = "anna"
addresses = ["anna@worcester.example"]

[[mailbox]]
name = "carl"
addresses = ["carl@worcester.example"]

[[send_connector]]
name = "Hub"
smart_hosts = ["hub.example"]
user = "us"
password = "first secret"

[transport]
expire_after = "3 d"
"""


def file(text: str) -> dict[str, str]:
    return {"name": "own.toml", "text": text}


async def test_a_dry_run_says_what_would_change_and_changes_nothing(
    run: Run, context: Context, worcester: None
) -> None:
    result = await run("org apply", file=file(WANTED), dry_run=True)
    assert [(row["action"], row["kind"], row["name"], row["fields"]) for row in result.rows] == [
        ("change", "domain", "worcester.example", ["default: yes -> no"]),
        (
            "change",
            "mailbox",
            "anna",
            ["addresses: anna@worcester.example a@worcester.example -> anna@worcester.example"],
        ),
        ("add", "mailbox", "carl", []),
        ("add", "send-connector", "Hub", []),
        ("add", "transport", "transport", []),
        ("remove", "mailbox", "ben", []),
    ]
    assert result.text == "6 objects would change; nothing was done."
    assert context.organisation().revision == 3


async def test_a_file_is_applied_in_one_revision(
    run: Run, context: Context, events: Events, worcester: None
) -> None:
    events.clear()
    result = await run("org apply", file=file(WANTED))
    assert result.text == "6 objects changed. Revision 4."
    assert sorted(context.organisation().recipients) == ["anna", "carl"]
    assert context.organisation().transport.expire_after == 3 * 86400
    assert len(events.of(Kind.ORGANISATION)) == 6
    assert [event.data["file"] for event in events.of(Kind.OPERATION)] == ["own.toml"]


async def test_what_is_exported_can_be_applied_and_changes_nothing(run: Run, worcester: None) -> None:
    await run("org apply", file=file(WANTED))
    exported = await run("org export")
    assert exported.rows[0]["organisation"] == exported.text
    again = await run("org apply", file=file(exported.text))
    assert again.text == "The organisation is what own.toml says already: nothing to do."
    assert again.rows == ()


async def test_a_changed_password_is_not_shown(run: Run, worcester: None) -> None:
    await run("org apply", file=file(WANTED))
    result = await run("org apply", file=file(WANTED.replace("first", "second")), dry_run=True)
    assert list(result.rows) == [
        {"action": "change", "kind": "send-connector", "name": "Hub", "fields": ["password"]}
    ]


async def test_leaving_the_connectors_out_brings_the_built_in_ones_back(
    run: Run, context: Context, worcester: None
) -> None:
    await run("org apply", file=file(WANTED))
    assert [*context.organisation().send_connectors] == ["hub"]
    await run("org apply", file=file(WANTED.partition("[[send_connector]]")[0]))
    assert context.organisation().send_connectors == {"internet": SendConnector("Internet")}


async def test_an_object_that_changes_its_kind_moves(
    run: Run, context: Context, objects: MemoryObjects, worcester: None
) -> None:
    gone = [*context.organisation().recipients]  # anna too: an address of hers is gone
    text = '[[domain]]\nname = "worcester.example"\n[[contact]]\nname = "anna"\n' + (
        'addresses = ["anna@worcester.example"]\nexternal = "anna@home.example"\n'
    )
    await run("org apply", file=file(text))
    assert type(context.organisation().recipients["anna"]).__name__ == "Contact"
    assert {row[:2] for row in (await objects.objects())[1]} == {
        ("domain", "worcester.example"),
        ("contact", "anna"),
        *{("tombstone", name) for name in gone},
    }


async def test_a_faulty_file_changes_nothing_and_gets_every_fault(
    run: Run, context: Context, worcester: None
) -> None:
    text = '[[domain]]\nname = "worcester.example"\ntype = "x"\n'
    text += '[[receive_connector]]\nname = "a"\nlisteners = ["no"]\n'
    error = await refused(run("org apply", file=file(text)))
    assert (error.code, error.what, error.why) == ("refused", "own.toml", "it has 2 faults")
    assert error.details == (
        'own.toml, line 3: domain[1].type: "x" is not one of its values; '
        "write one of authoritative, internal-relay, external-relay",
        'own.toml, line 6: receive_connector[1].listeners: the server has no listener "no"; '
        "the listeners are smtp, submission",
    )
    assert context.organisation().revision == 3


async def test_an_empty_file_is_refused_rather_than_obeyed(run: Run, worcester: None) -> None:
    error = await refused(run("org apply", file=file("")))
    assert error.details == ('own.toml: domain: no domain is accepted; add [[domain]] with name = "example.org"',)


@pytest.mark.parametrize("text", ["= 1", "x" * 10])
async def test_what_is_no_toml_is_refused(run: Run, text: str) -> None:
    assert (await refused(run("org apply", file=file(text)))).details[0].startswith("own.toml, line 1: no TOML")
