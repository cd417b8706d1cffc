"""Addresses of other kinds: a contact's, or one that a mail program of ours writes by itself."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.flow.categorize import imcea
from saywhy.model import foreign
from saywhy.model.address import Address
from saywhy.model.form import MessageFormat
from saywhy.model.organisation import Contact, Group, Mailbox
from tests.flow.categorize.corp import INSIDE, OUTSIDE, at, categorizer, failed, mail, told

ANN = Mailbox("ann", (at("ann"),))
FAX = Contact("Bob's fax", (at("bobs.fax"),), foreign="FAX:+441905")


@pytest.mark.parametrize("origin", [INSIDE, OUTSIDE])
def test_mail_for_a_contact_goes_to_its_address_of_another_kind(origin: object) -> None:
    [resolved] = categorizer(FAX)(mail("bobs.fax"), origin)  # type: ignore[arg-type]
    assert (resolved.foreign, str(resolved.address), resolved.plain) == (
        "FAX:+441905",
        "bobs.fax@corp.example",
        False,
    )


def test_only_people_of_ours_may_write_to_an_address_of_another_kind_that_nobody_has() -> None:
    [resolved] = categorizer(ANN)(mail("IMCEAFAX-+2B441905"), INSIDE)
    assert resolved.foreign == "FAX:+441905"
    [refused] = categorizer(ANN)(mail("IMCEAFAX-+2B441905"), OUTSIDE)
    assert failed(refused).failure.line().startswith("550 5.7.1 RESOLVER.RST.AuthRequired; ")


def test_two_ways_to_one_address_of_another_kind_are_one() -> None:
    all_ = Group("all", (at("all"),), (at("bobs.fax"), at("IMCEAFAX-+2B441905"), at("ann")))
    resolved = categorizer(FAX, ANN, all_)(mail("all"), INSIDE)
    assert [each.foreign for each in resolved if each.foreign] == ["FAX:+441905"]
    assert len(resolved) == 3


def test_a_contact_for_plain_text_says_so_of_its_mail() -> None:
    plain = Contact("Bob", (at("bob"),), Address.parse("bob@else.example"), message_format=MessageFormat.TEXT)
    [resolved] = categorizer(plain)(mail("bob"), INSIDE)
    assert (resolved.plain, told([resolved])) == (True, ["to:bob@else.example"])
    mime = dataclasses.replace(plain, message_format=MessageFormat.MIME)
    assert not categorizer(mime)(mail("bob"), INSIDE)[0].plain


@given(st.from_regex(r"[A-Z][A-Z0-9]{0,8}:[!-)+-~]([ -)+-~]{0,40}[!-)+-~])?", fullmatch=True))
def test_what_is_encapsulated_is_found_again(text: str) -> None:
    if foreign.type_of(text) in imcea.REFUSED | {"EX"}:
        return
    assert foreign.is_address(text)
    found = imcea.other_kind(Address(foreign.encapsulated(text), "corp.example"))
    assert found == text


NONE = ["FAX", "FAX:", ":1", "SMTP:a@b", "F-X:1", "FAX:\n1", "FAX:é", "XXXXXXXXXXXXXXXXX:1", "X:" + "1" * 600]


@pytest.mark.parametrize("text", NONE)
def test_what_is_none(text: str) -> None:
    assert not foreign.is_address(text)
