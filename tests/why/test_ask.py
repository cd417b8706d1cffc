"""Questions as people hold them out: codes, replies, lines of logs and pieces of reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.evidence import Step
from saywhy.why.ask import NotExplained, ask_code, ask_reply, is_code, is_reply


@pytest.mark.parametrize("text", ["5.1.1", " 5.1.1 ", "#5.1.1", "<worcester.corp.example #5.1.1>", "< #5.1.1>"])
def test_a_code_is_known_in_the_forms_of_reports(text: str) -> None:
    assert is_code(text)
    answer = ask_code(text)
    assert str(answer.status) == "5.1.1"
    assert answer.code is not None


@pytest.mark.parametrize("text", ["3.1.1", "5.1", "5.1.1.1", "550", "5.1.1 x", ""])
def test_what_is_no_code_is_not_taken_for_one(text: str) -> None:
    assert not is_code(text)
    with pytest.raises(NotExplained):
        ask_code(text)


def test_a_code_with_leading_zeros_is_refused_with_the_rule() -> None:
    with pytest.raises(NotExplained, match="is not an enhanced status code"):
        ask_code("5.01.1")


def test_a_code_that_the_catalogue_lacks_is_still_a_code() -> None:
    assert ask_code("5.7.899").code is None


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 User unknown",
        "550-5.1.1 User\r\n550 5.1.1 unknown",
        "550-5.1.1 User 550 5.1.1 unknown",
        "smtp; 550 5.1.1 User unknown",
        "smtp;550 5.1.1 User unknown",
        "#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##",
        "mx.dest.test #<mx.dest.test #5.1.1 smtp; 550 5.1.1 User unknown> #SMTP#",
        "Remote Server returned '550 5.1.1 User unknown'",
        "host mx.dest.test[192.0.2.7] said: 550 5.1.1 <bob@dest.test>: User unknown (in reply to RCPT TO command)",
        "the message of 512 octets met 550 5.1.1 User unknown",
    ],
)
def test_a_reply_is_found_in_the_forms_in_which_it_is_met(text: str) -> None:
    answer = ask_reply(text)
    assert (str(answer.verdict.status), answer.verdict.cause) == ("5.1.1", "remote-user-unknown")
    assert not answer.verdict.derived
    assert answer.lines[0].startswith("550")


def test_a_line_of_a_postfix_log_gives_host_step_and_recipient_too() -> None:
    answer = ask_reply(
        "postfix/smtp[1]: 4XyZ: to=<bob@dest.test>, relay=mx.dest.test[192.0.2.7]:25, dsn=5.0.0, status=bounced "
        "(host mx.dest.test[192.0.2.7] said: 554 no (in reply to end of DATA command))"
    )
    evidence = answer.failure.evidence
    assert (evidence.remote_host, evidence.step) == ("mx.dest.test", Step.END_OF_DATA)
    assert answer.recipient == "bob@dest.test"
    assert answer.lines == ("554 no",)


def test_the_step_that_is_given_counts() -> None:
    assert str(ask_reply("550", Step.MAIL).verdict.status) == "5.1.0"
    assert str(ask_reply("550", Step.END_OF_DATA).verdict.status) == "5.7.1"


@pytest.mark.parametrize("text", ["250 2.0.0 Ok", "354 go on"])
def test_a_reply_that_is_no_refusal_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotExplained, match="went well"):
        ask_reply(text)


@pytest.mark.parametrize("text", ["", "hello", "192.0.2.550", "5500 x", "2024-550-1", "a550 x"])
def test_where_there_is_no_reply_it_is_said_what_was_looked_for(text: str) -> None:
    with pytest.raises(NotExplained, match="there is no reply code"):
        ask_reply(text)


@pytest.mark.parametrize("text", ["550", "550 x", "550-x", " 421 x", "#550 5.1.1 x"])
def test_what_opens_like_a_reply_is_no_file(text: str) -> None:
    assert is_reply(text)


@pytest.mark.parametrize("text", ["550.eml", "5500", "bounce 550", ""])
def test_what_does_not_may_be_one(text: str) -> None:
    assert not is_reply(text)


@given(st.text())
def test_any_text_is_answered_or_refused(text: str) -> None:
    for ask in (ask_code, ask_reply):
        try:
            ask(text)
        except NotExplained:
            pass


@given(st.text(alphabet="45.#<>- 0123456789\n;:[]()abRCPTinreplytohsd", max_size=300))
def test_any_text_that_looks_like_a_question_is_answered_or_refused(text: str) -> None:
    try:
        answer = ask_reply(text)
    except NotExplained:
        return
    assert all(line.isprintable() for line in answer.lines)


def test_a_reports_550_beside_a_4yz_status_is_final_and_keeps_the_status() -> None:
    """Errata 47: void on the wire, but `550 4.4.7` is what Exchange's reports and ours have."""
    answer = ask_reply("550 4.4.7 QUEUE.Expired; message expired")
    assert (str(answer.verdict.status), answer.verdict.cause, answer.verdict.derived) == (
        "4.4.7",
        "expired",
        False,
    )
    assert answer.failure.permanent
