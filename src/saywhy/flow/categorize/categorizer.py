"""The stage itself: an envelope -> what each recipient is; an address -> whether RCPT may take it.

The order is that of spec A6 rule 2: the message's own limit (5.5.3) before any recipient.  A directory that is
down defers the whole message (spec F4): a part of it sent now and the rest later would reach those twice whom both
parts lead to.
"""

from __future__ import annotations

from saywhy.flow.categorize import failures
from saywhy.flow.categorize.expansion import Expansion
from saywhy.flow.categorize.owner import Owners, is_postmaster
from saywhy.flow.stages import CurrentOrganisation, Directory, Resolved
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin
from saywhy.model.organisation import DomainType
from saywhy.model.outcome import Deferred, Failed


class Categorizer:
    """stages.Categorize, and the look-up of recipients that the receive stage asks at RCPT."""

    def __init__(self, organisation: CurrentOrganisation, directory: Directory) -> None:
        self._organisation = organisation
        self._directory = directory

    def __call__(self, envelope: Envelope, origin: Origin) -> list[Resolved]:
        organisation = self._organisation()
        limit = organisation.transport.max_recipients
        if len(envelope.recipients) > limit:
            failed = Failed(failures.too_many_recipients(len(envelope.recipients), limit))
            return [Resolved(each, each.address, outcome=failed) for each in envelope.recipients]
        try:
            owners = Owners(organisation, self._directory, near=origin.internal)
            return Expansion(owners, organisation.transport.max_group_depth).run(envelope.recipients)
        except DirectoryDown as down:
            deferred = Deferred(failures.directory_down(str(down)))
            return [Resolved(each, each.address, outcome=deferred) for each in envelope.recipients]

    def lookup(self, address: Address, *, internal: bool) -> Failed | None:
        """Why RCPT may not take `address`, or None: 5.1.1, or 4.3.0 when the directory is down.

        Only whether it exists: an address that two own, or that leads in a circle, is accepted and reported on.
        """
        organisation = self._organisation()
        domain = organisation.domains.get(address.domain_key)
        if domain is None or domain.type is not DomainType.AUTHORITATIVE or is_postmaster(address):
            return None
        try:
            if self._directory.find(address):
                return None
        except DirectoryDown as down:
            return Failed(failures.directory_down_at_rcpt(str(down)))
        if not (internal and organisation.transport.near_misses):
            return failures.USER_UNKNOWN
        near = Owners(organisation, self._directory, near=True).near(address)
        return Failed(failures.user_unknown(near))
