"""Zoho: `[Status: Error, Address: <bob@dest.test>, ResponseCode 550, , words]`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.why.read import text
from saywhy.why.read.addresses import bare
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

_ITEM = re.compile(
    r"(?:Address: ?<([^<>\s]{1,400})>|^<?([^<>\s]{1,400}@[^<>\s,]{1,253})>?[ ,]+(?=(?:Invalid Address, "
    r"?)?(?:ERROR[ _]CODE|ResponseCode))),?[ \t]*([^\n\]]*(?:\n(?!\[|\n)[^\n\]]*)*)",
    re.M,
)


def items(mail: Mail) -> Iterator[Entry]:
    for match in _ITEM.finditer(mail.notice):
        group = 1 if match[1] else 2
        entry = Entry(bare(match[group]))
        entry.note("recipient", From.TEXT, "Address", mail.span(match.start(group), match.end(group)))
        text.describe(mail, entry, match[3], match.start(3))
        yield entry


DIALECT = textual(
    "Zoho",
    "Zoho",
    signs=(
        "[Status: Error, Address:",
        "ERROR_CODE :",
        "ResponseCode",
        "created automatically by mail delivery system",
    ),
    rules=(items, text.angled, text.alone),
)
