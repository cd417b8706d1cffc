"""In which form mail goes to a remote domain or a contact, as an administrator says it."""

from __future__ import annotations

import pytest

from saywhy.model.form import ContentType, MessageFormat
from saywhy.model.report_switches import RemoteDomain
from saywhy.operations.context import Context
from tests.operations.conftest import Run, refused

pytestmark = pytest.mark.usefixtures("worcester")


async def test_a_remote_domain_gets_its_form_and_gives_it_back(run: Run, context: Context) -> None:
    await run(
        "remote-domain add",
        name="Partner",
        domain="partner.example",
        content_type="mime-text",
        character_set="utf-8",
        tnef="no",
    )
    partner = RemoteDomain("Partner", "partner.example", True, True, True, ContentType.TEXT, "utf-8", False)
    assert context.organisation().remote_domains["partner.example"] == partner
    [_, row] = (await run("remote-domain list")).rows
    assert (row["content_type"], row["character_set"], row["tnef"]) == ("mime-text", "utf-8", False)
    result = await run("remote-domain set", name="Partner", character_set="none", tnef="yes")
    assert "character_set: utf-8 -> none; tnef: no -> yes" in result.text
    assert context.organisation().remote_domains["partner.example"].character_set == ""


async def test_a_character_set_that_is_none_is_refused(run: Run) -> None:
    why = await refused(run("remote-domain set", name="Default", character_set="klingon"))
    assert why.why == '"klingon" is no character set for text in mail'


async def test_a_contact_may_lead_to_an_address_of_another_kind(run: Run, context: Context) -> None:
    await run(
        "recipient add",
        kind="contact",
        name="fax",
        address=["fax@worcester.example"],
        foreign="FAX:+441905",
        message_format="text",
    )
    contact = context.organisation().recipients["fax"]
    assert (contact.foreign, contact.message_format) == ("FAX:+441905", MessageFormat.TEXT)  # type: ignore[union-attr]
