"""The status part: fields in the RFC's order, nothing that a value could do to them, and back again."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace

import pytest
from hypothesis import given

from saywhy.model.envelope import OriginalRecipient
from saywhy.model.status import Status
from saywhy.wire.report.clean import clean
from saywhy.wire.report.status import read, write
from saywhy.wire.report.values import Action, DeliveryReport, Diagnostic, RecipientReport
from tests.wire.report.strategies import REPORTS

AT = 1210108989.0
REFUSED = RecipientReport(
    final="ronald@partner.example",
    action=Action.FAILED,
    status=Status(5, 7, 1),
    original=OriginalRecipient("rfc822", "Ronald@Partner.example"),
    remote_mta="mail.partner.example",
    diagnostic=Diagnostic("smtp", ("550-5.7.1 Access denied", "550 5.7.1 see http://partner.example/why")),
    last_attempt=AT,
    final_log_id="1-8f31",
    cause="remote-policy",
    act="sender",
)
REPORT = DeliveryReport(
    reporting_mta="worcester.corp.example",
    recipients=(REFUSED,),
    envid="QQ314159",
    received_from="pc7.corp.example",
    received_from_ip="192.0.2.7",
    arrival=AT - 1,
)


def changed(**fields: object) -> DeliveryReport:
    return replace(REPORT, recipients=(replace(REFUSED, **fields),))  # type: ignore[arg-type]


def test_fields_stand_in_the_order_of_the_grammar() -> None:
    delayed = changed(action=Action.DELAYED, will_retry_until=AT + 100)
    assert write(delayed).decode() == (
        "Original-Envelope-Id: QQ314159\r\n"
        "Reporting-MTA: dns; worcester.corp.example\r\n"
        "Received-From-MTA: dns; pc7.corp.example (192.0.2.7)\r\n"
        "Arrival-Date: Tue, 06 May 2008 21:23:08 +0000\r\n"
        "\r\n"
        "Original-Recipient: rfc822; Ronald@Partner.example\r\n"
        "Final-Recipient: rfc822; ronald@partner.example\r\n"
        "Action: delayed\r\n"
        "Status: 5.7.1\r\n"
        "Remote-MTA: dns; mail.partner.example\r\n"
        "Diagnostic-Code: smtp; 550-5.7.1 Access denied\r\n"
        " 550 5.7.1 see http://partner.example/why\r\n"
        "Last-Attempt-Date: Tue, 06 May 2008 21:23:09 +0000\r\n"
        "Final-Log-ID: 1-8f31\r\n"
        "Will-Retry-Until: Tue, 06 May 2008 21:24:49 +0000\r\n"
        "X-SayWhy-Cause: remote-policy\r\n"
        "X-SayWhy-Act: sender\r\n"
    )


def test_what_is_not_known_has_no_field() -> None:
    least = DeliveryReport("mx.example", (RecipientReport("a@b", Action.FAILED, Status(5, 0, 0)),))
    assert write(least).decode() == (
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.0.0\r\n"
    )


def test_a_server_without_a_domain_is_no_dns_name() -> None:
    assert b"Reporting-MTA: x-local-hostname; worcester\r\n" in write(replace(REPORT, reporting_mta="worcester"))


def test_r20_addresses_beyond_ascii_are_encoded_for_a_7_bit_path_and_plain_for_smtputf8() -> None:
    report = changed(final="jürgen+x@böse.example", original=OriginalRecipient("utf-8", "jürgen@böse.example"))
    narrow, wide = write(report), write(report, utf8=True)
    assert b"Final-Recipient: utf-8; j\\x{FC}rgen\\x{2B}x@b\\x{F6}se.example\r\n" in narrow
    assert b"Original-Recipient: utf-8; j\\x{FC}rgen@b\\x{F6}se.example\r\n" in narrow
    assert "Final-Recipient: utf-8; jürgen+x@böse.example\r\n" in wide.decode()
    assert read(narrow) == read(wide, utf8=True) == report


def test_a_reply_beyond_ascii_does_not_make_the_part_8_bit_and_is_not_lost() -> None:
    report = changed(diagnostic=Diagnostic("smtp", ("550 5.1.1 Empfänger \\x{41} unbekannt",)))
    assert b"550 5.1.1 Empf\\x{E4}nger \\x{5C}x{41} unbekannt" in write(report)
    assert read(write(report)) == report


def test_long_replies_are_folded_and_come_back_whole() -> None:
    long = "550 5.7.1 " + "because of the following reason " * 20 + "http://" + "x" * 700
    report = changed(diagnostic=Diagnostic("smtp", (long, "550 " + "y " * 100 + "y")))
    lines = write(report).decode().split("\r\n")
    assert max(map(len, lines)) < 300
    assert read(write(report)) == report


@pytest.mark.parametrize("utf8", [False, True])
def test_r13_groups_are_parted_by_one_empty_line_and_hold_the_four_mandatory_fields(utf8: bool) -> None:
    body = write(replace(REPORT, recipients=(REFUSED, REFUSED, REFUSED)), utf8=utf8)
    groups = body.decode().removesuffix("\r\n").split("\r\n\r\n")
    assert len(groups) == 4
    assert groups[0].count("Reporting-MTA: ") == 1
    for group in groups[1:]:
        assert [name for name in ("Final-Recipient", "Action", "Status") if f"{name}: " not in group] == []
    assert not any(group.startswith("\r\n") for group in groups)


FIELD = re.compile(r"[A-Za-z-]+: \S.*|[ \t]+\S.*|")
NAMES = [
    ["original-envelope-id", "reporting-mta", "received-from-mta", "arrival-date"],
    [
        "original-recipient",
        "final-recipient",
        "action",
        "status",
        "remote-mta",
        "diagnostic-code",
        "last-attempt-date",
        "final-log-id",
        "will-retry-until",
        "x-saywhy-cause",
        "x-saywhy-act",
    ],
]


@given(REPORTS)
def test_any_values_come_back_as_clean_says_and_clean_values_come_back_identical(report: DeliveryReport) -> None:
    expected = clean(report)
    assert clean(expected) == expected
    for utf8 in (False, True):
        assert read(write(report, utf8=utf8), utf8=utf8) == expected
        assert write(expected, utf8=utf8) == write(report, utf8=utf8)


@given(REPORTS)
def test_no_value_can_add_a_line_a_field_or_a_group(report: DeliveryReport) -> None:
    body = write(report)
    assert body.isascii()
    assert re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body) is None
    assert body.count(b"\r") == body.count(b"\n") == body.count(b"\r\n")
    groups = body.decode().split("\r\n\r\n")
    assert len(groups) == 1 + len(report.recipients)
    for at, group in enumerate(groups):
        names = [line.partition(":")[0].lower() for line in group.split("\r\n") if line and line[0] not in " \t"]
        allowed = NAMES[min(at, 1)]
        assert names == [name for name in allowed if name in names]


@given(REPORTS)
def test_the_standard_library_finds_the_same_groups(report: DeliveryReport) -> None:
    content = b"Content-Type: message/delivery-status\r\n\r\n" + write(report)
    groups = email.message_from_bytes(content, policy=email.policy.default).get_payload()
    assert len(groups) == 1 + len(report.recipients)
    assert [str(group["Action"]) for group in groups[1:]] == [r.action.value for r in report.recipients]


# What other systems write.


def test_reports_of_other_systems_are_read_as_far_as_they_go() -> None:
    body = (
        b"reporting-mta: dns;mx.other.example\nArrival-Date: Tue, 6 May 2008 22:23:08 +0100\n\n \n"
        b"Final-recipient: RFC822;<bob@other.example>\nACTION: Failed (after all)\nStatus: 5.1.1 (no such user)\n"
        b"Remote-MTA: DNS; mx.far.example (192.0.2.9, the server for the domain)\nthis is no field\n"
        b"Diagnostic-Code: SMTP; 550-5.1.1 No\n  such user\n 550 5.1.1 Bye\n"
    )
    report = read(body)
    (recipient,) = report.recipients
    assert report.reporting_mta == "mx.other.example"
    assert report.arrival == 1210108988.0
    assert recipient.status == Status(5, 1, 1)
    assert recipient.remote_mta == "mx.far.example"
    assert recipient.diagnostic == Diagnostic("smtp", ("550-5.1.1 No such user", "550 5.1.1 Bye"))


def test_a_report_without_a_status_gets_the_least_that_its_action_says() -> None:
    body = b"Reporting-MTA: dns; a.b\n\nFinal-Recipient: rfc822; a@b\nAction: delayed\nWill-Retry-Until: soon\n"
    (recipient,) = read(body).recipients
    assert (recipient.status, recipient.will_retry_until) == (Status(4, 0, 0), 0.0)


@pytest.mark.parametrize(
    "body", [b"", b"\r\n\r\n", b"Final-Recipient", b"\xff\xfe", b":\r\n:\r\n", b"a:b\n" * 100]
)
def test_scraps_give_an_empty_report(body: bytes) -> None:
    assert read(body).recipients == ()


def test_a_huge_part_is_read_to_a_bound() -> None:
    assert len(read(b"R: x\n\n" + b"Action: failed\n\n" * 200_000).recipients) < 10_000


@pytest.mark.parametrize("more", [b"\n y", b"\n\t\ty", b"\n 550 y"])
def test_a_value_of_very_many_lines_is_read(more: bytes) -> None:
    (recipient,) = read(b"Action: failed\nDiagnostic-Code: smtp; 550 x" + more * 200_000).recipients
    assert recipient.diagnostic.lines[0].startswith("550 x")


def test_empty_lines_before_the_first_field_are_passed_over() -> None:
    assert read(b"\r\n\r\n" + write(REPORT)) == REPORT
