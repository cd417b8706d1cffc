"""The Failures of this stage, one function each (spec A2, A3, A4; RFC 7505).

Texts are for strangers: ASCII, the recipient's own domain at most; our connectors and hosts stand in Evidence.
"""

from __future__ import annotations

from collections.abc import Iterable

from saywhy.infra.errors import DnsError
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.queued import NextHop
from saywhy.model.status import Status

MAX_FACTS = 500  # characters of DNS facts in Evidence

DNS_REFUSED = "SMTPSEND.DNS.Refused"


def facts(found: Iterable[str]) -> str:
    """What the DNS said, in the order asked; the end of a long tale is left out."""
    text = "; ".join(found)
    return text if len(text) <= MAX_FACTS else text[:MAX_FACTS] + " ..."


def dns_fact(error: DnsError) -> str:
    return f"{error.rtype} {error.name}: {error.problem.value}"


# -- select --


def no_connector(domain: str) -> Failure:
    text = f"no address space matches {domain}"
    evidence = Evidence(Stage.ROUTE, name=domain)
    return Failure(Status(5, 0, 0), 550, "no-route", text, evidence, permanent=True, tag="ROUTING.NoConnector")


def no_connector_for(type_: str) -> Failure:
    """An address of a kind that nothing here carries: FAX, X400 (spec 5.1.2 c)."""
    tag, text = "ROUTING.NoConnectorForAddressType", "no connector takes addresses of this kind"
    cause, evidence = "no-connector-for-address-type", Evidence(Stage.ROUTE, name=type_)
    return Failure(Status(5, 1, 2), 550, cause, text, evidence, permanent=True, tag=tag)


def too_large(connector: str, size: int, limit: int) -> Failure:
    """`connector` and `limit` are the most generous of those that cover the domain."""
    evidence = Evidence(Stage.ROUTE, connector=connector, name="max_message_size", observed=size, limit=limit)
    text = "Message size exceeds fixed maximum message size"
    return Failure(Status(5, 3, 4), 552, "message-too-large", text, evidence, permanent=True)


def no_path(server: str) -> Failure:
    """No connector leads to the server of ours that has the mailbox (spec 5.4.4 c)."""
    evidence, tag = Evidence(Stage.ROUTE, name=server), "ROUTING.NoPathToServer"
    text = "no path between the servers"
    return Failure(Status(5, 4, 4), 550, "no-path-to-server", text, evidence, permanent=True, tag=tag)


# -- hosts --


def _seen(hop: NextHop, dns: str = "", hosts: tuple[str, ...] = ()) -> Evidence:
    step = Step.NONE
    return Evidence(Stage.ROUTE, step, connector=hop.connector, queue=hop.key, dns=dns, hosts=hosts)


def no_such_domain(hop: NextHop, status: str, dns: str, at: float) -> Failure:
    return Failure(
        Status.parse(status),
        550,
        "domain-not-found",
        "Host unknown",
        _seen(hop, dns),
        permanent=True,
        tag="SMTPSEND.DNS.NonExistentDomain",
        at=at,
    )


def null_mx(hop: NextHop, at: float) -> Failure:
    return Failure(
        Status(5, 1, 10),
        556,
        "null-mx",
        f"{hop.domain} does not accept mail",
        _seen(hop, f"MX {hop.domain}: 0 ."),
        permanent=True,
        tag="SMTPSEND.DNS.NullMx",
        at=at,
    )


def no_mail_host(hop: NextHop, dns: str, at: float) -> Failure:
    return Failure(
        Status(5, 4, 4),
        550,
        "no-mail-host",
        f"no MX or address for {hop.domain}",
        _seen(hop, dns),
        permanent=True,
        tag="ROUTING.NoNextHop",
        at=at,
    )


def domain_is_server(domain: str) -> Failure:
    """An accepted domain has the name of this server itself (spec 5.4.8 a): nothing can be passed on to it."""
    evidence = Evidence(Stage.ROUTE, name=domain)
    tag = "ROUTING.DomainIsServer"
    return Failure(Status(5, 4, 8), 550, "domain-is-server", domain, evidence, permanent=True, tag=tag)


def mail_host_unknown(hop: NextHop, dns: str, at: float) -> Failure:
    """The MX names hosts that do not exist (spec 5.4.0 c): its zone is out of date."""
    return Failure(
        Status(5, 4, 0),
        550,
        "no-mail-host",
        f"the mail hosts of {hop.domain} do not exist",
        _seen(hop, dns),
        permanent=True,
        tag="SMTPSEND.DNS.HostNotFound",
        at=at,
    )


def dns_unavailable(hop: NextHop, dns: str, at: float, *, refused: bool = False) -> Failure:
    """`refused`: the name servers answer, but not for this domain (a lame delegation, spec 5.0.0 d)."""
    return Failure(
        Status(4, 4, 0),
        451,
        "dns-unavailable",
        f"no usable answer from the name service about {hop.domain}",
        _seen(hop, dns),
        permanent=False,
        tag=DNS_REFUSED if refused else "SMTPSEND.DNS.Unavailable",
        at=at,
    )


def loops_back(hop: NextHop, dns: str, hosts: tuple[str, ...], at: float, *, ours: bool = False) -> Failure:
    """`ours`: the domain is one that we relay, so our own settings are at fault (spec 5.4.8 b)."""
    return Failure(
        Status(5, 4, 8) if ours else Status(5, 3, 5),
        554,
        "mail-loops-back",
        "next hop is this server",
        _seen(hop, dns, hosts),
        permanent=True,
        tag="SMTPSEND.DNS.MxLoopback",
        at=at,
    )


def smart_host(hop: NextHop, reason: str, dns: str, at: float) -> Failure:
    """`reason` is `Unresolved` or `BadLiteral` (spec 4.4.9 a, b)."""
    return Failure(
        Status(4, 4, 9),
        451,
        "smart-host-malformed" if reason == "BadLiteral" else "smart-host-unresolved",
        "the next mail server of this route cannot be found",
        _seen(hop, dns),
        permanent=False,
        tag=f"ROUTING.SmartHost.{reason}",
        at=at,
    )


def not_over_dns(hop: NextHop, at: float) -> Failure:
    """Mail by MX for addresses that are no mail addresses (spec 4.4.9 c)."""
    text, tag = "the route is for addresses that no name service knows", "ROUTING.SmartHost.NonSmtpOverDns"
    seen = _seen(hop, f"no question can be asked about {hop.domain}")
    return Failure(Status(4, 4, 9), 451, "address-space-not-smtp", text, seen, permanent=False, tag=tag, at=at)


def connector_gone(hop: NextHop, at: float) -> Failure:
    """The connector was removed or disabled while mail waited for it (spec 4.4.9 d)."""
    return Failure(
        Status(4, 4, 9),
        451,
        "connector-gone",
        "the route of this message is closed",
        _seen(hop),
        permanent=False,
        tag="ROUTING.SmartHost.ConnectorGone",
        at=at,
    )
