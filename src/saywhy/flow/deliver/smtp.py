"""Delivery to a next hop by SMTP: asks which hosts to try, and makes one attempt with them as the connector says.

How its sessions must be protected is said in `tls`.
"""

from __future__ import annotations

from saywhy.flow.deliver import failures, tls, trouble
from saywhy.flow.deliver.attempt import Attempt
from saywhy.flow.deliver.pool import Manner, Pool
from saywhy.flow.deliver.probe import Probe
from saywhy.flow.deliver.tls import FindTlsPolicy
from saywhy.flow.stages import CurrentOrganisation, FindHosts, Transmission
from saywhy.infra.net.connect import Timeouts
from saywhy.model.clock import Clock
from saywhy.model.failure import Failure, Refused
from saywhy.model.organisation import SendConnector, SendProtocol, TlsAuthLevel
from saywhy.model.outcome import Outcome
from saywhy.model.queued import NextHop
from saywhy.wire.smtp.client import ClientOptions

TIMEOUTS = Timeouts()


class SmtpDelivery:
    """One outcome per pending recipient.  `hostname` is for EHLO where the connector has no name of its own."""

    def __init__(
        self,
        find_hosts: FindHosts,
        organisation: CurrentOrganisation,
        hostname: str,
        clock: Clock,
        *,
        timeouts: Timeouts = TIMEOUTS,
        pool: Pool | None = None,
        tls_policy: FindTlsPolicy | None = None,
    ) -> None:
        self._find_hosts = find_hosts
        self._organisation = organisation
        self._hostname = hostname
        self._clock = clock
        self._pool = pool or Pool(timeouts)
        self._tls_policy = tls_policy
        self._manners: dict[str, tuple[SendConnector, Manner]] = {}

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        hop = transmission.hop
        connector = self._organisation().send_connectors.get(hop.connector.lower())
        try:
            hosts = await self._find_hosts(hop)
        except Refused as refused:
            return _all(transmission, refused.failure)
        if connector is None:
            return _all(transmission, failures.connector_gone(hop, self._clock.now()))
        attempt = Attempt(transmission, self._manner(connector), self._pool, self._clock, self._tls_policy)
        return await attempt.run(hosts)

    async def check(self, hop: NextHop) -> Failure | None:
        """What is in the way of `hop` now, or None.  A domain that is refused for good is no reason to wait."""
        connector = self._organisation().send_connectors.get(hop.connector.lower())
        try:
            hosts = await self._find_hosts(hop)
        except Refused as refused:
            return None if refused.failure.permanent else refused.failure
        if connector is None:
            return failures.connector_gone(hop, self._clock.now())
        probe = Probe(hop, self._manner(connector), self._pool, self._clock, self._tls_policy)
        return await probe.run(hosts)

    async def stop(self) -> None:
        """Take leave of idle connections."""
        await self._pool.stop()

    def _manner(self, connector: SendConnector) -> Manner:
        """The same object as long as the connector says the same, so that its sessions can be reused."""
        known = self._manners.get(connector.name)
        if known is None or (known[0] is not connector and known[0] != connector):
            known = connector, manner(connector, self._hostname)
            self._manners[connector.name] = known
        return known[1]


def manner(connector: SendConnector, hostname: str) -> Manner:
    policy = tls.of_connector(connector)
    options = ClientOptions(
        connector.fqdn or hostname,
        tls=policy.use,
        force_helo=connector.force_helo,
        require_esmtp=connector.require_esmtp,
        chunking=connector.chunking,
        user=connector.user,
        password=connector.password,
        auth_in_clear=policy.use == "never",
        lmtp=connector.protocol is SendProtocol.LMTP,
    )
    return Manner(
        options,
        connector.source_ip,
        connector.max_messages_per_connection,
        policy,
        by_name=connector.tls_auth_level is TlsAuthLevel.DOMAIN,
        tls_domain=connector.tls_domain,
        give_up=connector.upgrade_connect_failures,
    )


def _all(transmission: Transmission, failure: Failure) -> list[Outcome]:
    return [trouble.outcome(failure) for _ in transmission.pending]
