"""The queue as the server sees it: one object made of intake, scheduler and the admin calls."""

from __future__ import annotations

from saywhy.flow.queue.settings import DEFAULTS, QueueSettings
from saywhy.flow.stages import Categorize, CurrentOrganisation, Deliver, Report, SelectRoute, Submission
from saywhy.infra.store.protocol import Store
from saywhy.model.clock import Clock
from saywhy.model.event import Sink
from saywhy.model.queued import QueueId


class Queue:
    """`submit` is the stages' Submit.  One instance owns one store."""

    def __init__(
        self,
        store: Store,
        categorize: Categorize,
        select_route: SelectRoute,
        deliver: Deliver,
        report: Report,
        organisation: CurrentOrganisation,
        clock: Clock,
        sink: Sink,
        settings: QueueSettings = DEFAULTS,
    ) -> None:
        self._store = store

    async def start(self) -> None:
        """Resume whatever the store holds."""
        raise NotImplementedError

    async def stop(self, grace: float) -> None:
        """No new attempts; those under way have `grace` seconds to end."""
        raise NotImplementedError

    async def submit(self, submission: Submission) -> None:
        """Take a message; returns when it is durable, Refused when it could not be."""
        raise NotImplementedError

    def organisation_changed(self) -> None:
        """A new revision is in force: whatever has no route is routed again."""
        raise NotImplementedError

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        """Make due now what waits for next hop `key`, or of `message`, or both; how many recipients."""
        raise NotImplementedError

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        """Take a message out; False when it is not in the queue.  `ndr`: its sender gets a report."""
        raise NotImplementedError
