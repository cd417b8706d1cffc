from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.config.units import duration, format_duration, format_size, size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5 min", 300),
        ("4 h", 14400),
        ("2 d", 172800),
        ("1 week", 604800),
        ("30s", 30),
        ("1.5 h", 5400),
        (7, 7),
        (0.5, 0.5),
    ],
)
def test_durations_are_read_as_people_write_them(text: object, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("36 MB", 36 << 20),
        ("10 MiB", 10 << 20),
        ("100KB", 100 << 10),
        ("1 GB", 1 << 30),
        ("0.5 KB", 512),
        (17, 17),
    ],
)
def test_sizes_are_read_as_people_write_them(text: object, octets: int) -> None:
    assert size(text) == octets


@pytest.mark.parametrize(
    "text", ["", "min", "5 parsecs", "-1 s", "1e9 s", "٣ min", True, None, -1, float("nan"), [1]]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration(text)


@pytest.mark.parametrize("text", ["0.3 B", "5 s", "1.5", True])
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError):
        size(text)


@given(st.integers(0, 10**9))
def test_a_duration_written_is_read_back(seconds: int) -> None:
    assert duration(format_duration(seconds)) == seconds


@given(st.integers(0, 2**45))
def test_a_size_written_is_read_back(octets: int) -> None:
    assert size(format_size(octets)) == octets
