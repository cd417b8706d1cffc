"""What the reports about one message share: the message, its reader and the moment (spec B5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saywhy.flow.report import phrases
from saywhy.flow.report.moment import sent, shown
from saywhy.flow.report.reader import remote_domain
from saywhy.model.address import Address
from saywhy.model.organisation import Organisation, TransportConfig
from saywhy.model.queued import Message, QueueId
from saywhy.why.words import Frame, frame, suitable
from saywhy.wire.encoded_word import decode
from saywhy.wire.header import header_block
from saywhy.wire.report.clean import line


@dataclass(frozen=True, slots=True)
class Occasion:
    """`header` is the header block of `content`; `sent` and `offset` (minutes) are the original's Date field.

    `wanted` are the language tags that the reader is thought to want.  `originals` is filled in a report on
    several messages alone, of which `message` is then the first.
    """

    message: Message
    reverse_path: Address
    content: bytes
    header: bytes
    organisation: Organisation
    hostname: str
    frame: Frame
    now: float
    sent: float
    offset: int
    wanted: str = ""
    originals: Mapping[QueueId, Message] = field(default_factory=dict)

    def subject(self, message: QueueId) -> str:
        """What one of several messages was about; empty where the report is on one alone."""
        original = self.originals.get(message)
        return title(self, original) if original is not None else ""

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags under which somebody else's text suits the reader, the dearest first."""
        return suitable(self.wanted)

    @property
    def config(self) -> TransportConfig:
        return self.organisation.transport

    @property
    def internal(self) -> bool:
        """The reader is one of ours and may see facts of ours."""
        return self.message.origin.internal

    @property
    def shows_diagnostics(self) -> bool:
        """The section for administrators, and the way that the message took, are for this reader."""
        elsewhere = remote_domain(self.reverse_path, self.organisation)
        return elsewhere is None or elsewhere.diagnostics

    def time(self, at: float) -> str:
        return shown(at, self.offset, self.frame)

    def say(self, sentence: str) -> str:
        return self.frame.say(sentence)

    def in_english(self, sentence: str) -> str:
        """What stands beside its translation because people and programs look for it."""
        return sentence if sentence in phrases.LITERAL and self.say(sentence) != sentence else ""


def title(about: Occasion, message: Message) -> str:
    """The subject of a message as a reader sees it."""
    return line(decode(message.headline.subject)) or about.say(phrases.NO_SUBJECT)


def occasion(
    message: Message,
    reverse_path: Address,
    content: bytes,
    organisation: Organisation,
    hostname: str,
    now: float,
    own_language: str = "",
) -> Occasion:
    """`own_language` is what a reader of ours has chosen, which goes before what the original says."""
    at, offset = sent(message.headline.date, message.arrived)
    config = organisation.transport
    detected = message.headline.language if config.report_language_detection else ""
    wanted = own_language or detected or config.report_default_language
    header = header_block(content)
    return Occasion(
        message, reverse_path, content, header, organisation, hostname, frame(wanted), now, at, offset, wanted
    )
