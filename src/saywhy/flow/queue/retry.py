"""When to try again (spec F6), as pure functions.

What the next hop itself causes (no answer, a refused greeting, no TLS, no DNS) counts for the hop: glitch,
transient, then steady intervals, back to the first step with the first success.  What concerns one message or
recipient while its host answers waits the message's interval; a mailbox of ours has its own.  Spec I and
errata 59 say how this departs from RFC 5321 section 4.5.4.1.
"""

from __future__ import annotations

from collections.abc import Callable

from saywhy.model.evidence import Step
from saywhy.model.failure import Failure
from saywhy.model.organisation import TransportConfig
from saywhy.model.queued import GATHERED, NEVER, HopKind, Message, Pending

_HOP_STEPS = {Step.CONNECT, Step.GREETING, Step.EHLO, Step.STARTTLS, Step.AUTH}
_HOP_CAUSES = {
    "no-answer",
    "connection-lost",
    "remote-timeout",
    "dns-unavailable",
    "smart-host-unresolved",
    "smart-host-malformed",
    "smart-host-sign-in-failed",
    "tls-not-offered",
    "tls-failed",
    "sts-policy-failed",
    "dane-failed",
}
_CLOSING = 421  # whatever it answers, the session is over (RFC 5321 section 3.8)

Draw = Callable[[], float]  # uniform in [0, 1)


def concerns_hop(kind: HopKind, failure: Failure) -> bool:
    """True when every message for this hop would have met the same."""
    if kind is HopKind.PROGRAM:
        return failure.evidence.step is Step.CONNECT  # it cannot be started
    if kind not in (HopKind.DNS, HopKind.SMART_HOST):
        return False
    return (
        failure.evidence.step in _HOP_STEPS
        or failure.cause in _HOP_CAUSES
        or (failure.from_remote and failure.reply == _CLOSING)
    )


def hop_interval(config: TransportConfig, failures: int) -> float:
    """Seconds to wait after the hop's `failures`th failure in a row (1 for the first)."""
    if failures <= config.glitch_retries:
        return config.glitch_interval
    if failures <= config.glitch_retries + config.transient_retries:
        return config.transient_interval
    return config.steady_interval


def own_interval(config: TransportConfig, kind: HopKind) -> float:
    """Seconds to wait when one message or recipient was deferred."""
    return config.mailbox_interval if kind is HopKind.MAILBOX else config.message_interval


def jittered(interval: float, share: float, draw: Draw) -> float:
    """`interval` more or less up to its `share`, so that what failed together is not tried together."""
    return interval * (1 + share * (2 * draw() - 1))


def expires(message: Message, pending: Pending, now: float) -> float:
    """When the recipient is given up: the time that it was held back does not count (spec I10)."""
    if pending.hop.kind is HopKind.POISON:
        return NEVER  # spec F8
    if not (pending.suspended_at or pending.paused):
        return message.expires
    held = max(0.0, now - pending.suspended_at) if pending.suspended_at else 0.0
    return message.expires + pending.paused + held


def deadline(message: Message, pending: Pending) -> float:
    """When the sender's own deadline needs an act of ours (RFC 2852); NEVER without one, or when that was done.

    A message that is held back has it all the same, but not one that waits to be reported with others.  One that
    came with none left was reported where it passed.
    """
    by = message.envelope.by
    if by is None or pending.hop.kind is HopKind.POISON:
        return NEVER
    if pending.hop.kind is HopKind.HELD and pending.hop.domain == GATHERED:
        return NEVER
    done = not by.returns and (pending.lateness_told or by.seconds <= 0)
    return NEVER if done else by.at


def returned(message: Message, pending: Pending, now: float) -> bool:
    """The deadline has passed after which the sender wants the message back."""
    by = message.envelope.by
    return by is not None and by.returns and now >= deadline(message, pending)


def delay_at(message: Message, config: TransportConfig) -> float:
    return message.arrived + config.delay_after


def delay_due(message: Message, pending: Pending, config: TransportConfig, now: float) -> bool:
    """A delayed report is due: once per recipient (spec B1)."""
    return not pending.delay_reported and now >= delay_at(message, config)


def next_due(message: Message, pending: Pending, config: TransportConfig, retry_at: float, now: float) -> float:
    """The next attempt, or the moment before it at which a report is due."""
    due = min(retry_at, expires(message, pending, now), deadline(message, pending))
    if not pending.delay_reported and now < delay_at(message, config):
        due = min(due, delay_at(message, config))
    return due
