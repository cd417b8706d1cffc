"""The report stage: settled recipients -> the reports that leave (spec B1).

Recipients of one message with the same kind of news share a report, at most MAX_RECIPIENTS of them; kinds are
never mixed.  Failures above the cap (flow/queue/cap) share one although they are of several messages.  Whether one
leaves is `decide`'s matter, what it is made of `letter`'s, who gets a copy `copies`'.  One that cannot be written
leaves as `bare` writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from saywhy.flow.report import decide
from saywhy.flow.report.bare import bare
from saywhy.flow.report.copies import copies
from saywhy.flow.report.letter import letter, posted, random_tokens
from saywhy.flow.report.occasion import Occasion, occasion
from saywhy.flow.stages import CurrentOrganisation, Gathered, OutgoingReport, Reports, Settled, Suppressed
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.organisation import Organisation
from saywhy.model.queued import Message, QueueId
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
        organisation = self._organisation()
        leaving, suppressed = self._sorted(message, content, settled, organisation)
        if not leaving and not suppressed:
            return Reports()
        return self._written(message, content, leaving, suppressed, organisation)

    def together(self, parts: Sequence[Gathered]) -> Reports:
        """stages.Report: one report (or one for each MAX_RECIPIENTS) on failures of several messages."""
        organisation = self._organisation()
        failed: list[Settled] = []
        suppressed: list[Suppressed] = []
        for part in parts:
            found, held_back = self._sorted(part.message, part.header, part.settled, organisation)
            failed += found.get(Action.FAILED, ())
            suppressed += held_back
        told = {settled.pending.message for settled in failed}
        originals = {part.message.id: part.message for part in parts if part.message.id in told}
        first = next((part for part in parts if part.message.id in told), None)
        if first is None:
            return Reports(suppressed=tuple(suppressed))
        leaving = {Action.FAILED: failed}
        several = originals if len(originals) > 1 else {}
        return self._written(first.message, first.header, leaving, suppressed, organisation, several)

    def _sorted(
        self, message: Message, content: bytes, settled: Sequence[Settled], organisation: Organisation
    ) -> tuple[dict[Action, list[Settled]], list[Suppressed]]:
        """What is due: by kind what leaves, and what is held back."""
        leaving: dict[Action, list[Settled]] = {}
        suppressed: list[Suppressed] = []
        due = [(one, action) for one in settled if (action := decide.due(one)) is not None]
        if not due:
            return leaving, suppressed
        switches = decide.switches(message, content, organisation, self._clock.now())
        for one, action in due:
            rule = decide.held_back_by(decide.case(message, one, action, switches))
            if rule:
                suppressed.append(Suppressed(one, rule))
            else:
                leaving.setdefault(action, []).append(one)
        return leaving, suppressed

    def _written(
        self,
        message: Message,
        content: bytes,
        leaving: dict[Action, list[Settled]],
        suppressed: Sequence[Suppressed],
        organisation: Organisation,
        originals: Mapping[QueueId, Message] = MappingProxyType({}),
    ) -> Reports:
        """`originals` are all messages of a report on several, of which `message` is the first.

        Whatever breaks while a report is written leaves the bare one, so that the sender hears of it all the same.
        """
        reverse_path = message.envelope.sender
        if not leaving or reverse_path is None:
            return Reports(suppressed=tuple(suppressed))
        outgoing: list[OutgoingReport] = []
        faults: list[str] = []
        about: Occasion | None = None
        for action, settled in leaving.items():
            for at in range(0, len(settled), MAX_RECIPIENTS):
                batch = settled[at : at + MAX_RECIPIENTS]
                try:
                    about = about or self._about(message, reverse_path, content, organisation, originals)
                    more = len(settled) - at - len(batch)
                    report = letter(about, action, batch, self._token(), more=more)
                except Exception as error:
                    faults.append(f"{type(error).__name__}: {error}")
                    now, token = self._clock.now(), self._token()
                    parts = message, reverse_path, action, batch, organisation, self._hostname, now, token
                    report = posted(reverse_path, action, batch, bare(*parts, several=bool(originals)))
                outgoing += [report, *copies(report, reverse_path, organisation)]
        return Reports(tuple(outgoing), tuple(suppressed), faults[0] if faults else "")

    def _about(
        self,
        message: Message,
        reverse_path: Address,
        content: bytes,
        organisation: Organisation,
        originals: Mapping[QueueId, Message],
    ) -> Occasion:
        own = self._language_of(reverse_path) if self._language_of and message.origin.internal else ""
        about = occasion(message, reverse_path, content, organisation, self._hostname, self._clock.now(), own)
        return replace(about, originals=originals)
