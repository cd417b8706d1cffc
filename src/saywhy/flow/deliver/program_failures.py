"""The Failures of delivery by a program (spec A2 5.3.0 c), by sysexits.h's exit statuses."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from saywhy.infra.program import Ended
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.queued import NextHop
from saywhy.model.status import Status
from saywhy.wire import charset
from saywhy.wire.smtp.reply import plain

MAX_DETAIL = 300  # characters of the program's last words

_NAMES: Mapping[int, str] = {
    64: "EX_USAGE", 65: "EX_DATAERR", 66: "EX_NOINPUT", 67: "EX_NOUSER", 68: "EX_NOHOST", 69: "EX_UNAVAILABLE",
    70: "EX_SOFTWARE", 71: "EX_OSERR", 72: "EX_OSFILE", 73: "EX_CANTCREAT", 74: "EX_IOERR", 75: "EX_TEMPFAIL",
    76: "EX_PROTOCOL", 77: "EX_NOPERM", 78: "EX_CONFIG", 126: "not executable", 127: "command not found",
}  # fmt: skip
_NOBODY = frozenset({67, 68})
_DATA = 65
# Its own troubles and its set-up's, which somebody mends: the mail waits.  126 and 127 are a shell's.
_WAITS = frozenset({64, 66, 71, 72, 73, 74, 75, 76, 77, 78, 126, 127})


def ended(hop: NextHop, how: Ended, seconds: float, at: float) -> Failure | None:
    """None when it went well."""
    if how.status == 0 and not how.timed_out:
        return None
    said = _said(how.output)
    if how.timed_out:
        return _unavailable(hop, f"it took longer than {seconds:g} s and was ended{said}", at)
    if how.status < 0:
        return _unavailable(hop, f"it was ended by {_signal(-how.status)}{said}", at)
    detail = f"exit status {how.status} ({_NAMES.get(how.status, 'unknown')}){said}"
    if how.status in _WAITS:
        return _unavailable(hop, detail, at)
    if how.status in _NOBODY:
        line = (550, "5.1.1", "gateway-recipient-unknown", "AGENT.NoUser", "the gateway knows no such address")
    elif how.status == _DATA:
        line = (554, "5.6.0", "content-corrupt", "AGENT.Data", "the gateway cannot read the message")
    else:
        line = (550, "5.3.0", "delivery-agent-failed", "AGENT.Delivery", "the delivery agent failed")
    return _failure(hop, line, detail, at)


def not_started(hop: NextHop, why: str, at: float) -> Failure:
    return _unavailable(hop, f"it cannot be started: {why}", at, step=Step.CONNECT)


def option(hop: NextHop, argument: str, at: float) -> Failure:
    """The recipient's or sender's address would be read as an option of the program."""
    line = (
        553,
        "5.1.3",
        "recipient-address-syntax",
        "AGENT.Address",
        "the gateway takes no address that begins so",
    )
    return _failure(hop, line, plain(argument)[:MAX_DETAIL], at)


def _unavailable(hop: NextHop, detail: str, at: float, step: Step = Step.NONE) -> Failure:
    line = (
        451,
        "4.3.0",
        "delivery-agent-unavailable",
        "AGENT.Unavailable",
        "the delivery agent cannot take it now",
    )
    return _failure(hop, line, detail, at, step)


def _failure(
    hop: NextHop, line: tuple[int, str, str, str, str], detail: str, at: float, step: Step = Step.NONE
) -> Failure:
    """`line` is reply code, status, cause, tag and text."""
    reply, status, cause, tag, text = line
    evidence = Evidence(Stage.SEND, step, connector=hop.connector, queue=hop.key, name=detail)
    return Failure(Status.parse(status), reply, cause, text, evidence, permanent=reply >= 500, tag=tag, at=at)


def _said(output: bytes) -> str:
    """Its last words, on one line."""
    words = " ".join(plain(charset.decode(output)).split())
    return f": {words[-MAX_DETAIL:]}" if words else ""


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
