"""AOL's refusals, which name screen names without a domain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

_NAME = re.compile(r"^[ \t]+([A-Za-z0-9._-]{3,64})[ \t]*$", re.M)


def screen_names(mail: Mail) -> Iterator[Entry]:
    domain = mail.sender.partition("@")[2]
    if not domain:
        return
    for match in _NAME.finditer(mail.notice):
        entry = Entry(f"{match[1]}@{domain}")
        entry.note(
            "recipient", From.TEXT, "name, at the domain that reports", mail.span(match.start(1), match.end(1))
        )
        text.describe(mail, entry, mail.notice[: match.start()].strip(), 0)
        yield entry


DIALECT = textual(
    "AOL",
    "AOL",
    signs=("Your mail to the following recipients could not be delivered",),
    rules=(text.alone, screen_names),
)
