"""Reports read back: ours name their cause, any other that keeps to RFC 3464 gives recipients and statuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.evidence import Stage
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.read.reading import MAX_RECIPIENTS, read_report
from saywhy.why.read.values import NotAReport, ReadReport
from saywhy.wire.report.build import build
from saywhy.wire.report.values import (
    Action,
    DeliveryReport,
    Diagnostic,
    RecipientReport,
    ReportMessage,
    Returned,
)


def report(*groups: str, outer: str = "multipart/report; report-type=delivery-status") -> bytes:
    blocks = "\r\n\r\n".join(("Reporting-MTA: dns; worcester.example", *groups))
    return (
        f"From: <postmaster@worcester.example>\r\nSubject: Undeliverable: Secret\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: {outer}; boundary="r"\r\n\r\n--r\r\nContent-Type: text/plain\r\n\r\nno\r\n'
        f"--r\r\nContent-Type: message/delivery-status\r\n\r\n{blocks}\r\n\r\n--r--\r\n"
    ).encode()


def group(status: str, *more: str, action: str = "failed", to: str = "bob@dest.test") -> str:
    return "\r\n".join((f"Final-Recipient: rfc822; {to}", f"Action: {action}", f"Status: {status}", *more))


def only(content: bytes) -> tuple[str, str, str]:
    """Status, cause and rule of the one recipient."""
    found = read_report(content).recipients
    assert len(found) == 1
    return str(found[0].failure.status), found[0].failure.cause, found[0].rule


def test_our_own_report_names_the_cause() -> None:
    found = read_report(
        report(
            group(
                "5.1.1",
                "Diagnostic-Code: x-saywhy; 550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
                "X-SayWhy-Cause: recipient-unknown",
            )
        )
    )
    recipient = found.recipients[0]
    assert (found.dialect, found.reporting, found.subject) == (
        "saywhy",
        "worcester.example",
        "Undeliverable: Secret",
    )
    assert (recipient.address, recipient.action) == ("bob@dest.test", Action.FAILED)
    assert recipient.told
    assert recipient.failure.cause == "recipient-unknown"
    assert recipient.failure.evidence.reply == ()  # our words are no remote's


def test_a_report_that_wire_builds_is_read_back_with_cause_status_and_recipient() -> None:
    diagnostic = Diagnostic("smtp", ("550-5.7.1 no,", "550 5.7.1 never"))
    status = DeliveryReport(
        "worcester.example",
        (
            RecipientReport("jethro@worcester.example", Action.FAILED, Status(5, 1, 1), cause="recipient-unknown"),
            RecipientReport(
                "bob@dest.test",
                Action.DELAYED,
                Status(4, 7, 1),
                remote_mta="mx.dest.test",
                diagnostic=diagnostic,
                cause="remote-greylisted",
                act="nobody",
            ),
        ),
    )
    message = ReportMessage(
        sender="postmaster@worcester.example",
        sender_name="Mail",
        to="guy@worcester.example",
        subject="Undeliverable: Secret",
        date=1_000_000.0,
        message_id="<1@worcester.example>",
        in_reply_to="",
        language="en",
        text="no",
        html="",
        status=status,
        returned=Returned(b"Subject: Secret\r\n", full=False),
    )
    found = read_report(build(message, "token"))
    assert [(each.address, each.failure.cause, str(each.failure.status)) for each in found.recipients] == [
        ("jethro@worcester.example", "recipient-unknown", "5.1.1"),
        ("bob@dest.test", "remote-greylisted", "4.7.1"),
    ]
    assert all(each.told for each in found.recipients)
    assert found.recipients[1].failure.evidence.reply == diagnostic.lines


@pytest.mark.parametrize("claimed", ["no-such-cause", "../../etc/passwd", "Recipient-Unknown", "x" * 1000])
def test_a_cause_that_a_stranger_made_up_is_not_believed(claimed: str) -> None:
    found = read_report(
        report(group("5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no", f"X-SayWhy-Cause: {claimed}"))
    )
    assert not found.recipients[0].told
    assert found.recipients[0].failure.cause == "remote-user-unknown"


def test_a_remotes_words_in_any_report_are_read_like_a_reply() -> None:
    content = report(
        group("5.2.2", "Remote-MTA: dns; mx.dest.test", "Diagnostic-Code: smtp; 552 5.2.2 over quota")
    )
    assert only(content)[:2] == ("5.2.2", "remote-mailbox-full")
    failure = read_report(content).recipients[0].failure
    assert (failure.reply, failure.evidence.remote_host, failure.evidence.stage) == (
        552,
        "mx.dest.test",
        Stage.SEND,
    )


def test_the_status_field_stands_where_the_reply_has_no_code() -> None:
    """A literal 5.0.0 is not replaced by an invented code (design/reading: where peers fail)."""
    content = report(group("5.0.0", "Diagnostic-Code: smtp; 550 User unknown"))
    assert only(content)[:2] == ("5.0.0", "remote-user-unknown")


def test_failed_with_a_transient_status_stays_a_final_failure() -> None:
    """R14; peers turn it into a delay."""
    recipient = read_report(report(group("4.4.1"))).recipients[0]
    assert (recipient.action, recipient.failure.permanent) == (Action.FAILED, True)
    assert recipient.failure.cause == "no-answer"


def test_a_reporting_servers_own_code_gets_the_cause_of_a_servers_own_use() -> None:
    content = report(group("5.4.4", "Diagnostic-Code: X-Postfix; xyzzy"))
    assert only(content)[:2] == ("5.4.4", "no-mail-host")


@pytest.mark.parametrize(
    ("status", "words", "cause"),
    [
        ("5.1.1", "X-Postfix; unknown user: bob", "remote-user-unknown"),
        ("5.0.0", "X-Postfix; mailbox full", "remote-mailbox-full"),
        ("5.0.0", "X-Unix; 67", "remote-refused"),
        ("5.2.2", "X-Postfix; disk quota exceeded", "remote-mailbox-full"),
        ("5.4.1", "X-Postfix; connect to mx.dest.test[192.0.2.7]:25: Connection refused", "no-answer"),
        ("5.7.1", "", "remote-policy"),
    ],
)
def test_words_of_the_reporting_server_itself_count_too(status: str, words: str, cause: str) -> None:
    assert only(report(group(status, f"Diagnostic-Code: {words}")))[:2] == (status, cause)


def test_a_delay_is_read_as_a_delay() -> None:
    recipient = read_report(report(group("4.4.2", action="delayed"))).recipients[0]
    assert (recipient.failure.permanent, recipient.failure.cause) == (False, "connection-lost")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_good_news_is_read_as_such(action: str) -> None:
    assert only(report(group("2.0.0", action=action)))[1] == action


def test_every_recipient_is_read_in_order() -> None:
    groups = [group("5.1.1", to=f"r{number}@dest.test") for number in range(3)]
    assert [each.address for each in read_report(report(*groups)).recipients] == [
        "r0@dest.test",
        "r1@dest.test",
        "r2@dest.test",
    ]


def test_no_more_recipients_are_read_than_a_report_can_need() -> None:
    groups = [group("5.1.1", to=f"r{number}@dest.test") for number in range(MAX_RECIPIENTS + 5)]
    assert len(read_report(report(*groups)).recipients) == MAX_RECIPIENTS


def test_a_report_is_found_under_another_outer_type_and_when_it_was_forwarded() -> None:
    inner = report(group("5.1.1"), outer="multipart/mixed")
    forwarded = b'Content-Type: multipart/mixed; boundary="f"\r\n\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n'
    for content in (inner, forwarded + inner + b"\r\n--f--\r\n"):
        assert only(content)[0] == "5.1.1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\r\n\r\n",
        b"Subject: x\r\n\r\n550 5.1.1 no",
        report(),
        b"\x00" * 1000,
        bytes(range(256)) * 10,
    ],
)
def test_what_is_no_report_is_refused_with_what_it_lacks(content: bytes) -> None:
    with pytest.raises(NotAReport, match="message/delivery-status"):
        read_report(content)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read_report(content)
    except NotAReport:
        pass


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Status", "Action", "Diagnostic-Code", "Remote-MTA", "X-SayWhy-Cause"]), st.text()
        ),
        max_size=8,
    )
)
def test_any_fields_give_recipients_with_a_catalogued_cause(fields: list[tuple[str, str]]) -> None:
    lines = [f"{name}: {' '.join(value.split())}" for name, value in fields]
    found: ReadReport = read_report(report("\r\n".join(("Final-Recipient: rfc822; bob@dest.test", *lines))))
    for recipient in found.recipients:
        catalogue.cause(recipient.failure.cause)
