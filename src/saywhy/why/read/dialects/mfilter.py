"""m-FILTER: the address in its own paragraph, then `-------server message` and `-------SMTP command`."""

from __future__ import annotations

import re

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail

_SAID = re.compile(r"^-{3,}[ \t]*server message[^\n]*\n((?:(?!-{3,})[^\n]*\n?){1,20})", re.I | re.M)
_COMMAND = re.compile(r"^-{3,}[ \t]*SMTP command[^\n]*\n+(MAIL|RCPT|DATA|EHLO|HELO)", re.I | re.M)


def _finish(mail: Mail, found: Found) -> None:
    said, command = _SAID.search(mail.body), _COMMAND.search(mail.body)
    for entry in found.entries:
        if said is not None:
            text.describe(mail, entry, said[1].strip(), said.start(1))
        if command is not None:
            entry.command = command[1].upper()


DIALECT = textual("m-FILTER", "m-FILTER", signs=("m-FILTER",), rules=(text.alone, text.angled), finish=_finish)
