"""The cap on failure reports to one sender: above it they are gathered into one; nothing is dropped (errata 61).

For senders outside alone: whoever signed in, or is on a network of ours, gets each report at once.  Counted are
reports in an hour, by reverse-path and by its domain.  A recipient that fails above that waits in
`held/report-rate/REVERSE-PATH`, parked like what the storm guard holds, and when its hour is over one report names
all that waits there (`release.py`).  So nothing is kept beside the queue: after a crash the hour begins anew.
Whoever writes under thousands of reverse-paths opens MAX_OPEN queues at most: what comes above that waits in
`held/report-rate/others`, and each reverse-path in it gets its own report.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, deque
from collections.abc import Iterable

from saywhy.flow.queue.holds import report_due
from saywhy.flow.stages import CurrentOrganisation
from saywhy.model.envelope import Notify, ReversePath
from saywhy.model.failure import Failure
from saywhy.model.queued import GATHERED, HopKind, Message, NextHop, Pending, QueueId
from saywhy.model.transport import TransportConfig

MAX_COUNTED = 10_000  # reverse-paths and domains; the one that was reported to longest ago is forgotten
MAX_OPEN = 1000  # queues that gather
OTHERS = "others"  # the one that many senders share; no reverse-path reads so
_PREFIX = NextHop(HopKind.HELD, GATHERED).key + "/"


class Cap:
    """One queue's, with its part of the limits (server/shares)."""

    def __init__(self, organisation: CurrentOrganisation) -> None:
        self._organisation = organisation
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._last: QueueId | None = None
        self._open: dict[str, float] = {}  # queues that gather, and since when

    def begin(self, keys: Iterable[str], now: float) -> None:
        """Those of the held queues that gather reports."""
        self._open = {key: now for key in keys if key.startswith(_PREFIX)}

    def over(self, now: float) -> str:
        """A queue whose hour is over, or "": it is closed, and what fails from now on counts anew."""
        if not self._open:
            return ""
        interval = self._organisation().transport.report_rate_interval
        ready = next((key for key, since in self._open.items() if now >= since + interval), "")
        if ready:
            del self._open[ready]
        return ready

    def again(self, key: str, since: float) -> None:
        """A queue of which something is left waits for the next report."""
        self._open.setdefault(key, since)

    def gathered(self, message: Message, pending: Pending, failure: Failure, now: float) -> Pending | None:
        """The recipient as it waits for the next gathered report; None when it may be reported now."""
        sender, config = message.envelope.sender, self._organisation().transport
        if sender is None or message.origin.internal or not _reported(message, pending, config):
            return None
        hop = _queue(sender.key)
        if hop.key not in self._open:
            limits = {sender.key: config.report_rate, sender.domain_key: config.report_domain_rate}
            if message.id == self._last or not self._full(limits, config.report_rate_interval, now):
                self._last = message.id
                return None
            if len(self._open) >= MAX_OPEN:
                hop = _queue(OTHERS)
        self._open.setdefault(hop.key, now)
        held = dataclasses.replace(
            pending, hop=hop, failure=failure, suspended_at=now, suspended_alone=True, delay_reported=True
        )
        return dataclasses.replace(held, due=report_due(message, held, config))

    def _full(self, limits: dict[str, int], interval: float, now: float) -> bool:
        """Counts one report, unless a limit is reached."""
        counted = [(self._of(name), limit) for name, limit in limits.items() if limit]
        for times, limit in counted:
            while times and times[0] <= now - interval:
                times.popleft()
            if len(times) >= limit:
                return True
        for times, _ in counted:
            times.append(now)
        return False

    def _of(self, name: str) -> deque[float]:
        times = self._times.setdefault(name, deque())
        self._times.move_to_end(name)
        if len(self._times) > MAX_COUNTED:
            self._times.popitem(last=False)
        return times


def _queue(name: str) -> NextHop:
    return NextHop(HopKind.HELD, GATHERED, name)


def _reported(message: Message, pending: Pending, config: TransportConfig) -> bool:
    """A report would leave, as far as the message alone says (the rest is flow/report/decide's)."""
    notify, path = pending.recipient.notify, message.origin.reverse_path
    if notify is not Notify.ABSENT and not notify & Notify.FAILURE:
        return False
    if path in (ReversePath.FORGED, ReversePath.NOWHERE):
        return False
    return path is not ReversePath.UNVERIFIED or config.report_unverified
