"""Received fields of several servers' dialects, read as hops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.received import Hop, hop, hops

AT = 1210108988.0
DATE = "Tue, 06 May 2008 21:23:08 +0000"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            f"from pc7 ([192.0.2.7]) by mx.example with ESMTPSA id 1-8f31 (TLSv1.3 X) for <a@b>; {DATE}",
            Hop("pc7", "mx.example", "ESMTPSA", "1-8f31", AT),
        ),
        (
            f"by 2002:a05:6402:1a4c:b0 with SMTP id x; {DATE} (UTC)",
            Hop("", "2002:a05:6402:1a4c:b0", "SMTP", "x", AT),
        ),
        (f"from a (b (c) by nobody) by d; {DATE}", Hop("a", "d", "", "", AT)),
        (f"(qmail 123 invoked by uid 0); {DATE}", Hop(at=AT)),
        ("from a by b", Hop("a", "b")),
        ("from a by b; yesterday", Hop("a", "b")),
        ("", Hop()),
    ],
)
def test_a_field_is_read_as_far_as_it_goes(body: str, expected: Hop) -> None:
    assert hop(body) == expected


def test_hops_come_in_the_order_of_the_journey() -> None:
    assert [step.by for step in hops(["from b by c", "from a by b"])] == ["b", "c"]


@given(st.lists(st.sampled_from(["(", ")", ";", "from", "by", " ", "\0", "x", DATE])).map("".join))
def test_no_text_breaks_it(body: str) -> None:
    hop(body)
