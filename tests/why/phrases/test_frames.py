"""What a sending server puts around another's words is told from those words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.evidence import Step
from saywhy.why.phrases.frames import unframe

WORDS = "550 5.1.1 User unknown"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (f"host mx.dest.test[192.0.2.7] said: {WORDS} (in reply to RCPT TO command)", Step.RCPT),
        (f"host mx.dest.test[192.0.2.7] said: {WORDS} (in reply to end of DATA command)", Step.END_OF_DATA),
        (f"host mx.dest.test[192.0.2.7] refused to talk to me: {WORDS}", Step.GREETING),
        (
            "SMTP error from remote mail server after RCPT TO:<bob@dest.test>: "
            f"host mx.dest.test [192.0.2.7]: {WORDS}",
            Step.RCPT,
        ),
        (
            "host mx.dest.test [192.0.2.7] SMTP error from remote mail server after "
            f"MAIL FROM:<a@corp.example> SIZE=1024: {WORDS}",
            Step.MAIL,
        ),
        (f"mx.dest.test [192.0.2.7] did not like our RCPT TO: {WORDS}", Step.RCPT),
        (f"192.0.2.7 does not like recipient. Remote host said: {WORDS} Giving up on 192.0.2.7.", Step.RCPT),
        (f"Connected to 192.0.2.7 but sender was rejected. Remote host said: {WORDS}", Step.MAIL),
        (f"5.1.0 - Unknown address error '{WORDS}' (delivery attempts: 0)", Step.NONE),
        (f"SMTP:RCPT host 192.0.2.7: {WORDS}", Step.RCPT),
        (WORDS, Step.NONE),
    ],
)
def test_the_other_servers_words_and_the_step_are_found(text: str, step: Step) -> None:
    found = unframe(text)
    assert WORDS in text[found.start : found.end]
    assert "giving up" not in text[found.start : found.end].lower()
    assert found.step is step


def test_the_innermost_frame_counts() -> None:
    text = f"host a.test[192.0.2.7] said: 550 host b.test[192.0.2.8] said: {WORDS}"
    found = unframe(text)
    assert text[found.start : found.end].strip() == WORDS


def test_a_frame_around_nothing_is_none() -> None:
    assert not unframe("host mx.dest.test[192.0.2.7] said:").framed


@given(st.text(max_size=500))
def test_any_text_has_its_bounds(text: str) -> None:
    found = unframe(text)
    assert 0 <= found.start <= found.end <= len(text)
