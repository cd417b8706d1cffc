"""Values as JSON: `load` undoes `dump`, for every value class of the model, and refuses everything else."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import saywhy.model
from saywhy.model import record
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Notify, Recipient
from saywhy.model.organisation import KINDS, AcceptedDomain, DomainType, Organisation
from saywhy.model.outcome import Expanded
from saywhy.model.queued import NewMessage, QueueId
from saywhy.model.record import dump, dumps, load, loads
from saywhy.model.status import Status
from tests.model.strategies import values

# Organisation is a snapshot made of rows; NewMessage carries content, which the store keeps as it is.
NOT_RECORDED = {Organisation, NewMessage}


def _classes() -> list[type]:
    found = {}
    for module in pkgutil.iter_modules(saywhy.model.__path__):
        for cls in vars(importlib.import_module(f"saywhy.model.{module.name}")).values():
            if inspect.isclass(cls) and dataclasses.is_dataclass(cls) and cls not in NOT_RECORDED:
                found[cls.__name__] = cls
    return [found[name] for name in sorted(found) if found[name] not in (Address, Status)]


CLASSES = _classes()


def test_every_kind_of_organisation_object_is_among_the_classes_tested() -> None:
    assert set(KINDS.values()) <= set(CLASSES)
    assert Expanded in CLASSES


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_value_comes_back_from_its_record(cls: type) -> None:
    @settings(max_examples=25)
    @given(values(cls))
    def check(value: Any) -> None:
        again = loads(cls, dumps(value))
        assert again == value
        assert hash_or_none(again) == hash_or_none(value)

    check()


def hash_or_none(value: Any) -> int | None:
    try:
        return hash(value)
    except TypeError:  # an Event's data is a mapping
        return None


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_anything_else_is_refused_or_makes_a_sound_value(cls: type) -> None:
    names = st.sampled_from([field.name for field in dataclasses.fields(cls)])
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=8,
    )

    @settings(max_examples=30)
    @given(json_values)
    def check(data: Any) -> None:
        try:
            value = load(cls, data)
        except (TypeError, KeyError, ValueError):
            return
        assert loads(cls, dumps(value)) == value

    check()


def test_defaults_are_left_out() -> None:
    assert dump(AcceptedDomain("x.example")) == {"name": "x.example"}
    relay = AcceptedDomain("x.example", DomainType.EXTERNAL_RELAY)
    assert dump(relay) == {"name": "x.example", "type": "external-relay"}


def test_small_values_are_their_text() -> None:
    recipient = Recipient(Address("a", "x.example"), Notify.SUCCESS | Notify.FAILURE)
    assert dump(recipient) == {"address": "a@x.example", "notify": 6}
    assert dump(QueueId(1, 255)) == "1-ff"
    assert dump(Status(5, 1, 1)) == "5.1.1"


def test_the_null_reverse_path_comes_back_as_none() -> None:
    envelope = Envelope(None, (Recipient(Address("a", "x.example")),))
    assert loads(Envelope, dumps(envelope)) == envelope


def test_a_record_is_compact_utf_8_json() -> None:
    text = dumps(AcceptedDomain("bücher.example"))
    assert text == '{"name":"bücher.example"}'
    assert json.loads(text) == {"name": "bücher.example"}


@pytest.mark.parametrize(
    "data",
    [
        None,
        "x.example",
        ["x.example"],
        {"name": 5},
        {"name": None},
        {"name": "x", "type": "no-such-type"},
        {"name": "x", "default": 1},
        {"name": "x", "colour": "red"},
        {},
    ],
)
def test_a_row_that_does_not_fit_is_refused(data: Any) -> None:
    with pytest.raises((TypeError, KeyError, ValueError)):
        load(AcceptedDomain, data)


def test_threads_that_load_a_class_for_the_first_time_together_all_succeed() -> None:
    """A process that has just begun reads its queue in several threads at once."""
    given_ = dump(AcceptedDomain("a.example", DomainType.INTERNAL_RELAY, default=True))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for _ in range(200):
                record._loader.cache_clear()
                build = record._loader(AcceptedDomain)
                assert len(set(threads.map(build, [given_] * 4))) == 1
    finally:
        sys.setswitchinterval(interval)
