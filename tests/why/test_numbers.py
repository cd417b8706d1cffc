"""The table of spec A5, cell by cell, as errata 50 to 57 have it: what a reply without code and words means."""

from __future__ import annotations

import pytest

from saywhy.model.evidence import Step
from saywhy.why.classify import classify_reply

OPEN, MAIL, RCPT, DATA = Step.EHLO, Step.MAIL, Step.RCPT, Step.END_OF_DATA
STEPS = (OPEN, MAIL, RCPT, DATA)

# reply code: at connect or EHLO, MAIL, RCPT, DATA or the end of data.  A dash in the spec is X.0.0 here.
TABLE = {
    421: ("4.3.2", "4.3.2", "4.3.2", "4.3.2"),
    432: ("4.7.12", "4.7.12", "4.7.12", "4.7.12"),  # errata 43, 56
    450: ("4.2.0", "4.0.0", "4.2.0", "4.7.0"),  # errata 54; RFC 5321 section 4.3.2: policy, at DATA
    451: ("4.3.0", "4.3.0", "4.3.0", "4.3.0"),
    452: ("4.3.1", "4.3.1", "4.3.1", "4.3.1"),  # errata 53
    454: ("4.7.0", "4.7.0", "4.0.0", "4.0.0"),
    455: ("4.5.4", "4.5.4", "4.5.4", "4.5.4"),  # errata 56
    500: ("5.5.0", "5.5.1", "5.5.1", "5.5.1"),
    501: ("5.5.4", "5.5.4", "5.1.3", "5.5.2"),
    502: ("5.5.1", "5.5.1", "5.5.1", "5.5.1"),
    503: ("5.5.1", "5.5.1", "5.5.1", "5.5.1"),
    504: ("5.5.4", "5.5.4", "5.1.3", "5.5.2"),
    521: ("5.3.2", "5.3.2", "5.3.2", "5.3.2"),  # RFC 7504: at any step
    523: ("5.7.10", "5.7.10", "5.7.10", "5.7.10"),  # errata 42, 56
    524: ("5.7.11", "5.7.11", "5.7.11", "5.7.11"),
    525: ("5.7.13", "5.7.13", "5.7.13", "5.7.13"),
    530: ("5.7.0", "5.7.0", "5.7.0", "5.7.0"),
    534: ("5.7.9", "5.7.9", "5.7.9", "5.7.9"),
    535: ("5.7.0", "5.7.8", "5.7.0", "5.7.8"),
    538: ("5.7.11", "5.7.11", "5.7.11", "5.7.11"),
    550: ("5.7.1", "5.1.0", "5.0.0", "5.7.1"),  # errata 50, 51, 57
    551: ("5.0.0", "5.0.0", "5.1.6", "5.0.0"),
    552: ("5.0.0", "5.3.4", "5.2.2", "5.3.4"),
    553: ("5.0.0", "5.1.7", "5.1.3", "5.0.0"),
    554: ("5.3.2", "5.7.1", "5.7.1", "5.0.0"),  # errata 51
    555: ("5.0.0", "5.5.4", "5.5.4", "5.0.0"),
    556: ("5.1.10", "5.1.10", "5.1.10", "5.1.10"),
    499: ("4.0.0", "4.0.0", "4.0.0", "4.0.0"),
    599: ("5.0.0", "5.0.0", "5.0.0", "5.0.0"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("reply", TABLE)
def test_a_bare_reply_code_means_what_the_table_says(reply: int, step: Step) -> None:
    verdict = classify_reply(reply, None, ("",), step)
    assert str(verdict.status) == TABLE[reply][STEPS.index(step)]
    assert verdict.derived
    assert f"reply code {reply}" in verdict.rule


@pytest.mark.parametrize("reply", TABLE)
def test_connect_greeting_and_starttls_share_the_first_column_and_data_the_last(reply: int) -> None:
    def status(step: Step) -> str:
        return str(classify_reply(reply, None, ("",), step).status)

    assert status(Step.CONNECT) == status(Step.GREETING) == status(Step.STARTTLS) == status(Step.EHLO)
    assert status(Step.DATA) == status(Step.END_OF_DATA)


@pytest.mark.parametrize("reply", [452, 552])
def test_after_an_accepted_recipient_no_room_means_too_many_recipients_for_now(reply: int) -> None:
    """Errata 52, RFC 5321 section 4.5.3.1.10: even 552 is temporary then."""
    verdict = classify_reply(reply, None, ("no",), Step.RCPT, accepted=True)
    assert (str(verdict.status), verdict.cause) == ("4.5.3", "remote-too-many-recipients")


def test_after_an_accepted_recipient_clear_words_about_the_mailbox_still_count() -> None:
    verdict = classify_reply(552, None, ("mailbox full",), Step.RCPT, accepted=True)
    assert (str(verdict.status), verdict.cause) == ("5.2.2", "remote-mailbox-full")


def test_acceptance_matters_at_rcpt_only() -> None:
    assert str(classify_reply(552, None, ("",), Step.END_OF_DATA, accepted=True).status) == "5.3.4"


@pytest.mark.parametrize("reply", [400, 421, 450, 451, 452, 454, 455, 499])
def test_at_an_unknown_step_a_4yz_is_never_made_permanent(reply: int) -> None:
    assert classify_reply(reply, None, ("",), Step.NONE).status.transient


def test_at_an_unknown_step_550_alone_says_nothing() -> None:
    verdict = classify_reply(550, None, ("",), Step.NONE)
    assert (str(verdict.status), verdict.cause) == ("5.0.0", "remote-refused")
