"""The schema of the catalogue's files: a parsed TOML document in, a value of `entries` out.

Every fault of a document is collected, each with the place and the cure in one sentence, and raised together.
The document's form is told in docs by the files themselves: copy a neighbour.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from saywhy.model.status import Status
from saywhy.why.document import Table
from saywhy.why.entries import (
    SOURCES,
    Act,
    By,
    Cause,
    Check,
    Code,
    Fault,
    Likely,
    Meaning,
    Names,
    Permanence,
    Said,
    Scope,
    Unit,
)
from saywhy.why.names import KUMOMTA, SISIMAI, SPARKPOST

# The commands that a line of `said` may have answered.
AT = ("connect", "EHLO", "STARTTLS", "AUTH", "MAIL FROM", "RCPT TO", "DATA", "end of data")

# Internal facts must not get into what strangers read (spec B7.7); near misses are for our senders only.
_ADMIN_ONLY = frozenset({"name", "queue", "connector"})
_SENDER_ONLY = frozenset({"near"})


def read_cause(document: Mapping[str, Any], file: str) -> Cause:
    """The document of `causes/<id>.toml` -> Cause; SchemaError lists every fault."""
    top = Table(document)
    permanence = top.choice("permanence", Permanence, Permanence.PERMANENT)
    cures = top.table("cures")
    names = top.table("names")
    cause = Cause(
        id=top.name("id", file),
        title=top.title("title"),
        happened=top.template("happened", _ADMIN_ONLY | _SENDER_ONLY),
        waiting=top.template("waiting", _ADMIN_ONLY | _SENDER_ONLY, optional=True),
        act=top.choice("act", Act),
        waiting_act=top.choice("waiting_act", Act, Act.NOBODY),
        ours=top.choice("side", _Side) is _Side.OURS,
        fault=top.choice("fault", Fault, Fault.NONE),
        scope=top.choice("scope", Scope),
        permanence=permanence,
        unit=top.choice("unit", Unit, Unit.COUNT),
        sender=cures.steps("sender", _ADMIN_ONLY),
        admin=cures.steps("admin", _SENDER_ONLY),
        theirs=cures.steps("theirs", _ADMIN_ONLY | _SENDER_ONLY),
        checks=tuple(Check(each.text("name"), each.text("shows")) for each in top.tables("check")),
        said=tuple(_said(each) for each in top.tables("said")),
        names=Names(
            names.member("sisimai", SISIMAI),
            names.member("kumomta", KUMOMTA),
            names.member("sparkpost", SPARKPOST),
        ),
        references=top.texts("references"),
    )
    if (permanence is Permanence.PERMANENT) == bool(cause.waiting):
        top.fault("waiting", "is said while delivery is being tried: required unless permanence is permanent")
    if cause.fault is not Fault.NONE and not cause.ours:
        top.fault("fault", "is said of causes on our side only")
    if (cause.fault is Fault.WAITS) and permanence is Permanence.PERMANENT:
        top.fault("permanence", "a fault that waits is transient, or either when it is named after an expiry")
    top.finish(file)
    return cause


def read_code(document: Mapping[str, Any], file: str) -> Code:
    """The document of `codes/<x.y.z>.toml` -> Code; SchemaError lists every fault."""
    top = Table(document)
    code = Code(
        code=top.name("code", file),
        title=top.title("title"),
        detail=top.text("detail"),
        registered=top.flag("registered"),
        classes=top.numbers("classes", range(2, 6)),
        basic=top.numbers("basic", range(200, 600)),
        usage=top.text("usage", optional=True),
        correction=top.text("correction", optional=True),
        meanings=tuple(_meaning(each) for each in top.tables("meaning")),
        causes=tuple(_likely(each) for each in top.tables("cause")),
        references=top.texts("references"),
    )
    _check_code(code, top)
    top.finish(file)
    return code


def _meaning(table: Table) -> Meaning:
    return Meaning(
        table.member("source", tuple(SOURCES)),
        table.text("text"),
        table.text("when", optional=True),
        table.texts("hosts", optional=True),
    )


def span(code: str) -> tuple[Status, Status]:
    """`5.7.606-649` -> its first and last code, `5.1.1` -> the same twice; ValueError for anything else."""
    first, dash, last = code.partition("-")
    status = Status.parse(first)
    if not dash:
        return status, status
    end = Status.parse(f"{status.class_}.{status.subject}.{last}")
    if end.detail <= status.detail:
        raise ValueError(f"{code!r} is no range of codes: its end is not above its beginning")
    return status, end


def _likely(table: Table) -> Likely:
    return Likely(
        table.name("id"),
        table.choice("by", By),
        table.text("when"),
        table.member("provider", tuple(SOURCES)) if table.has("provider") else "",
    )


def _said(table: Table) -> Said:
    at = table.member("at", tuple(AT)) if table.has("at") else ""
    return Said(table.text("system"), table.text("line"), at, table.text("host", optional=True))


def _check_code(code: Code, top: Table) -> None:
    try:
        status = span(code.code)[0]
    except ValueError as error:
        top.fault("code", str(error))
        return
    usual = code.registered and status.class_ in code.classes
    if not usual and not code.usage:
        top.fault("usage", "is required: the code is not registered, or not with this class (R27)")
    if code.registered != any(meaning.source == "iana" for meaning in code.meanings):
        top.fault("meaning", "a registered code has a meaning with source = 'iana', an unregistered one has none")
    if not code.causes:
        top.fault("cause", "at least one cause is required")
    if len({(likely.cause, likely.by, likely.provider) for likely in code.causes}) != len(code.causes):
        top.fault("cause", "a cause stands twice")


class _Side(Enum):
    OURS = "ours"
    THEIRS = "theirs"
