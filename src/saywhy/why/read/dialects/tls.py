"""SMTP TLS reports (RFC 8460 section 5.3): their own multipart/report, or the fields that announce them."""

from __future__ import annotations

from saywhy.why.read.dialect import Other
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import Kind


def _read(mail: Mail) -> Found | None:
    if any(leaf.type.startswith("application/tlsrpt") for leaf in mail.leaves):
        return Found("TLSRPT")
    return (
        Found("TLSRPT")
        if "tls-report-domain" in mail.head or "report-type=tlsrpt" in mail.head.get("content-type", "")
        else None
    )


OTHER = Other("TLSRPT", Kind.TLS_REPORT, _read)
