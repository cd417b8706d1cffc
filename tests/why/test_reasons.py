"""What a diagnostic means to us and to other systems."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.why import catalogue
from saywhy.why.classify import Confidence
from saywhy.why.entries import Act, Permanence, Scope
from saywhy.why.names import SISIMAI
from saywhy.why.phrases import common
from saywhy.why.phrases.words import MAX_TEXT
from saywhy.why.reasons import HARD, HARD_UNLESS_TEMPORARY, diagnose

WORDS = sorted({word for phrase in common.phrases().phrases for word in phrase.split()})


def test_a_diagnosis_names_the_cause_and_its_names_elsewhere() -> None:
    found = diagnose("550 5.1.1 <bob@dest.test>: User unknown", reply_code=550, status=Status(5, 1, 1))
    assert (found.cause, found.reason, found.kumomta, found.sparkpost) == (
        "remote-user-unknown",
        "userunknown",
        "InvalidRecipient",
        10,
    )
    assert (found.hard_bounce, found.permanence) == (True, Permanence.PERMANENT)
    assert (found.scope, found.act) == (Scope.RECIPIENT, Act.SENDER)


def test_a_full_mailbox_is_soft_though_the_message_failed() -> None:
    found = diagnose("552 5.2.2 mailbox full", reply_code=552, status=Status(5, 2, 2), action="failed")
    assert (found.reason, found.hard_bounce) == ("mailboxfull", False)


def test_a_domain_that_takes_no_mail_is_hard_unless_the_refusal_is_temporary() -> None:
    assert diagnose("521 5.3.2 mx.dest.test does not accept mail").hard_bounce
    assert not diagnose("521 5.3.2 mx.dest.test does not accept mail", action="delayed").hard_bounce


def test_an_action_of_success_is_no_failure() -> None:
    found = diagnose("250 2.1.5 fine", status=Status(2, 1, 5), action="delivered")
    assert (found.cause, found.hard_bounce) == ("delivered", False)


def test_what_the_reporting_server_saw_for_itself_has_a_servers_own_cause() -> None:
    found = diagnose("", status=Status(4, 4, 1), reporting="mx.corp.test", action="delayed")
    assert found.cause == "no-answer"


def test_the_words_that_decided_stand_where_the_span_says() -> None:
    text = "host mx.dest.test[192.0.2.7] said: 550 <bob@dest.test>: User unknown (in reply to RCPT TO command)"
    found = diagnose(text)
    assert found.span is not None
    assert (found.words, text[slice(*found.span)]) == ("user unknown", "User unknown")


def test_the_words_are_those_of_the_other_server_where_its_frame_has_the_same() -> None:
    text = "relay denied by route: host mx.dest.test[192.0.2.7] said: 554 5.7.1 Relay denied"
    found = diagnose(text)
    assert found.span is not None
    assert found.span[0] > text.index("said:")
    assert text[slice(*found.span)].lower() == found.words


def test_a_long_text_is_not_kept() -> None:
    """The cache holds what was read of a text, not all of it."""
    long = "550 User unknown " + "x" * 100_000
    assert diagnose(long) is diagnose(long[:MAX_TEXT])


def test_a_code_that_decides_alone_has_no_words() -> None:
    found = diagnose("550 5.1.1 xyzzy")
    assert (found.reason, found.words, found.span) == ("userunknown", "", None)


def test_what_does_not_exist_at_mail_is_the_sender() -> None:
    found = diagnose("550 alice@corp.example does not exist", step=Step.MAIL)
    assert (found.cause, found.hard_bounce) == ("remote-sender-refused", False)


def test_an_unknown_user_after_data_is_filtered_to_sisimai_and_unknown_to_us() -> None:
    found = diagnose("550 User unknown", step=Step.END_OF_DATA)
    assert (found.cause, found.reason, found.hard_bounce) == ("remote-user-unknown", "filtered", False)
    assert (diagnose("550 5.2.1 User unknown").reason, diagnose("550 User unknown").reason) == (
        "filtered",
        "userunknown",
    )
    assert diagnose("550 5.2.1 User unknown", step=Step.RCPT).reason == "userunknown"


def test_the_frame_of_the_sending_server_does_not_decide() -> None:
    """`error` and `mail` are the frame's."""
    found = diagnose("SMTP error from remote mail server after RCPT TO:<a@b.test>: host mx [192.0.2.7]: 550 xyzzy")
    assert found.reason == "undefined"


def test_a_delay_without_reason_is_expired_to_sisimai_and_passes() -> None:
    found = diagnose("450 xyzzy", action="delayed")
    assert (found.cause, found.reason, found.permanence) == ("remote-deferred", "expired", Permanence.TRANSIENT)


def test_utf8_that_was_read_as_latin_1_is_understood() -> None:
    damaged = "550 Destinataire inconnu à cette adresse, boîte supprimée".encode().decode("cp1252")
    found = diagnose(damaged)
    assert (found.reason, found.span) == ("userunknown", None)


def test_a_block_list_stands_against_a_code_about_the_address() -> None:
    found = diagnose("553 5.1.3 see https://www.spamhaus.org/query/ip/192.0.2.1")
    assert (found.reason, found.confidence) == ("blocked", Confidence.MEDIUM)


def test_a_single_word_is_a_guess_and_says_so() -> None:
    found = diagnose("550 xyzzy is full of plugh")
    assert (found.reason, found.confidence) == ("mailboxfull", Confidence.LOW)


def test_5_4_1_means_what_the_server_that_says_it_means() -> None:
    line = "550 5.4.1 Recipient address rejected: Access denied"
    assert diagnose(line, remote="dest.mail.protection.outlook.com").reason == "userunknown"
    assert diagnose(line, remote="mx.dest.test").reason != "userunknown"


STATUSES = st.none() | st.builds(Status, st.sampled_from((2, 4, 5)), st.integers(0, 9), st.integers(0, 999))


@given(
    st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    st.integers(0, 999),
    STATUSES,
    st.sampled_from(("", "failed", "delayed", "delivered", "relayed", "expanded")),
    st.sampled_from(list(Step)),
)
def test_any_diagnostic_gets_an_answer_in_everybodys_words(
    text: str, reply: int, status: Status | None, action: str, step: Step
) -> None:
    found = diagnose(text, reply_code=reply, status=status, action=action, step=step)
    assert catalogue.cause(found.cause).id == found.cause
    assert found.reason in SISIMAI
    assert not (found.hard_bounce and found.reason not in HARD | HARD_UNLESS_TEMPORARY)
    if found.span is not None:
        assert 0 <= found.span[0] < found.span[1] <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "<" * 10**6,
        "said: " * 10**5,
        "a@" * 10**6,
        "5.1.1 " * 10**5,
        "\u00c3" * 10**6,
        "smtp error from remote mail server after " * 10**4,
    ],
)
def test_a_hostile_diagnostic_costs_no_more_than_its_beginning(text: str) -> None:
    begun = time.process_time()
    diagnose(text)
    diagnose("550 " + text)
    assert time.process_time() - begun < 2
