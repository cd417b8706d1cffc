"""The report stage: settled recipients -> the reports that leave (spec B1).

Recipients of one message with the same kind of news share a report, at most MAX_RECIPIENTS of them; kinds are
never mixed.  Whether one leaves is `decide`'s matter, what it is made of `letter`'s, who gets a copy `copies`'.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from saywhy.flow.report import decide
from saywhy.flow.report.copies import copies
from saywhy.flow.report.letter import letter, random_tokens
from saywhy.flow.report.occasion import occasion
from saywhy.flow.stages import CurrentOrganisation, OutgoingReport, Reports, Settled, Suppressed
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.organisation import Organisation
from saywhy.model.queued import Message
from saywhy.wire.report.values import Action

MAX_RECIPIENTS = 100  # of one report


class Reporter:
    """Implements stages.Report.  `hostname` is the FQDN under which reports are written."""

    def __init__(
        self,
        organisation: CurrentOrganisation,
        hostname: str,
        clock: Clock,
        token: Callable[[], str] | None = None,
        language_of: Callable[[Address], str] | None = None,
    ) -> None:
        """`token` gives a new word that nobody can foresee, of at most 60 letters and digits.

        `language_of` is what a reader of ours has chosen, or empty.
        """
        self._organisation = organisation
        self._hostname = hostname
        self._clock = clock
        self._token = token or random_tokens()
        self._language_of = language_of

    def __call__(self, message: Message, content: bytes, settled: Sequence[Settled]) -> Reports:
        due = [(one, action) for one in settled if (action := decide.due(one)) is not None]
        if not due:
            return Reports()
        organisation = self._organisation()
        switches = decide.switches(message, content, organisation, self._clock.now())
        leaving: dict[Action, list[Settled]] = {}
        suppressed: list[Suppressed] = []
        for one, action in due:
            rule = decide.held_back_by(decide.case(message, one, action, switches))
            if rule:
                suppressed.append(Suppressed(one, rule))
            else:
                leaving.setdefault(action, []).append(one)
        return Reports(tuple(self._written(message, content, leaving, organisation)), tuple(suppressed))

    def _written(
        self, message: Message, content: bytes, leaving: dict[Action, list[Settled]], organisation: Organisation
    ) -> Iterator[OutgoingReport]:
        reverse_path = message.envelope.sender
        if not leaving or reverse_path is None:
            return
        own = self._language_of(reverse_path) if self._language_of and message.origin.internal else ""
        about = occasion(message, reverse_path, content, organisation, self._hostname, self._clock.now(), own)
        for action, settled in leaving.items():
            for at in range(0, len(settled), MAX_RECIPIENTS):
                batch = settled[at : at + MAX_RECIPIENTS]
                report = letter(about, action, batch, self._token(), more=len(settled) - at - len(batch))
                yield report
                yield from copies(report, reverse_path, organisation)
