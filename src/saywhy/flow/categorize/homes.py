"""On which server of ours is a mailbox, and may it be found out (spec A2 5.1.0 d, 5.1.6 a)?

A store is held by the server that lists it; those of `mailbox_stores` and the unnamed one are this server's.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from saywhy.flow.categorize import failures
from saywhy.model.address import domain_key
from saywhy.model.failure import Failure
from saywhy.model.organisation import Mailbox, Organisation

HERE = ""


class Homes:
    """For one message.  `hostname` is this server's."""

    def __init__(self, organisation: Organisation, hostname: str) -> None:
        self._organisation = organisation
        self._hostname = domain_key(hostname)

    def of(self, mailbox: Mailbox) -> str | Failure:
        """The key of the server that holds it, HERE for this one; or why that cannot be said."""
        if mailbox.home_unclear:
            return failures.home_unclear(mailbox.name, mailbox.home_unclear)
        if not mailbox.home:
            return HERE
        store = mailbox.home.lower()
        holders = self._holders.get(store, ())
        if len(holders) > 1:
            return failures.home_unclear(mailbox.name, f"{mailbox.home} is held by {', '.join(holders)}")
        if holders:
            return HERE if holders[0] == self._hostname else holders[0]
        if store in self._own:
            return HERE
        return failures.home_missing(mailbox.name, mailbox.home)

    def expander(self, host: str) -> str | None:
        """The key of the server that expands a group, HERE for this one; None when there is no such server."""
        key = domain_key(host)
        if not host or key == self._hostname:
            return HERE
        return key if key in self._organisation.servers else None

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(map(str.lower, self._organisation.transport.mailbox_stores))

    @cached_property
    def _holders(self) -> dict[str, list[str]]:
        """Store -> keys of the servers that list it."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, server in self._organisation.servers.items():
            for store in {each.lower() for each in server.stores}:
                found[store].append(key)
        return found
