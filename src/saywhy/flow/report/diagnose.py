"""The administrators' section: each recipient's failure in Exchange's form, what was seen, the hops, the header.

Local failures read `#550 5.1.1 TAG; text ##`, remote ones `host #<host #5.7.1 smtp; reply> #SMTP#` (spec A4):
bounce parsers know both.  What was seen is for readers of ours; one outside gets the line alone (spec B5).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from saywhy.flow.report.facts import failure_of, leads_on, remote_of, status_of
from saywhy.flow.report.occasion import Occasion
from saywhy.flow.report.page import Diagnosis, Diagnostics, Step
from saywhy.flow.stages import Settled
from saywhy.model.failure import Failure
from saywhy.model.queued import Pending
from saywhy.why.explain import for_administrators
from saywhy.wire.header import received_lines, text
from saywhy.wire.received import Hop, hops
from saywhy.wire.report.clean import line, name

MAX_HOPS = 50
MAX_HEADER = 16 * 1024  # octets of the original's header repeated in the human part
MAX_HISTORY = 10  # attempts, the last ones
MAX_TRANSCRIPT = 20  # lines, the last ones

_PLAIN = bytes(range(32, 127)) + b"\t\r\n"


def diagnostics(occasion: Occasion, settled: Sequence[Settled]) -> Diagnostics:
    header = _ids(occasion) if occasion.originals else occasion.header
    cut = len(header) > MAX_HEADER
    if cut:
        header = header[: header.rfind(b"\n", 0, MAX_HEADER) + 1]
    return Diagnostics(
        server=name(occasion.hostname),
        recipients=tuple(_diagnosis(occasion, one) for one in settled),
        hops=() if occasion.originals else tuple(_steps(hops(received_lines(occasion.header)[-MAX_HOPS:]))),
        header=_verbatim(header),
        cut=cut,
    )


def _ids(occasion: Occasion) -> bytes:
    """What tells the messages of a report on several."""
    known = (message.headline.message_id for message in occasion.originals.values())
    return "".join(f"Message-ID: {id_}\r\n" for id_ in known if id_).encode("utf-8", "surrogateescape")


def _diagnosis(occasion: Occasion, settled: Settled) -> Diagnosis:
    address = line(str(settled.pending.recipient.address))
    failure = failure_of(settled.outcome)
    if failure is None or not occasion.internal:
        return Diagnosis(address, exchange_line(settled))
    return Diagnosis(
        address,
        exchange_line(settled),
        tuple(_facts(occasion, settled.pending, failure)),
        tuple(_history(failure)),
        tuple(map(line, failure.evidence.transcript[-MAX_TRANSCRIPT:])),
    )


def exchange_line(settled: Settled) -> str:
    """The one line that says it all, in the form that bounce parsers know."""
    status, failure = status_of(settled.outcome), failure_of(settled.outcome)
    server, words = remote_of(settled.outcome)
    if words:
        host = name(server)
        return f"{host} #<{host} #{status} smtp; {line(' '.join(words))}> #SMTP#"
    return f"#{line(failure.line())} ##" if failure else f"#{status} ##"


def _facts(occasion: Occasion, pending: Pending, failure: Failure) -> Iterator[tuple[str, str]]:
    yield "Message id", str(occasion.message.id)
    if leads_on(pending):
        yield "Leads on to", line(str(pending.address))
    yield "Attempts", str(max(pending.attempts, 1))
    if pending.first_attempt:
        yield "First attempt", _utc(pending.first_attempt)
    if pending.last_attempt:
        yield "Last attempt", _utc(pending.last_attempt)
    if not failure.evidence.queue and pending.attempts:
        yield "Queue", line(pending.hop.key)
    for label, value in for_administrators(failure):
        if label != "Attempts":  # the queue's count above is exact
            yield line(label), line(value)


def _history(failure: Failure) -> Iterator[str]:
    """What earlier attempts met, in the order of their times."""
    for attempt in sorted(failure.because, key=lambda attempt: attempt.at)[-MAX_HISTORY:]:
        at = f"{_utc(attempt.at)}  " if attempt.at else ""
        yield f"{at}{line(attempt.line())}"


def _steps(journey: Sequence[Hop]) -> Iterator[Step]:
    before = 0.0
    for hop in journey:
        delay = f"{hop.at - before:+.0f} s" if hop.at and before else "+0 s" if hop.at else ""
        before = hop.at or before
        yield Step(
            time=_utc(hop.at) if hop.at > 0 else "",
            from_=line(hop.from_) or "?",
            by=line(hop.by) or "?",
            with_=line(hop.with_),
            delay=delay,
        )


def _utc(at: float) -> str:
    t = time.gmtime(at)
    return f"{t.tm_year}-{t.tm_mon:02d}-{t.tm_mday:02d} {t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}Z"


def _verbatim(header: bytes) -> tuple[str, ...]:
    """The header's lines as received, folding kept; controls and what hides text made visible."""
    if not header.translate(None, _PLAIN):
        return tuple(header.decode("ascii").splitlines())
    return tuple(map(_visible, map(text, header.splitlines())))


def _visible(raw: str) -> str:
    if raw.isprintable():
        return raw
    indent = " " if raw[:1] in (" ", "\t") else ""
    return indent + line(raw)
