"""Evidence as words: the value of each placeholder, and the labelled facts beside an explanation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from saywhy.model.evidence import Evidence
from saywhy.model.failure import Failure
from saywhy.why.entries import Unit
from saywhy.why.template import clean
from saywhy.why.units import pair, quantity, span
from saywhy.why.words import IN_ENGLISH, Frame, mark

_CODES = re.compile(r"^[2-5][0-9]{2}[ -](?:[245]\.[0-9]{1,3}\.[0-9]{1,3} ?)?")
EXPIRED = "message expired"  # the text of a failure that ends a row of attempts
MAX_HOSTS = 10  # next hops that are listed

OR = mark("{first} or {last}")

Facts = tuple[tuple[str, str], ...]


def value(name: str, failure: Failure, recipient: str, unit: Unit, words: Frame = IN_ENGLISH) -> str:
    """The text that takes the place of `{name}`; empty when it was not seen."""
    return _VALUES[name](failure, recipient, unit, words)


def shown(failure: Failure, unit: Unit, *, internal: bool) -> Facts:
    """Label and value of what was seen; `internal` adds what only our administrator may read (spec B7.7)."""
    evidence = failure.evidence
    out: list[tuple[str, str]] = []
    _add(out, "Remote server", _server(evidence))
    _add(out, "It said", " / ".join(evidence.reply))
    _add(out, "In answer to", evidence.command or evidence.step.value)
    if _lifetime(failure) < 0:
        _add(out, "Limit", _limit(evidence, unit))
    else:
        _add(out, "Tried for", _time_taken(failure))
    _add(out, "DNS", evidence.dns)
    _add(out, "TLS", evidence.tls)
    for host in evidence.hosts[:MAX_HOSTS]:
        _add(out, "Tried", host)
    if internal:
        _add(out, "Object", evidence.name)
        _add(out, "Queue", evidence.queue)
        _add(out, "Connector", evidence.connector)
        _add(out, "Stage", evidence.stage.value)
        _add(out, "Tag", failure.tag)
    return tuple(out)


def _add(out: list[tuple[str, str]], label: str, text: str) -> None:
    if text:
        out.append((label, clean(text)))


def _server(evidence: Evidence) -> str:
    if evidence.remote_host and evidence.remote_ip:
        return f"{evidence.remote_host} [{evidence.remote_ip}]"
    return evidence.remote_host or evidence.remote_ip


def _limit(evidence: Evidence, unit: Unit) -> str:
    observed, limit = pair(evidence.observed, evidence.limit, unit)
    if observed and limit:
        return f"{observed} seen, {limit} allowed"
    return f"{limit} allowed" if limit else observed


def is_expiry(failure: Failure) -> bool:
    """Whether this failure ends a row of attempts, of which `because` tells."""
    return failure.text == EXPIRED


def _lifetime(failure: Failure) -> int:
    """Seconds from arrival to giving up, which an expiry notes where it has no other numbers; -1 for others."""
    if not is_expiry(failure):
        return -1
    seen, last = failure.evidence, _last(failure)
    if failure.because and (seen.observed, seen.limit) == (last.observed, last.limit):
        return -1
    return seen.observed


def _period(failure: Failure, words: Frame = IN_ENGLISH) -> str:
    lifetime = _lifetime(failure)
    return span(lifetime, words) if lifetime > 0 else ""


def _time_taken(failure: Failure) -> str:
    period, limit = _period(failure), failure.evidence.limit
    return f"{period}, {span(limit)} allowed" if period and limit > 0 else period


def _domain(recipient: str) -> str:
    return recipient.rpartition("@")[2]


def _last(failure: Failure) -> Evidence:
    """What the last attempt saw: `because` has the newest first."""
    return failure.because[0].evidence if failure.because else failure.evidence


def _host(failure: Failure) -> str:
    return failure.evidence.remote_host or _last(failure).remote_host


def _last_words(failure: Failure) -> str:
    """A remote's reply as one sentence without its end: codes once, at the beginning."""
    lines = failure.evidence.reply or _last(failure).reply
    return " ".join((*lines[:1], *(_CODES.sub("", line) for line in lines[1:]))).rstrip(" .")


def _number(failure: Failure, unit: Unit, words: Frame, *, limit: bool) -> str:
    evidence = failure.evidence
    if _lifetime(failure) >= 0:
        return ""
    if evidence.observed >= 0 and evidence.limit >= 0:
        return pair(evidence.observed, evidence.limit, unit, words)[limit]
    return quantity(evidence.limit if limit else evidence.observed, unit, words)


def _near(addresses: tuple[str, ...], words: Frame) -> str:
    if len(addresses) < 2:
        return "".join(addresses)
    return words.say(OR).format(first=", ".join(addresses[:-1]), last=addresses[-1])


_VALUES: Mapping[str, Callable[[Failure, str, Unit, Frame], str]] = {
    "recipient": lambda _f, recipient, _u, _w: recipient,
    "domain": lambda _f, recipient, _u, _w: _domain(recipient),
    "host": lambda failure, _r, _u, _w: _host(failure),
    "ip": lambda failure, _r, _u, _w: failure.evidence.remote_ip or _last(failure).remote_ip,
    "reply": lambda failure, _r, _u, _w: _last_words(failure),
    "status": lambda failure, _r, _u, _w: str(failure.status),
    "observed": lambda failure, _r, unit, words: _number(failure, unit, words, limit=False),
    "limit": lambda failure, _r, unit, words: _number(failure, unit, words, limit=True),
    "dns": lambda failure, _r, _u, _w: failure.evidence.dns or _last(failure).dns,
    "tls": lambda failure, _r, _u, _w: failure.evidence.tls or _last(failure).tls,
    "step": lambda failure, _r, _u, _w: failure.evidence.step.value,
    "period": lambda failure, _r, _u, words: _period(failure, words),
    "near": lambda failure, _r, _u, words: _near(failure.evidence.near, words),
    "name": lambda failure, _r, _u, _w: failure.evidence.name,
    "queue": lambda failure, _r, _u, _w: failure.evidence.queue or _last(failure).queue,
    "connector": lambda failure, _r, _u, _w: failure.evidence.connector or _last(failure).connector,
}
