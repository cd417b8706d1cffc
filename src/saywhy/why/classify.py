"""From a remote server's reply to a status and a cause (spec A5 with errata 49 to 56)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.model.evidence import Step
from saywhy.model.status import Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """`derived`: the remote gave no code and `status` is our reading; `rule` names what decided."""

    status: Status
    cause: str
    derived: bool
    rule: str


def classify_reply(
    reply_code: int,
    status: Status | None,
    lines: Sequence[str],
    step: Step,
    *,
    host: str = "",
    accepted: bool = False,
) -> Verdict:
    """`accepted`: an earlier RCPT of this transaction was accepted."""
    if status is not None:
        return Verdict(status, "remote-deferred" if reply_code < 500 else "remote-refused", False, "code")
    if reply_code < 500:
        return Verdict(Status(4, 0, 0), "remote-deferred", True, "last resort")
    return Verdict(Status(5, 0, 0), "remote-refused", True, "last resort")
