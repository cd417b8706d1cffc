"""The one line that replies, logs and reports share."""

from __future__ import annotations

import dataclasses

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure, Refused
from saywhy.model.status import Status

NOT_FOUND = Failure(
    Status(5, 1, 1),
    550,
    "recipient-unknown",
    "not found",
    Evidence(Stage.CATEGORIZE),
    permanent=True,
    tag="RESOLVER.ADR.RecipNotFound",
)


def test_our_own_failure_is_told_with_both_codes_and_its_tag() -> None:
    assert NOT_FOUND.line() == "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"
    assert NOT_FOUND.diagnostic == "RESOLVER.ADR.RecipNotFound; not found"
    assert not NOT_FOUND.from_remote


def test_a_failure_without_a_tag_is_told_in_its_text_alone() -> None:
    plain = dataclasses.replace(NOT_FOUND, tag="", text="User unknown")
    assert plain.line() == "550 5.1.1 User unknown"


def test_what_a_remote_said_is_told_in_its_own_words() -> None:
    reply = ("550-5.7.1 We do not take mail", "550 5.7.1 from you")
    evidence = Evidence(Stage.SEND, Step.RCPT, remote_host="mx.dest.example", reply=reply)
    failure = dataclasses.replace(NOT_FOUND, evidence=evidence)
    assert failure.line() == "550-5.7.1 We do not take mail 550 5.7.1 from you"
    assert failure.from_remote


def test_an_exception_carries_its_failure_unchanged() -> None:
    refused = Refused(NOT_FOUND)
    assert refused.failure is NOT_FOUND
    assert str(refused) == NOT_FOUND.line()
