"""Filters on recipients."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.address import Address
from saywhy.model.matching import FilterError, parse, within
from saywhy.model.organisation import Contact, Mailbox, MailboxType

ANNA = Mailbox(
    "anna",
    (Address("anna", "corp.example"), Address("a.b", "corp.example")),
    "Anna B.",
    MailboxType.SHARED,
    surname="Brewer",
    container="corp.example/Staff/North",
    attributes=("department=Brewery", "City=Worcester"),
)
CON = Contact("con", (Address("con", "corp.example"),), Address("x", "else.example"))


@pytest.mark.parametrize(
    ("text", "anna", "con"),
    [
        ("department = brewery", True, False),
        ('department -eq "BREWERY"', True, False),
        ("department != Brewery", False, True),
        ("kind = mailbox", True, False),
        ("kind = contact or city = Worcester", True, True),
        ("kind = mailbox and not type = shared", False, False),
        ("not (kind = mailbox and type = shared)", False, True),
        ("surname -like 'br*r'", True, False),
        ("surname = 'br*x*r'", False, False),
        ("address = a.b@corp.example", True, False),
        ('city = ""', False, True),
        ("container = corp.example/*", True, False),
        ("kind = contact and city = Rome or department = Brewery", True, False),
        ("name = *", True, True),
        ("surname = 'brewer*r'", False, False),
    ],
)
def test_a_filter_says_who_matches(text: str, anna: bool, con: bool) -> None:
    assert (parse(text)(ANNA), parse(text)(CON)) == (anna, con)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it ends where the name of an attribute should stand"),
        ("city", "it ends where = or != should stand"),
        ("city =", "it ends where a value should stand"),
        ("city ~ x", "'~' is not one of"),
        ("(city = x", "a closing ) is missing"),
        ("city = x y = z", "'y' is too much"),
        ('"city" = x', "'city' stands where the name"),
        ("city = )", "')' stands where a value should"),
        ("(" * 30 + "a = b" + ")" * 30, "nested more than 20 deep"),
        ("not " * 30 + "a = b", "nested more than 20 deep"),
        ("a = " + "b" * 2000, "at most 2000 characters"),
        ("a = *b*c*d*e*f*g*", "at most 5 *"),
        ('a = "b', "cannot be read"),
    ],
)
def test_a_text_that_is_no_filter_says_where(text: str, why: str) -> None:
    with pytest.raises(FilterError) as raised:
        parse(text)
    assert why in str(raised.value)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_says_why_not(text: str) -> None:
    try:
        found = parse(text)
    except FilterError:
        return
    assert found(ANNA) in (True, False)


@pytest.mark.parametrize(
    ("container", "inside"),
    [("", True), ("CORP.example", True), ("corp.example/staff/", True), ("corp.example/Sta", False), ("x", False)],
)
def test_a_container_holds_what_stands_in_it_and_below(container: str, inside: bool) -> None:
    assert within(container, ANNA) is inside
