"""From whom reports and notices are: who answers for this server (RFC 3464 section 2)."""

from __future__ import annotations

from saywhy.model.address import domain_key
from saywhy.model.organisation import Organisation


def postmaster(organisation: Organisation, hostname: str, *, utf8: bool = False) -> str:
    """As configured, else postmaster of the default domain; in ASCII unless the message travels by SMTPUTF8."""
    configured = organisation.transport.report_postmaster
    if configured and (utf8 or configured.isascii()):
        return configured
    domain = organisation.default_domain or hostname
    return f"postmaster@{domain if utf8 else domain_key(domain)}"
