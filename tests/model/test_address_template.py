"""Templates of address policies."""

from __future__ import annotations

import pytest

from saywhy.model.address_template import TemplateError, address, check
from saywhy.model.organisation import Mailbox

JURGEN = Mailbox(
    "jm", (), "Jürgen Müller", given_name="Jürgen", surname="Müller-Groß", initials="K", alias="jmueller"
)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("%g.%s@corp.example", "Jurgen.Muller-Gross@corp.example"),
        ("%1g%s@corp.example", "JMuller-Gross@corp.example"),
        ("%1g.%i.%3s@corp.example", "J.K.Mul@corp.example"),
        ("%m@corp.example", "jmueller@corp.example"),
        ("%d@corp.example", "JurgenMuller@corp.example"),
        ("%rüy%g@corp.example", "Jyrgen@corp.example"),
        ("%r-%%s@corp.example", "MullerGross@corp.example"),
        ("a%%b@corp.example", "a%b@corp.example"),
    ],
)
def test_a_template_makes_an_address(template: str, expected: str) -> None:
    check(template)
    assert str(address(template, JURGEN)) == expected


def test_without_an_alias_the_name_stands_for_it() -> None:
    assert str(address("%m@corp.example", Mailbox("anna", ()))) == "anna@corp.example"


@pytest.mark.parametrize(
    "item", [Mailbox("anna", ()), Mailbox("anna", (), given_name="安"), Mailbox("a", (), given_name=".")]
)
def test_without_the_field_there_is_no_address(item: Mailbox) -> None:
    assert address("%g@corp.example", item) is None


@pytest.mark.parametrize(
    "template", ["%x@corp.example", "%g", "@corp.example", "%@corp.example", "%g@corp example", "%r"]
)
def test_what_is_no_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        check(template)
