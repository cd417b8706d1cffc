"""`system-message set|list|remove`: what is said, what is refused, what is there afterwards."""

from __future__ import annotations

import pytest

from saywhy.config.organisation import parse_organisation
from saywhy.operations.context import Context
from tests.operations.conftest import Run, refused


async def names(run: Run, **given: str) -> list[object]:
    return [row["name"] for row in (await run("system-message list", **given)).rows]


async def test_words_for_a_code_are_for_both_kinds_of_readers_unless_one_is_named(
    run: Run, worcester: None
) -> None:
    result = await run("system-message set", about="5.1.1", text="Nobody.")
    assert result.text == r"From now on these words are used: en\internal\5.1.1, en\external\5.1.1. Revision 4."
    await run("system-message set", about="5.7.912", text="Nein.", language="de", readers="internal")
    assert await names(run) == [r"de\internal\5.7.912", r"en\external\5.1.1", r"en\internal\5.1.1"]
    assert await names(run, about="5.1.1", language="EN") == [r"en\external\5.1.1", r"en\internal\5.1.1"]


async def test_a_second_set_replaces_and_the_same_once_more_changes_nothing(
    run: Run, context: Context, worcester: None
) -> None:
    await run("system-message set", about="5.1.1", text="One.")
    await run("system-message set", about="5.1.1", text="Two.", readers="external")
    texts = {name: item.text for name, item in context.organisation().system_messages.items()}
    assert texts == {r"en\internal\5.1.1": "One.", r"en\external\5.1.1": "Two."}
    again = await run("system-message set", about="5.1.1", text="One.", readers="internal", language="EN")
    assert again.text.startswith("From now on")  # its name is spelt otherwise now
    assert (await run("system-message set", about="5.1.1", text="Two.", readers="external")).text == (
        r"en\external\5.1.1 is so already: nothing to do."
    )
    assert len(await names(run)) == 2


async def test_removing_brings_our_words_back(run: Run, worcester: None) -> None:
    await run("system-message set", about="warning-mailbox", text="Full soon.")
    await run("system-message set", about="5.1.1", text="One.", domain="worcester.example")
    assert await names(run) == [
        "en\\external\\5.1.1\\worcester.example",
        "en\\internal\\5.1.1\\worcester.example",
        r"en\warning-mailbox",
    ]
    await run("system-message remove", about="warning-mailbox")
    assert (await refused(run("system-message remove", about="5.1.1"))).code == "not-found"
    await run("system-message remove", about="5.1.1", domain="Worcester.example")
    assert (await run("system-message list")).text.startswith("There is none")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"about": "2.1.5"}, "'2.1.5' is no code of a failure"),
        ({"about": "5.1"}, "'5.1' is no code of a failure"),
        ({"about": "warning"}, "'warning' is neither internal nor external nor a quota notice"),
        ({"about": "5.1.1", "language": "x y"}, "'x y' is no language tag"),
        ({"about": "5.1.1", "domain": "a..b"}, "'a..b' is no domain"),
        ({"about": "5.1.1", "text": "<i>x</i>"}, "the tag <i> is none of B, EM, BR, P and A HREF"),
        ({"about": "5.1.1", "text": "{who}"}, "there is no placeholder {who}"),
        ({"about": "5.1.1", "text": "x" * 513}, "it has 513 characters"),
        ({"about": "5.1.1", "text": " "}, "there is none"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    run: Run, worcester: None, given: dict[str, str], why: str
) -> None:
    parameters = {"text": "x", "readers": "internal"} | given
    error = await refused(run("system-message set", **parameters))
    assert error.code == "refused"
    assert why in " ".join((error.why, *error.details))
    assert error.cure


async def test_the_organisations_file_has_them(run: Run, context: Context, worcester: None) -> None:
    await run("system-message set", about="5.1.1", text='"Nobody" <b>here</b>', readers="internal")
    text = (await run("org export")).text
    assert "[[system_message]]" in text
    found = [item for item in parse_organisation(text, "x.toml") if type(item).__name__ == "SystemMessage"]
    assert found == list(context.organisation().system_messages.values())
