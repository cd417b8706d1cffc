"""What a report says, whoever wrote it: one Failure for each recipient, made as if we had seen it ourselves."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.failure import Failure
from saywhy.why.classify import Confidence
from saywhy.wire.report.values import Action


class NotAReport(ValueError):
    """No dialect knows the message as a delivery report; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class ReadRecipient:
    """`told`: the report itself names the cause; otherwise `rule` says what it was read from.

    `grounds` says why the confidence is what it is.
    """

    address: str
    action: Action
    failure: Failure
    told: bool
    rule: str = ""
    confidence: Confidence = Confidence.HIGH
    grounds: str = "the report names it"


@dataclass(frozen=True, slots=True)
class ReadReport:
    """`dialect` names the reader that understood it; `reporting` is the server that wrote it."""

    dialect: str
    reporting: str
    recipients: tuple[ReadRecipient, ...]
    subject: str = ""
