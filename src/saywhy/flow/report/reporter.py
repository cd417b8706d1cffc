"""The report stage: settled recipients -> the reports that leave (spec B1, B2)."""

from __future__ import annotations

from collections.abc import Sequence

from saywhy.flow.stages import CurrentOrganisation, Reports, Settled
from saywhy.model.clock import Clock
from saywhy.model.queued import Message


class Reporter:
    """Implements stages.Report.  `hostname` is the FQDN under which reports are written."""

    def __init__(self, organisation: CurrentOrganisation, hostname: str, clock: Clock) -> None:
        self._organisation = organisation
        self._hostname = hostname
        self._clock = clock

    def __call__(self, message: Message, content: bytes, settled: Sequence[Settled]) -> Reports:
        raise NotImplementedError
