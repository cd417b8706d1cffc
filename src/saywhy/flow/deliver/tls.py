"""How a session must be protected: one policy for each next hop and host.

A send connector says it (spec F5: TlsAuthLevel, RequireTLS, IgnoreSTARTTLS); a `FindTlsPolicy` may say otherwise
for a domain, which is where MTA-STS (RFC 8461) and DANE (RFC 7672) come in.  A connector with a user demands TLS,
for the password's sake; `ignore_starttls` is the administrator's word that it may go in clear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from saywhy.flow.stages import Host
from saywhy.infra.net.tls import Proof
from saywhy.model.organisation import SendConnector, TlsAuthLevel
from saywhy.model.queued import HopKind, NextHop

Use = Literal["never", "may", "must"]


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """`proof` None: any certificate will do.  `source` is who says it: "connector", "mta-sts" or "dane"."""

    use: Use = "may"
    proof: Proof | None = None
    source: str = "connector"


class FindTlsPolicy(Protocol):
    """deliver -> whoever knows what a domain demands; None leaves it to the connector.  Never raises."""

    async def __call__(self, hop: NextHop, host: Host) -> TlsPolicy | None: ...


def of_connector(connector: SendConnector) -> TlsPolicy:
    """Without names: see `named`."""
    if connector.tls_auth_level is not TlsAuthLevel.ENCRYPTION:
        return TlsPolicy("must", Proof(connector.tls_authorities, key_bits=connector.min_key_bits))
    if connector.require_tls:
        bits = connector.min_key_bits
        return TlsPolicy("must", Proof(chain=False, key_bits=bits) if bits else None)
    if connector.ignore_starttls:
        return TlsPolicy("never")
    return TlsPolicy("must" if connector.user else "may")


def named(policy: TlsPolicy, connector_domain: str, hop: NextHop, host: Host) -> TlsPolicy:
    """The certificate is for the connector's `tls_domain`, else for the smart host or the next hop's domain.

    The name of an MX host proves nothing: whoever can forge the MX record chooses it (RFC 8461 section 1).
    """
    if policy.proof is None:
        return policy
    name = connector_domain or (host.name.strip("[]") if hop.kind is HopKind.SMART_HOST else hop.domain)
    return replace(policy, proof=replace(policy.proof, names=(name,)))
