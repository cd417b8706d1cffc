"""The Authentication-Results field (RFC 8601), and the name behind an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.auth import iprev, results
from saywhy.wire.auth.iprev import Iprev, IprevVerdict
from saywhy.wire.auth.lookups import Missing
from saywhy.wire.auth.results import Result
from tests.wire.auth.answers import Records, verdict

US = "mail.worcester.example"


def test_a_field_has_a_line_for_each_method() -> None:
    found = results.field(
        US,
        [
            Result("spf", "pass", (("smtp.mailfrom", "dest.test"),)),
            Result("dkim", "fail", (("header.d", "dest.test"), ("header.s", "")), "the body has changed"),
        ],
    )
    assert found == (
        b"Authentication-Results: mail.worcester.example;\r\n"
        b"\tspf=pass smtp.mailfrom=dest.test;\r\n"
        b'\tdkim=fail reason="the body has changed" header.d=dest.test\r\n'
    )


@given(st.text(max_size=40), st.text(max_size=400))
def test_what_a_stranger_writes_cannot_leave_its_place(value: str, reason: str) -> None:
    found = results.field(US, [Result("spf", "fail", (("smtp.helo", value),), reason)])
    lines = found.split(b"\r\n")
    assert len(lines) == 3
    assert found.isascii()
    assert all(octet >= 32 or octet == 9 for octet in b"".join(lines))
    assert found.count(b'"') % 2 == 0


@pytest.mark.parametrize(
    "field",
    [
        b"Authentication-Results: mail.worcester.example; spf=pass\r\n",
        b"authentication-results :MAIL.Worcester.EXAMPLE;dkim=pass\r\n",
        b"Authentication-Results:\r\n mail.worcester.example 1;\r\n\tspf=pass\r\n",
        b'Authentication-Results: "mail.worcester.example"; spf=pass\r\n',
        b"Authentication-Results: (a (nested) \\) note) mail.worcester.example; spf=pass\r\n",
        b"Authentication-Results: mail.worcester.example.; none\r\n",
        b"Authentication-Results: ; spf=pass\r\n",
        b"Authentication-Results: (never closed mail.worcester.example; spf=pass\r\n",
    ],
)
def test_a_field_in_our_name_that_came_with_the_message_is_taken_out(field: bytes) -> None:
    message = (
        b"From: ann@dest.test\r\n"
        + field
        + b"Subject: x\r\n\r\nAuthentication-Results: mail.worcester.example\r\n"
    )
    assert results.without(message, US) == message.replace(field, b"")


@pytest.mark.parametrize(
    "field",
    [
        b"Authentication-Results: mx.dest.test; spf=pass\r\n",
        b"Authentication-Results: notmail.worcester.example; spf=pass\r\n",
        b"Authentication-Results: mx.dest.test (mail.worcester.example); spf=pass\r\n",
        b"X-Authentication-Results: mail.worcester.example; spf=pass\r\n",
    ],
)
def test_fields_of_others_stay(field: bytes) -> None:
    message = field + b"From: ann@dest.test\r\n\r\nAt ten.\r\n"
    assert results.without(message, US) == message


@given(st.binary(max_size=300))
def test_taking_fields_out_changes_nothing_else(rest: bytes) -> None:
    message = b"From: ann@dest.test\r\nAuthentication-Results:" + rest
    found = results.without(message, US)
    assert found == message or found.startswith(b"From: ann@dest.test\r\n")
    assert results.without(found, US) == found


NAMED: Records = {
    ("PTR", "7.2.0.192.in-addr.arpa"): ["liar.test", "pc7.dest.test"],
    ("A", "pc7.dest.test"): ["192.0.2.1", "192.0.2.7"],
}


def test_a_name_that_leads_back_is_a_pass() -> None:
    assert verdict(iprev.check("192.0.2.7"), NAMED) == IprevVerdict(Iprev.PASS, "pc7.dest.test")
    assert verdict(iprev.check("::ffff:192.0.2.7"), NAMED).result is Iprev.PASS


def test_a_name_that_leads_elsewhere_is_a_fail_and_none_at_all_an_error() -> None:
    other: Records = {**NAMED, ("A", "pc7.dest.test"): ["192.0.2.1"]}
    assert verdict(iprev.check("192.0.2.7"), other) == IprevVerdict(Iprev.FAIL, "liar.test")
    assert verdict(iprev.check("192.0.2.7"), {}) == IprevVerdict(Iprev.PERMERROR)


@pytest.mark.parametrize("silent", [("PTR", "7.2.0.192.in-addr.arpa"), ("A", "pc7.dest.test")])
def test_no_answer_is_no_verdict_on_a_name(silent: tuple[str, str]) -> None:
    assert verdict(iprev.check("192.0.2.7"), {**NAMED, silent: Missing.TROUBLE}).result is Iprev.TEMPERROR
