"""The laboratory in other projects' tests: the fixtures `saywhy_lab` and `saywhy_sender` (entry point `pytest11`).

pytest loads this module in every run of every project that has saywhy installed: it imports nothing but pytest,
and starts nothing before a test asks for it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from saywhy.lab.rented import RentedLab

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def saywhy_lab_options() -> Sequence[str]:
    """Further options of `saywhy lab serve`; override it: `return ["--expire-after", "5"]`."""
    return ()


@pytest.fixture(scope="session")
def saywhy_lab(saywhy_lab_options: Sequence[str]) -> Iterator[RentedLab]:
    """A mail server and a fake internet, for the whole session: `.smtp_port`, `.reports(to=...)`, `.host(...)`."""
    from saywhy.lab.rented import rent

    with rent(saywhy_lab_options) as lab:
        yield lab


@pytest.fixture
def saywhy_sender() -> str:
    """A sender's address that no other test of this session has."""
    return f"sender-{next(_numbers)}@tests.example"
