"""Reports as messages: who gets which, in what envelope, with which parts (spec B1, B2, B4, B5; R2 to R20)."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

import pytest

from saywhy.flow.report.letter import random_tokens
from saywhy.flow.report.reporter import MAX_RECIPIENTS
from saywhy.flow.stages import OutgoingReport, Settled
from saywhy.model.address import Address
from saywhy.model.envelope import Body, Envelope, Notify, OriginalRecipient, Recipient, Ret
from saywhy.model.outcome import Deferred, Failed, Outcome
from saywhy.model.status import Status
from saywhy.wire.report.parse import parse
from saywhy.wire.report.values import Action, Diagnostic, RecipientReport
from tests.flow.report.examples import (
    ASKED,
    CONTENT,
    DELAYED,
    DELIVERED,
    EXPANDED,
    EXPIRED,
    EXPIRES,
    EXTERNAL,
    GUY,
    HOST,
    NO_ANSWER,
    NOW,
    ORGANISATION,
    REFUSED,
    RELAYED,
    STRANGER,
    UNKNOWN,
    World,
    configured,
    message,
    pending,
    settled,
)

EVERY: list[Outcome] = [UNKNOWN, REFUSED, EXPIRED, DELAYED, DELIVERED, RELAYED, EXPANDED]
EVERY_ACTION = ["failed", "failed", "failed", "delayed", "delivered", "relayed", "expanded"]
KINDS = list(zip(EVERY, EVERY_ACTION, strict=True))
HEADER = CONTENT[: CONTENT.index(b"\r\n\r\n") + 2]


def read(report: OutgoingReport) -> EmailMessage:
    parsed = email.message_from_bytes(report.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def recipient(report: OutgoingReport) -> RecipientReport:
    (one,) = parse(report.content).status.recipients
    return one


def group(report: OutgoingReport, which: int = 1) -> EmailMessage:
    """A group of fields of the status part, as the standard library reads it."""
    _, status, _ = read(report).iter_parts()
    found = status.get_payload()[which]
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("outcome", EVERY)
def test_r2_reports_leave_from_the_null_reverse_path_and_never_answer_one(outcome: Outcome) -> None:
    wish = Notify.SUCCESS | Notify.FAILURE | Notify.DELAY
    report = World().only(message(), settled(outcome, notify=wish))
    assert report.envelope.sender is None
    answered = World().report(message(sender=None), [settled(outcome, notify=wish)])
    assert answered.outgoing == ()
    assert [held.rule for held in answered.suppressed] == ["null-reverse-path"]


def test_r3_a_report_goes_to_the_reverse_path_and_to_nobody_that_the_header_names() -> None:
    content = CONTENT.replace(b"From: Guy <guy@corp.example>", b"From: boss@corp.example\r\nReply-To: x@y.example")
    report = World().only(message(content=content), settled(UNKNOWN), content=content)
    assert report.envelope == Envelope(None, (Recipient(GUY, Notify.NEVER),))
    assert [str(address) for address in read(report)["To"].addresses] == ["guy@corp.example"]


def test_r5_recipients_who_asked_for_no_failure_reports_are_left_out_of_the_report() -> None:
    results = [settled(UNKNOWN, "a@corp.example"), settled(UNKNOWN, "b@corp.example", Notify.SUCCESS)]
    (report,) = World().report(message(), results).outgoing
    assert [one.final for one in parse(report.content).status.recipients] == ["a@corp.example"]


@pytest.mark.parametrize(
    ("outcome", "kind", "status"),
    [(DELIVERED, "delivered", "2.1.5"), (RELAYED, "relayed", "2.0.0"), (EXPANDED, "expanded", "2.0.0")],
)
def test_r6_a_success_is_reported_when_it_was_asked_for(outcome: Outcome, kind: str, status: str) -> None:
    report = World().only(message(), settled(outcome, notify=ASKED))
    assert report.kind == kind
    assert recipient(report).action.value == kind
    assert str(recipient(report).status) == status
    assert World().report(message(), [settled(outcome)]) == World().report(message(), [])


def test_r9_the_envelope_id_appears_once_and_only_when_there_was_one() -> None:
    report = World().only(message(envid="QQ314159"), settled(UNKNOWN), settled(UNKNOWN, "b@corp.example"))
    assert report.content.count(b"Original-Envelope-Id: QQ314159\r\n") == 1
    assert b"Original-Envelope-Id" not in World().only(message(), settled(UNKNOWN)).content


@pytest.mark.parametrize(("outcome", "kind"), KINDS)
@pytest.mark.parametrize("ret", [None, Ret.FULL, Ret.HDRS])
def test_r10_the_whole_original_returns_only_with_a_failure_and_never_against_ret_hdrs(
    outcome: Outcome, kind: str, ret: Ret | None
) -> None:
    report = World().only(message(ret=ret), settled(outcome, notify=ASKED | Notify.DELAY))
    whole = kind == "failed" and ret is not Ret.HDRS
    returned = parse(report.content).returned
    assert returned.full is whole
    assert returned.content == (CONTENT if whole else HEADER)


def test_r11_a_group_that_keeps_the_reverse_path_is_an_alias_and_its_report_says_expanded() -> None:
    group_address = "staff@corp.example"
    asked = pending(group_address, ASKED, OriginalRecipient("rfc822", "Staff@corp.example"))
    report = World().only(message(), Settled(asked, EXPANDED))
    one = recipient(report)
    assert (one.action, one.final, one.original) == (
        Action.EXPANDED,
        group_address,
        OriginalRecipient("rfc822", "Staff@corp.example"),
    )
    assert "members" in parse(report.content).text


def test_r11_a_failing_member_is_reported_under_the_address_that_the_sender_wrote() -> None:
    member = replace(pending("staff@corp.example"), address=Address("secret.member", "corp.example"))
    report = World().only(message(origin=EXTERNAL, sender=STRANGER), Settled(member, UNKNOWN))
    assert recipient(report).final == "staff@corp.example"
    assert b"secret.member" not in report.content


@pytest.mark.parametrize("outcome", EVERY)
@pytest.mark.parametrize("html", [True, False])
def test_r12_every_report_is_multipart_report_with_text_status_and_returned_part(
    outcome: Outcome, html: bool
) -> None:
    report = configured(report_html=html).only(message(), settled(outcome, notify=ASKED | Notify.DELAY))
    root = read(report)
    assert root.get_content_type() == "multipart/report"
    assert root.get_param("report-type") == "delivery-status"
    human, status, returned = root.iter_parts()
    kinds = [part.get_content_type() for part in human.walk() if not part.is_multipart()]
    assert kinds == (["text/plain", "text/html"] if html else ["text/plain"])
    assert status.get_content_type() == "message/delivery-status"
    assert returned.get_content_type() in ("message/rfc822", "text/rfc822-headers")


@pytest.mark.parametrize("outcome", EVERY)
def test_r13_the_status_part_is_7_bit_and_has_its_mandatory_fields(outcome: Outcome) -> None:
    report = World().only(message(), settled(outcome, notify=ASKED | Notify.DELAY))
    per_message, per_recipient = group(report, 0), group(report, 1)
    assert per_message["Reporting-MTA"] == f"dns; {HOST}"
    assert per_recipient["Final-Recipient"] == "rfc822; jethro@corp.example"
    assert per_recipient["Action"]
    assert per_recipient["Status"]
    _, status, _ = read(report).iter_parts()
    assert status.as_bytes().isascii()


@pytest.mark.parametrize(("outcome", "kind"), KINDS)
def test_r14_the_class_of_the_status_agrees_with_the_action(outcome: Outcome, kind: str) -> None:
    one = recipient(World().only(message(), settled(outcome, notify=ASKED | Notify.DELAY)))
    classes = {"failed": (4, 5), "delayed": (4,)}.get(kind, (2,))
    assert one.status.class_ in classes
    delayed = Deferred(replace(NO_ANSWER, status=Status(5, 4, 1)))
    assert recipient(World().only(message(), settled(delayed))).status == Status(4, 4, 1)
    given_up = Failed(replace(NO_ANSWER, permanent=True))
    assert recipient(World().only(message(), settled(given_up))).status == Status(4, 4, 1)


def test_r15_a_remote_that_replied_is_named_and_quoted_word_for_word() -> None:
    one = recipient(World().only(message(), settled(REFUSED)))
    assert one.remote_mta == "mail.partner.example"
    assert isinstance(REFUSED, Failed)
    assert one.diagnostic == Diagnostic("smtp", REFUSED.failure.evidence.reply)
    relayed = recipient(World().only(message(), settled(RELAYED, notify=ASKED)))
    assert (relayed.remote_mta, relayed.diagnostic) == (
        "mail.partner.example",
        Diagnostic("smtp", ("250 2.1.5 OK",)),
    )


@pytest.mark.parametrize("outcome", [UNKNOWN, DELAYED, EXPIRED])
def test_r15_without_a_reply_there_is_no_remote_and_the_words_are_marked_as_ours(outcome: Outcome) -> None:
    one = recipient(World().only(message(), settled(outcome)))
    assert one.remote_mta == ""
    assert one.diagnostic.type == "x-saywhy"


@pytest.mark.parametrize(("outcome", "kind"), KINDS)
def test_r16_will_retry_until_stands_with_delayed_and_with_nothing_else(outcome: Outcome, kind: str) -> None:
    report = World().only(message(), settled(outcome, notify=ASKED | Notify.DELAY))
    assert recipient(report).will_retry_until == (EXPIRES if kind == "delayed" else 0.0)
    assert (b"Will-Retry-Until" in report.content) == (kind == "delayed")
    assert b"DSN-Gateway" not in report.content


def test_r20_a_reverse_path_beyond_ascii_gets_a_global_report_by_smtputf8() -> None:
    jurgen = Address("jürgen", "böse.example")
    content = CONTENT.replace(b"Subject: Secret", "Subject: Grüße".encode())
    sent = message(jurgen, content=content, smtputf8=True)
    report = World().only(sent, settled(UNKNOWN, "müller@corp.example"), content=content)
    assert report.envelope.smtputf8
    assert report.envelope.body is Body.EIGHTBITMIME
    assert b"Final-Recipient: utf-8; m\xc3\xbcller@corp.example\r\n" in report.content
    assert b"Content-Type: message/global\r\nContent-Transfer-Encoding: 8bit" in report.content


def test_r20_a_reverse_path_in_ascii_gets_everything_in_7_bit() -> None:
    content = CONTENT.replace(b"Subject: Secret", "Subject: Grüße".encode())
    sent = message(content=content, smtputf8=True)
    report = World().only(sent, settled(UNKNOWN, "müller@corp.example"), content=content)
    assert not report.envelope.smtputf8
    assert report.envelope.body is Body.SEVENBIT
    assert report.content.isascii()
    assert b"Final-Recipient: utf-8; m\\x{FC}ller@corp.example\r\n" in report.content
    parsed = parse(report.content)
    assert (parsed.returned.content, parsed.returned.utf8) == (content, True)
    assert parsed.subject == "Undeliverable: Grüße"


# Spec B1, B2, B4, B5


def test_kinds_are_never_mixed_and_recipients_of_one_kind_share_a_report() -> None:
    results = [
        settled(UNKNOWN, "a@corp.example"),
        settled(DELAYED, "b@partner.example"),
        settled(REFUSED, "c@partner.example"),
        settled(DELIVERED, "d@corp.example", ASKED),
    ]
    reports = World().report(message(), results).outgoing
    assert [
        (report.kind, [one.pending.recipient.address.local for one in report.about]) for report in reports
    ] == [
        ("failed", ["a", "c"]),
        ("delayed", ["b"]),
        ("delivered", ["d"]),
    ]
    assert len({report.headline.message_id for report in reports}) == 3


def test_a_report_names_a_hundred_recipients_and_says_how_many_follow() -> None:
    results = [settled(UNKNOWN, f"r{number}@corp.example") for number in range(250)]
    reports = World().report(message(), results).outgoing
    assert [len(report.about) for report in reports] == [MAX_RECIPIENTS, MAX_RECIPIENTS, 50]
    texts = [parse(report.content).text for report in reports]
    assert "150 more recipients are in further reports." in texts[0]
    assert "50 more recipients are in further reports." in texts[1]
    assert "further report" not in texts[2]


def test_the_header_is_that_of_the_specification() -> None:
    report = World().only(message(), settled(UNKNOWN))
    root = read(report)
    assert str(root["From"]) == "Mail Delivery System <postmaster@corp.example>"
    assert root["Subject"] == "Undeliverable: Secret"
    assert root["In-Reply-To"] == root["References"] == "<a1b2@corp.example>"
    assert root["Auto-Submitted"] == "auto-replied"
    assert root["Content-Language"] == "en"
    assert root["X-SayWhy-Message-Is-Ndr"] == "yes"
    assert root["MIME-Version"] == "1.0"
    assert root["Date"].datetime.timestamp() == NOW
    assert str(root["Message-ID"]).endswith(f"@{HOST}>")
    assert report.headline.subject == "Undeliverable: Secret"


def test_only_a_failed_report_is_marked_as_an_ndr() -> None:
    for outcome, kind in zip(EVERY, EVERY_ACTION, strict=True):
        report = World().only(message(), settled(outcome, notify=ASKED | Notify.DELAY))
        assert ("X-SayWhy-Message-Is-Ndr" in read(report)) == (kind == "failed")


@pytest.mark.parametrize(
    ("settings", "sender"),
    [
        ({}, "postmaster@corp.example"),
        ({"report_postmaster": "mail.team@corp.example"}, "mail.team@corp.example"),
        ({"report_postmaster": "pöst@corp.example"}, "postmaster@corp.example"),  # not on a 7-bit path
    ],
)
def test_reports_come_from_whoever_answers_for_the_server(settings: dict[str, object], sender: str) -> None:
    assert parse(configured(**settings).only(message(), settled(UNKNOWN)).content).sender == sender


def test_without_a_domain_of_its_own_the_server_answers_for_itself() -> None:
    alone = World(replace(ORGANISATION, domains={}))
    assert parse(alone.only(message(), settled(UNKNOWN)).content).sender == f"postmaster@{HOST}"


def test_the_status_part_tells_where_the_message_came_from_and_what_it_is_called_here() -> None:
    report = World().only(message(), settled(UNKNOWN))
    assert group(report, 0)["Received-From-MTA"] == "dns; pc7.corp.example (192.0.2.7)"
    one = recipient(report)
    assert (one.final_log_id, one.cause, one.act) == ("1-8f31", "recipient-unknown", "sender")
    assert one.last_attempt == NOW


@pytest.mark.parametrize(
    ("external", "settings", "ret", "full"),
    [
        (False, {}, None, True),
        (False, {"report_max_return_size": len(CONTENT) - 1}, None, False),
        (False, {"report_max_return_size": len(CONTENT)}, None, True),
        (False, {"report_max_return_size": 0}, None, False),
        (True, {}, None, False),
        (True, {}, Ret.FULL, False),
        (True, {"report_external_full": True}, None, True),
        (True, {"report_external_full": True}, Ret.HDRS, False),
    ],
)
def test_readers_outside_get_the_header_back_and_readers_of_ours_the_whole_up_to_a_size(
    external: bool, settings: dict[str, object], ret: Ret | None, full: bool
) -> None:
    sent = message(STRANGER, EXTERNAL, ret=ret) if external else message(ret=ret)
    assert parse(configured(**settings).only(sent, settled(UNKNOWN)).content).returned.full is full


def test_an_original_with_8_bit_text_is_returned_as_it_is_and_the_envelope_says_so() -> None:
    content = CONTENT + "Grüße\r\n".encode("latin-1")
    report = World().only(message(content=content), settled(UNKNOWN), content=content)
    assert report.envelope.body is Body.EIGHTBITMIME
    assert parse(report.content).returned.content == content


def test_tokens_are_fresh_for_each_report_and_long_enough_not_to_be_foreseen() -> None:
    token = random_tokens()
    tokens = {token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) >= 20 and token.isalnum() for token in tokens)
