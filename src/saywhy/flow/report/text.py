"""The human part as plain text, in the order of spec B3 and B10.  Lines of prose end before column 76."""

from __future__ import annotations

from collections.abc import Iterator

from saywhy.flow.report import phrases
from saywhy.flow.report.page import Block, Diagnosis, Diagnostics, Page
from saywhy.flow.report.wrap import columns, wrapped
from saywhy.why.words import Frame

RULE = "-" * 60


def render(page: Page, administrators: str) -> str:
    return "\n".join((*_top(page), *_bottom(page, administrators))) + "\n"


def administrators(page: Page) -> str:
    """The section for administrators below its heading, the same in HTML; empty when there is none."""
    return "\n".join(_diagnostics(page.diagnostics)) if page.diagnostics is not None else ""


def _top(page: Page) -> Iterator[str]:
    say = page.frame.say
    yield from wrapped(page.title, "")
    yield from wrapped(page.title_in_english, "")
    yield ""
    labels = say(phrases.SUBJECT), say(phrases.SENT)
    width = max(map(columns, labels)) + 2
    for label, value in zip(labels, (page.subject, page.sent), strict=True):
        yield f"      {label}{' ' * (width - columns(label))}{value}"
    yield ""
    yield page.head
    yield from wrapped(page.head_in_english, "")
    for block in page.blocks:
        yield ""
        yield from _block(block, page.frame)
    for extra in (page.more, *page.help):
        if extra:
            yield ""
            yield from wrapped(extra, "")


def _bottom(page: Page, administrators: str) -> Iterator[str]:
    if administrators:
        yield ""
        yield RULE
        yield phrases.DIAGNOSTICS
        yield from wrapped(page.diagnostics_in_words, "")
        yield ""
        yield administrators
    yield ""
    yield from page.codes


def _block(block: Block, frame: Frame) -> Iterator[str]:
    say = frame.say
    yield "  " + say(phrases.ADDRESS_ON).format(address=block.address, time=block.when)
    if block.subject:
        yield from wrapped(f"{say(phrases.SUBJECT)} {block.subject}", "      ")
    yield from wrapped(block.happened, "      ")
    for line in block.own.lines if block.own is not None else ():
        yield from wrapped(line, "      ") if line else ("",)
    yield from wrapped(block.hint, "      ")
    yield from wrapped(block.patience, "      ")
    if block.steps:
        yield f"      {say(phrases.WHAT_TO_DO)}"
        for number, step in enumerate(block.steps, 1):
            yield from wrapped(step, "           ", f"        {number}. ")
    if block.parties:
        yield from _boxes(block, say(phrases.WHO_ACTS))
    if block.words:
        yield f"      {block.server}"
        yield from (f"        > {words}" for words in block.words)
    yield f"      {block.code}"


def _boxes(block: Block, label: str) -> Iterator[str]:
    boxes = "   ".join(f"[{'x' if party.acts else ' '}] {party.name}" for party in block.parties)
    if len(block.parties) <= 3:
        yield f"      {label} {boxes}"
    else:
        yield f"      {label}"
        yield f"        {boxes}"


def _diagnostics(found: Diagnostics) -> Iterator[str]:
    yield f"{phrases.GENERATING_SERVER} {found.server}"
    for recipient in found.recipients:
        yield ""
        yield from _diagnosis(recipient)
    if found.hops:
        yield ""
        yield phrases.HOPS
        for number, hop in enumerate(found.hops, 1):
            yield f"  {number:>2}  {hop.time:<20}  {hop.from_} -> {hop.by}  {hop.with_}  {hop.delay}".rstrip()
    yield ""
    yield phrases.HEADERS
    yield ""
    yield from found.header
    if found.cut:
        yield phrases.CUT


def _diagnosis(recipient: Diagnosis) -> Iterator[str]:
    yield recipient.address
    yield recipient.line
    for label, value in recipient.facts:
        yield f"  {label}: {value}"
    for heading, lines in ((phrases.HISTORY, recipient.history), (phrases.SESSION, recipient.transcript)):
        if lines:
            yield f"  {heading}"
            yield from (f"    {line}" for line in lines)
