"""The addresses for moderators' answers: read back as they were written, and nothing else is one."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.moderation import Ticket, is_ticket, ticket

TOKEN = "0123456789abcdef01234567"


@pytest.mark.parametrize("number", [1, 0x8F31, 2**63 - 1])
def test_a_ticket_comes_back_out_of_its_address_in_any_case(number: int) -> None:
    given = Ticket(3, number, 0, 2, TOKEN)
    address = given.address("corp.example")
    assert ticket(address) == given
    assert ticket(Address(address.local.upper(), "corp.example")) == given


@pytest.mark.parametrize("local", [
    f"moderate-1-{'f' * 16}-0-0-{TOKEN}",  # no store has such a number
    f"moderate-1-8f31-0-0-{TOKEN}0",
    f"moderate-1-8f31-0-0-{TOKEN[1:]}",
    f"moderate-1-8f31-0-{TOKEN}",
    "moderate-",
])  # fmt: skip
def test_what_only_looks_like_one_is_nobody(local: str) -> None:
    address = Address(local, "corp.example")
    assert ticket(address) is None
    assert not is_ticket(address)
