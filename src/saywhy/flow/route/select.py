"""Which queue a resolved recipient joins: connector selection of spec F5 in the order of spec A6.3.  No IO."""

from __future__ import annotations

from saywhy.flow.stages import CurrentOrganisation, Resolved
from saywhy.model.outcome import Failed
from saywhy.model.queued import NextHop


class RouteSelector:
    """Implements stages.SelectRoute."""

    def __init__(self, organisation: CurrentOrganisation) -> None:
        self._organisation = organisation

    def __call__(self, resolved: Resolved, size: int) -> NextHop | Failed:
        raise NotImplementedError
