"""DMARC aggregate reports (RFC 7489 section 7.2.1.1): known by subject and archive, which stays closed."""

from __future__ import annotations

import re

from saywhy.why.read.dialect import Other
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import Kind

_SUBJECT = re.compile(
    r"report[ _-]?domain:?[ ]?\S+.{0,200}submitter|dmarc aggregate report|dmarc report for", re.I | re.S
)
_FILE = re.compile(r"[\w.-]+![\w.-]+!\d{8,12}!\d{8,12}(?:![\w.-]+)?\.(?:xml|zip|gz)", re.I)
_PACKED = (
    "application/zip",
    "application/gzip",
    "application/x-gzip",
    "application/x-zip-compressed",
    "text/xml",
    "application/xml",
    "application/octet-stream",
    "application/x-zip",
)


def _read(mail: Mail) -> Found | None:
    subject = bool(_SUBJECT.search(mail.subject))
    for leaf in mail.leaves:
        if leaf.type in _PACKED:
            named = leaf.head.get("content-disposition", "") + leaf.head.get("content-type", "")
            if _FILE.search(named) or (subject and leaf.type != "application/octet-stream"):
                return Found("DMARC")
    return Found("DMARC") if subject and "submitter" in mail.subject.lower() else None


OTHER = Other("DMARC", Kind.DMARC_REPORT, _read)
