"""Two recipients of one message that lead to the same mailbox or address: one delivery (spec A2 5.4.6).

The delivery answers for both, so it is done in the name of the recipient with the wider DSN wishes
(RFC 3461 section 4.1).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

from saywhy.model import foreign
from saywhy.model.envelope import Notify, Recipient
from saywhy.model.queued import Pending


@dataclass(frozen=True, slots=True)
class Merged:
    """`stays` replaces the pending recipient of its number; `left_out` gets no copy of its own."""

    stays: Pending
    left_out: Pending


class Targets:
    """Where a message's copies go."""

    def __init__(self, pending: Iterable[Pending] = ()) -> None:
        self._by_target = {_target(entry): entry for entry in pending}

    def merge(self, new: Pending) -> Merged | None:
        """None when `new` leads somewhere else than all before it."""
        target = _target(new)
        old = self._by_target.get(target)
        if old is None:
            self._by_target[target] = new
            return None
        merged = merge(old, new)
        self._by_target[target] = merged.stays
        return merged


def merge(old: Pending, new: Pending) -> Merged:
    """Of two that lead to the same place."""
    recipient = _wider(old.recipient, new.recipient)
    return Merged(
        dataclasses.replace(old, recipient=recipient),
        dataclasses.replace(new, recipient=old.recipient if recipient is new.recipient else new.recipient),
    )


def _target(pending: Pending) -> tuple[str, str]:
    if pending.foreign:
        return "foreign", foreign.key(pending.foreign)
    return ("mailbox", pending.mailbox) if pending.mailbox else ("address", pending.address.key)


def _wider(first: Recipient, second: Recipient) -> Recipient:
    one, two = _wishes(first.notify), _wishes(second.notify)
    if not two & ~one:
        return first
    if not one & ~two:
        return second
    return dataclasses.replace(first, notify=one | two)


def _wishes(notify: Notify) -> Notify:
    """No parameter means that a failure is reported; NEVER means nothing is."""
    if notify == Notify.ABSENT:
        return Notify.FAILURE
    return Notify.ABSENT if notify & Notify.NEVER else notify
