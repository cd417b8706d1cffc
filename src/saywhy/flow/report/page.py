"""The human part of a report as values, before it is laid out as text or HTML (spec B3).

Every string is one harmless line (wire/report/clean) and in the reader's language; what is empty is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.why.words import Frame
from saywhy.wire.report.values import Action


@dataclass(frozen=True, slots=True)
class Party:
    """One of those who might have to act, and whether it is they."""

    name: str
    acts: bool


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What the organisation says in the place of `happened` and `steps`: as lines, and as HTML that is safe."""

    lines: tuple[str, ...]
    html: str


@dataclass(frozen=True, slots=True)
class Block:
    """One recipient, for the reader who wrote the message."""

    address: str
    when: str
    happened: str
    code: str  # `<worcester.corp.example #5.1.1>`
    subject: str = ""  # of its message, where the report is on several
    hint: str = ""  # near misses: "Did you mean ...?"
    patience: str = ""  # how long delivery is still tried
    steps: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    verdict: str = ""  # who has to act, as a sentence
    server: str = ""  # which server spoke, when it was a remote one
    words: tuple[str, ...] = ()  # what it said
    own: OwnWords | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One recipient, for an administrator: `line` as Exchange writes it, then label and value, then the past."""

    address: str
    line: str
    facts: tuple[tuple[str, str], ...] = ()
    history: tuple[str, ...] = ()
    transcript: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the table of hops."""

    time: str
    from_: str
    by: str
    with_: str
    delay: str


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """The section below the rule."""

    server: str
    recipients: tuple[Diagnosis, ...]
    hops: tuple[Step, ...]
    header: tuple[str, ...]  # the lines of the original's header, as received
    cut: bool  # the header goes on in the returned part


@dataclass(frozen=True, slots=True)
class Page:
    frame: Frame
    action: Action
    title: str
    title_in_english: str  # where it stands beside a translation
    subject: str
    sent: str
    head: str
    head_in_english: str
    blocks: tuple[Block, ...]
    more: str  # how many recipients further reports name
    help: tuple[str, ...]  # the organisation's own lines
    diagnostics: Diagnostics | None
    diagnostics_in_words: str  # what it is for, in another language than English
    codes: tuple[str, ...]  # the last lines: each distinct code once
