"""Who will read a report: the reverse-path's domain says whether inside or outside, and what is set for it.

A remote domain is about the address that a report goes to (spec B7.7), wherever the message came in.  That a
reader may see facts of ours is another matter: it needs a client that we know (`Origin.internal`).
"""

from __future__ import annotations

from saywhy.model import address_space
from saywhy.model.address import Address
from saywhy.model.organisation import DomainType, Organisation
from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN, RemoteDomain


def remote_domain(reader: Address, organisation: Organisation) -> RemoteDomain | None:
    """What is set for readers in this domain; None for those of our own, which no remote domain is about."""
    domain = reader.domain_key
    ours = organisation.domains.get(domain)
    if ours is not None and ours.type is not DomainType.EXTERNAL_RELAY:
        return None
    found = map(organisation.remote_domains.get, address_space.covering(domain))
    return next((each for each in found if each is not None), DEFAULT_REMOTE_DOMAIN)
