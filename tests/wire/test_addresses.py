import pytest

from saywhy.model.address import Address
from saywhy.wire.addresses import addresses

READABLE = [
    ("bob@partner.example", ["bob@partner.example"]),
    ("Bob <bob@partner.example>, carol@a.example", ["bob@partner.example", "carol@a.example"]),
    ('"Hill, Bob" <bob@partner.example>', ["bob@partner.example"]),
    ('"a \\" b, <x@y>" <bob@partner.example>', ["bob@partner.example"]),
    ("bob@partner.example (at home, (old) )", ["bob@partner.example"]),
    ("Undisclosed recipients:;", []),
    (
        "Team: bob@a.example, carol@a.example;, dan@a.example",
        ["bob@a.example", "carol@a.example", "dan@a.example"],
    ),
    ("<@one.example,@two.example:bob@a.example>", ["bob@a.example"]),
    ('"two words"@a.example', ['"two words"@a.example']),
    ("bob@[IPv6:2001:db8::1], carol@[192.0.2.1]", ["bob@[IPv6:2001:db8::1]", "carol@[192.0.2.1]"]),
    (" , ,, bob@a.example ;", ["bob@a.example"]),
    ("Jürgen <jürgen@müller.example>", ["jürgen@müller.example"]),
    ("", []),
]


@pytest.mark.parametrize(("body", "expected"), READABLE)
def test_a_list_gives_its_addresses_in_order(body: str, expected: list[str]) -> None:
    assert addresses(body) == [Address.parse(text) for text in expected]


@pytest.mark.parametrize(
    ("body", "unreadable"),
    [
        ("bob@@partner.example", "bob@@partner.example"),
        ("Bob <bob partner.example>", "bob partner.example"),
        ("bob@", "bob@"),
        ("Bob Hill", "Bob Hill"),
        ("<>", "<>"),
        ("<bob@a.example, carol@a.example", "<bob@a.example, carol@a.example"),
        ("<bob@a.example> junk", "<bob@a.example> junk"),
        ('"bob@a.example', '"bob@a.example'),
    ],
)
def test_what_is_no_address_is_given_back_as_it_was_written(body: str, unreadable: str) -> None:
    assert addresses(body) == [unreadable]


def test_one_that_cannot_be_read_costs_no_other() -> None:
    assert addresses("bob@@a.example, carol@a.example") == ["bob@@a.example", Address("carol", "a.example")]


@pytest.mark.parametrize("char", ["(", '"', "\\", "<", "[", ",", ":", '"\\'])
def test_a_megabyte_of_openings_is_read_to_its_end(char: str) -> None:
    assert all(len(entry) <= 100 for entry in addresses(char * 1_000_000) if isinstance(entry, str))
