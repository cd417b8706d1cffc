"""What people read: the words and their order (spec B3, B10), for whom (B5), in text and in HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from saywhy.flow.stages import OutgoingReport
from saywhy.model.address import Address
from saywhy.model.envelope import Notify
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Failed, Outcome
from saywhy.model.queued import HopKind, NextHop
from saywhy.model.report_switches import RemoteDomain
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.entries import Permanence
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import (
    ASKED,
    CONTENT,
    DELAYED,
    DELIVERED,
    EXPANDED,
    EXPIRED,
    EXTERNAL,
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
    settled,
)

OUTSIDE = message(STRANGER, EXTERNAL)
EVERY: list[Outcome] = [UNKNOWN, REFUSED, EXPIRED, DELAYED, DELIVERED, RELAYED, EXPANDED]


def text(report: OutgoingReport) -> str:
    return parse(report.content).text


def told(outcome: Outcome, *, outside: bool = False, notify: Notify = Notify.ABSENT) -> str:
    return text(World().only(OUTSIDE if outside else message(), settled(outcome, notify=notify)))


def test_a_failed_report_has_the_three_sentences_of_the_field_in_english() -> None:
    words = told(UNKNOWN)
    for sentence in (
        "Your message did not reach some or all of the intended recipients.",
        "Delivery has failed to these recipients:",
        "Diagnostic information for administrators:",
    ):
        assert f"\n{sentence}\n" in f"\n{words}"


def test_the_text_has_the_order_of_the_model_report() -> None:
    order = [
        "Your message did not reach",
        "Subject:  Undeliverable: Secret",
        "Sent:     6 May 2008, 22:23 (UTC+01:00)",
        "Delivery has failed to these recipients:",
        "jethro@corp.example on 6 May 2008, 22:23 (UTC+01:00)",
        "There is no mailbox",
        "What you can do:",
        "1. ",
        "2. ",
        "Who has to act: [x] you   [ ] your mail server   [ ] the recipient's server",
        f"<{HOST} #5.1.1>",
        "-" * 60,
        "Diagnostic information for administrators:",
        f"Generating server: {HOST}",
        "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##",
        "Message hops:",
        f"2008-05-06 21:23:08Z  pc7.corp.example -> {HOST}  ESMTPSA  +0 s",
        "Original message headers:",
        "Received: from pc7.corp.example ([192.0.2.7])\n by worcester.corp.example with ESMTPSA id 1-8f31\n",
    ]
    words, at = told(UNKNOWN), 0
    for piece in order:
        found = words.find(piece, at)
        assert found >= 0, piece
        at = found + len(piece)


@pytest.mark.parametrize("outcome", EVERY)
def test_the_last_line_of_the_block_and_of_the_report_is_server_and_code(outcome: Outcome) -> None:
    words = told(outcome, notify=ASKED | Notify.DELAY)
    code = re.findall(r"<[^<>]+ #\d\.\d\.\d>", words)
    assert len(code) == 2
    assert words.rstrip("\n").rsplit("\n", 1)[1] == code[0] == code[1]
    block = words.split("-" * 60)[0].rstrip()
    assert block.rsplit("\n", 1)[1].strip() == code[0]


def test_several_codes_are_repeated_once_each_at_the_end() -> None:
    results = [
        settled(UNKNOWN, "a@corp.example"),
        settled(REFUSED, "b@partner.example"),
        settled(UNKNOWN, "c@corp.example"),
    ]
    (report,) = World().report(message(), results).outgoing
    assert text(report).splitlines()[-2:] == [f"<{HOST} #5.1.1>", f"<{HOST} #5.7.1>"]


def test_a_remote_refusal_names_the_server_quotes_it_and_stands_in_its_own_form_below() -> None:
    words = told(REFUSED)
    assert "      mail.partner.example said:\n        > 550-5.7.1 Message rejected due to\n" in words
    assert (
        "mail.partner.example #<mail.partner.example #5.7.1 smtp; 550-5.7.1 Message rejected due to 550 5.7.1 "
        "local policy; see http://partner.example/why> #SMTP#" in words
    )
    assert " said:" not in told(UNKNOWN)


@pytest.mark.parametrize(
    ("outcome", "outside", "ticked"),
    [
        (UNKNOWN, False, "[x] you"),
        (UNKNOWN, True, "[x] you"),
        (DELAYED, False, "[x] nobody: wait"),
        (EXPIRED, False, "[x] the recipient's server"),
    ],
)
def test_who_has_to_act_is_ticked(outcome: Outcome, outside: bool, ticked: str) -> None:
    words = told(outcome, outside=outside)
    assert ticked in words
    assert words.count("[x]") == 1


def failure(cause: str, **evidence: object) -> Failure:
    seen = replace(Evidence(Stage.CATEGORIZE), **evidence)  # type: ignore[arg-type]
    return Failure(Status(5, 4, 6), 550, cause, "loop", seen, permanent=True, tag="RESOLVER.FWD.Loop")


def test_our_administrator_is_the_recipients_server_to_a_reader_outside() -> None:
    looping = Failed(failure("directory-loop"))
    assert "[x] your mail server" in told(looping)
    assert "[x] the recipient's server" in told(looping, outside=True)


# Delays


def test_a_delay_says_until_when_delivery_is_tried_and_that_nothing_has_to_be_done() -> None:
    words = told(DELAYED)
    assert "Your message has not arrived yet." in words
    joined = " ".join(words.split())
    assert "No action is needed now. We keep trying until 8 May 2008, 22:23 (UTC+01:00)." in joined


def causes_that_can_be_waited_for() -> list[str]:
    return [id_ for id_ in catalogue.causes() if catalogue.cause(id_).permanence is not Permanence.PERMANENT]


@pytest.mark.parametrize("cause", causes_that_can_be_waited_for())
def test_a_delay_never_says_failed(cause: str) -> None:
    report = World().only(message(), settled(Deferred(replace(NO_ANSWER, cause=cause))))
    human = parse(report.content)
    assert "failed" not in (human.subject + human.text + human.html).lower()


@pytest.mark.parametrize("cause", catalogue.causes())
def test_every_cause_of_the_catalogue_makes_a_report_with_a_reason_steps_and_somebody_who_acts(cause: str) -> None:
    words = told(Failed(replace(failure(cause), cause=cause)))
    assert re.search(r"\[x\] ", words)
    assert "What you can do:\n        1. " in words
    assert "None" not in words
    assert not re.search(r"[{}]", words)


# Successes


@pytest.mark.parametrize(
    ("outcome", "title", "sentence"),
    [
        (DELIVERED, "Your message has arrived.", "The message is in this mailbox."),
        (
            RELAYED,
            "Your message was handed on to another mail system.",
            "mail.partner.example has taken the message",
        ),
        (EXPANDED, "Your message was handed on to the members of a group.", "This address is a group;"),
    ],
)
def test_a_success_is_told_in_a_sentence_and_asks_nobody_to_act(
    outcome: Outcome, title: str, sentence: str
) -> None:
    words = told(outcome, notify=ASKED)
    assert words.startswith(title)
    assert sentence in words
    assert "Who has to act" not in words
    assert "failed" not in words.lower()


# Whose eyes


def test_near_misses_are_for_readers_of_ours_alone() -> None:
    assert "Did you mean jethro.tull@corp.example?" in told(UNKNOWN)
    outside = World().only(OUTSIDE, settled(UNKNOWN))
    assert b"jethro.tull" not in outside.content


def test_several_near_misses_are_listed_in_one_question() -> None:
    near = Failed(failure("recipient-unknown", near=("a@corp.example", "b@corp.example", "c@corp.example")))
    assert "Did you mean a@corp.example, b@corp.example or c@corp.example?" in told(near)


def beyond(outcome: Outcome) -> str:
    """What is read when that befell an address to which a contact of ours leads on."""
    one = settled(outcome, "sales@corp.example")
    led = replace(one.pending, address=Address.parse("hidden@elsewhere.example"), mailbox="")
    words = text(World().only(OUTSIDE, replace(one, pending=led)))
    assert "hidden@" not in words
    return " ".join(words.split())


def test_what_befell_an_address_that_a_contact_leads_on_to_is_not_said_of_the_contact() -> None:
    words = beyond(Failed(failure("recipient-unknown")))
    assert (
        "sales@corp.example passes its mail on to another address; what is said here is about that one." in words
    )
    assert "passes its mail on" not in told(Failed(failure("recipient-unknown")))


def test_a_sender_can_mend_the_message_wherever_it_was_refused_and_no_address_behind_a_contact() -> None:
    large = Failed(failure("remote-too-large"))
    assert "[x] you" in beyond(large)
    assert "Make the attachments smaller" in beyond(large)
    assert "[x] you" in told(Failed(failure("recipient-unknown")))
    assert "[x] the recipient's server" in beyond(Failed(failure("recipient-unknown")))


def attempted(outcome: Outcome) -> str:
    one = settled(outcome, "ronald@partner.example")
    tried = replace(
        one.pending,
        attempts=14,
        first_attempt=NOW - 7200,
        last_attempt=NOW,
        hop=NextHop(HopKind.DNS, "partner.example", "Internet"),
    )
    return text(World().only(message(), replace(one, pending=tried)))


def test_administrators_of_ours_read_what_was_seen() -> None:
    words = attempted(REFUSED)
    for fact in (
        "Message id: 1-8f31",
        "Attempts: 14",
        "First attempt: 2008-05-06 19:23:09Z",
        "Last attempt: 2008-05-06 21:23:09Z",
        "Queue: dns/partner.example/Internet",
        "TLS: TLSv1.3 TLS_AES_256_GCM_SHA384",
        "Tried: mail.partner.example [203.0.113.5]:25: 550 at RCPT",
        "C: EHLO worcester.corp.example",
    ):
        assert fact in words


def test_the_attempts_that_led_to_an_expiry_are_listed_with_their_times() -> None:
    words = attempted(EXPIRED)
    assert "2008-05-06 21:23:09Z  421 4.4.1 SMTPSEND.NoAnswer; Connection timed out" in words
    assert "2008-05-06 22:23:09Z  421 4.4.1 SMTPSEND.NoAnswer; Connection timed out" in words


def test_a_limit_is_told_with_what_was_seen_and_in_its_unit() -> None:
    large = Failed(failure("message-too-large", observed=39 * 1024 * 1024, limit=36 * 1024 * 1024))
    assert "39 MB" in told(large)
    assert "36 MB" in told(large)


def test_a_reader_outside_learns_nothing_of_ours_but_this_servers_name() -> None:
    secret = Failed(
        replace(
            REFUSED.failure,
            evidence=replace(
                REFUSED.failure.evidence,
                connector="INTERNAL-CONNECTOR",
                queue="INTERNAL-QUEUE",
                name="INTERNAL-RULE",
                hosts=("INTERNAL-HOST [10.0.0.1]:25: refused",),
                dns="INTERNAL-DNS",
                tls="INTERNAL-TLS",
                near=("INTERNAL-NEAR@corp.example",),
                transcript=("C: INTERNAL-TRANSCRIPT",),
            ),
        )
    )
    for outcome in (secret, Deferred(replace(secret.failure, permanent=False))):
        report = World().only(OUTSIDE, settled(outcome))
        assert b"INTERNAL" not in report.content
        assert f"Generating server: {HOST}" in text(report)
        assert "#<mail.partner.example #" in text(report)


def test_the_section_for_administrators_can_be_kept_from_readers_outside() -> None:
    everybody = {"*": RemoteDomain("Default", "*", diagnostics=False)}
    world = World(replace(ORGANISATION, remote_domains=everybody))
    reports = [world.only(who, settled(UNKNOWN)).content for who in (OUTSIDE, message())]
    outside, inside = map(parse, reports)
    for human in (outside.text, outside.html):
        assert "Diagnostic information" not in human
        assert "Received:" not in human
    assert outside.text.endswith(f"\n<{HOST} #5.1.1>\n")
    assert "Diagnostic information" in inside.text
    assert b"\r\nReceived:" not in reports[0]  # nor the way that the message took inside
    assert b"\r\nReceived:" in reports[1]
    assert all(b"\r\nSubject: Secret\r\n" in report for report in reports)


def test_the_organisations_own_words_stand_below_the_recipients() -> None:
    words = text(configured(report_help_text="Help desk: 1234\nintranet/help").only(message(), settled(UNKNOWN)))
    assert words.index("Help desk: 1234") < words.index("-" * 60)
    assert "intranet/help" in words


# Subjects, times, hops, headers


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle", "Undeliverable: Grüße an alle"),
        ("Grüße".encode(), "Undeliverable: Grüße"),
        (b"", "Undeliverable: (no subject)"),
        (b"a\r\n\tfolded one", "Undeliverable: a folded one"),
        (b"=?utf-8?q?evil=0D=0ABcc:_x@y=1B[2J?=", "Undeliverable: evil Bcc: x@y?[2J"),
        (b"=?utf-8?q?=E2=80=AEtxt.exe?=", "Undeliverable: ?txt.exe"),
    ],
)
def test_the_subject_is_decoded_and_made_harmless(subject: bytes, shown: str) -> None:
    content = CONTENT.replace(b"Subject: Secret", b"Subject: " + subject)
    human = parse(World().only(message(content=content), settled(UNKNOWN), content=content).content)
    assert human.subject == shown
    assert f"      Subject:  {shown}\n" in human.text


def test_a_long_subject_is_cut_to_255_characters() -> None:
    content = CONTENT.replace(b"Subject: Secret", b"Subject: " + b"long " * 100)
    human = parse(World().only(message(content=content), settled(UNKNOWN), content=content).content)
    assert len(human.subject) <= 255
    assert human.subject.endswith("...")


@pytest.mark.parametrize(
    ("date", "sent"),
    [
        (b"Tue, 06 May 2008 16:23:07 -0500", "6 May 2008, 16:23 (UTC-05:00)"),
        (b"Tue, 06 May 2008 21:23:07 GMT", "6 May 2008, 21:23 (UTC)"),
        (b"no date at all", "6 May 2008, 21:23 (UTC)"),  # its arrival
        (b"Tue, 06 May 2008 21:23:07 +9900", "2 May 2008, 18:23 (UTC)"),  # no zone on earth
    ],
)
def test_times_are_shown_in_the_senders_own_zone(date: bytes, sent: str) -> None:
    content = CONTENT.replace(b"Tue, 06 May 2008 22:23:07 +0100", date)
    words = text(World().only(message(content=content), settled(UNKNOWN), content=content))
    assert f"      Sent:     {sent}\n" in words


def test_hops_are_listed_in_order_with_the_time_that_each_took() -> None:
    earlier = (
        b"Received: by pc7.corp.example; Tue, 06 May 2008 21:22:58 +0000\r\n"
        b"Received: from [127.0.0.1] by pc7.corp.example with ESMTP; garbled\r\n"
    )
    content = CONTENT.replace(b"From: Guy", earlier + b"From: Guy")
    words = text(World().only(message(content=content), settled(UNKNOWN), content=content))
    table = words.split("Message hops:\n")[1].split("\n\n")[0].splitlines()
    assert [row.split()[0] for row in table] == ["1", "2", "3"]
    assert table[0].endswith("[127.0.0.1] -> pc7.corp.example  ESMTP")
    assert table[1].split() == ["2", "2008-05-06", "21:22:58Z", "?", "->", "pc7.corp.example", "+0", "s"]
    assert table[2].endswith("ESMTPSA  +10 s")


def test_a_huge_header_is_cut_in_the_human_part_and_whole_in_the_returned_one() -> None:
    content = b"X-Long: " + b"x" * 70 + b"\r\n"
    content = content * 2000 + CONTENT
    report = World().only(message(content=content), settled(UNKNOWN), content=content)
    human = parse(report.content)
    assert "(The rest of the header is in the attached part.)" in human.text
    assert len(human.text) < 25_000
    assert human.returned.content == content


# HTML


class Outline(HTMLParser):
    """Checks that tags are balanced; collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def outline(report: OutgoingReport) -> Outline:
    parser = Outline()
    parser.feed(parse(report.content).html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.mark.parametrize("outcome", EVERY)
def test_html_says_what_the_text_says(outcome: Outcome) -> None:
    report = World().only(message(), settled(outcome, notify=ASKED | Notify.DELAY))
    prose = " ".join(outline(report).words.split())
    for line in text(report).splitlines():
        said = re.sub(r"^(\d+\. |> |<|\[)", "", line.strip())
        if said and not said.startswith(("-----", "Subject:", "Sent:", "Who has to act", " ]", "x]")):
            assert " ".join(said.split()) in prose


def test_html_uses_only_what_mail_clients_show_and_loads_nothing() -> None:
    seen = outline(World().only(message(), settled(REFUSED)))
    assert not seen.tags & {"script", "img", "link", "style", "iframe", "form", "a", "svg", "object"}
    assert not seen.attributes & {"src", "href", "background", "onclick", "onload", "class", "id"}


HOSTILE = "<script>alert(1)</script>\"'&<img src=x>"


def test_html_escapes_whatever_comes_from_outside() -> None:
    content = CONTENT.replace(
        b"Subject: Secret", b"Subject: " + HOSTILE.encode() + b"\r\nX-A: " + HOSTILE.encode()
    )
    evil = Failed(
        replace(
            REFUSED.failure,
            evidence=replace(
                REFUSED.failure.evidence,
                remote_host=HOSTILE,
                reply=(f"550 {HOSTILE}",),
                hosts=(HOSTILE,),
                transcript=(HOSTILE,),
                near=(HOSTILE,),
            ),
        )
    )
    world = configured(report_help_text=HOSTILE)
    report = world.only(message(content=content), settled(evil, '"<script>"@corp.example'), content=content)
    seen = outline(report)
    assert not seen.tags & {"script", "img"}
    assert "<script>alert(1)</script>" in seen.words


def test_lines_of_prose_are_short_enough_to_read() -> None:
    top = told(REFUSED).split("-" * 60)[0]
    assert max(map(len, top.splitlines())) <= 85
