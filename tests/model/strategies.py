"""Hypothesis strategies for the values of model/.  `values(cls)` makes any of them from its type hints.

For other tests too: `from tests.model.strategies import addresses, values`.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from hypothesis import strategies as st

from saywhy.model.address import Address
from saywhy.model.failure import Failure
from saywhy.model.queued import QueueId
from saywhy.model.status import Status

T = TypeVar("T")

ATEXT = "ABCXYZabcxyz019!#$%&'*+-/=?^_`{|}~"
U_LETTERS = "äöüßéñçøåœжщ漢字かなκλİ"


def _atoms() -> st.SearchStrategy[str]:
    beyond = st.characters(min_codepoint=0x80, exclude_categories=["Cs"])
    return st.text(st.one_of(st.sampled_from(ATEXT), beyond), min_size=1, max_size=5)


def _quoted() -> st.SearchStrategy[str]:
    chars = st.characters(min_codepoint=0x20, exclude_characters="\x7f", exclude_categories=["Cs"])
    plain = chars.filter(lambda char: char not in '"\\')
    escaped = st.sampled_from([chr(code) for code in range(0x20, 0x7F)]).map(lambda char: "\\" + char)
    return st.lists(st.one_of(plain, escaped), max_size=10).map(lambda parts: '"' + "".join(parts) + '"')


def _labels() -> st.SearchStrategy[str]:
    ldh = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)
    return st.one_of(ldh, st.text(U_LETTERS + "abc", min_size=1, max_size=6))


def domains() -> st.SearchStrategy[str]:
    literals = st.one_of(
        st.ip_addresses(v=4).map(lambda ip: f"[{ip}]"), st.ip_addresses(v=6).map(lambda ip: f"[IPv6:{ip}]")
    )
    return st.one_of(st.lists(_labels(), min_size=1, max_size=4).map(".".join), literals)


def address_texts() -> st.SearchStrategy[str]:
    """What RFC 5321 and 6531 call a Mailbox, within the limits of length."""
    local = st.one_of(st.lists(_atoms(), min_size=1, max_size=3).map(".".join), _quoted())
    return st.tuples(local, domains()).map("@".join)


def addresses() -> st.SearchStrategy[Address]:
    return address_texts().map(Address.parse)


def statuses() -> st.SearchStrategy[Status]:
    return st.builds(Status, st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999))


def queue_ids() -> st.SearchStrategy[QueueId]:
    return st.builds(QueueId, st.integers(0, 99999), st.integers(0, 2**63 - 1))


def scalars() -> st.SearchStrategy[Any]:
    numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
    return st.one_of(st.text(max_size=8), numbers, st.booleans())


def values(cls: type[T], depth: int = 2) -> st.SearchStrategy[T]:
    """Any dataclass of the model.  `depth` bounds failures within failures."""
    hints = typing.get_type_hints(cls)
    fields = {field.name: _of(hints[field.name], depth) for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    return st.builds(cls, **fields)


def _of(hint: Any, depth: int) -> st.SearchStrategy[Any]:
    ready = {
        str: st.text(max_size=12),
        int: st.integers(-(2**53), 2**53),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        Address: addresses(),
        Status: statuses(),
        QueueId: queue_ids(),
        bytes: st.binary(max_size=20),
    }
    if hint in ready:
        return ready[hint]
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of([st.none() if arg is type(None) else _of(arg, depth) for arg in args])
    if origin is tuple:
        if args[0] is Failure and depth == 0:
            return st.just(())
        return st.lists(_of(args[0], depth - (args[0] is Failure)), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(st.text(max_size=8), scalars(), max_size=3)
    if issubclass(hint, enum.Flag):
        return st.lists(st.sampled_from(list(hint))).map(lambda flags: reduce(or_, flags, hint(0)))
    if issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    return values(hint, depth)
