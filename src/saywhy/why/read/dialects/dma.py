"""DragonFly Mail Agent: the address in a sentence, what the host did not like in the next paragraph."""

from __future__ import annotations

import re

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail

_DISLIKED = re.compile(
    r"^([A-Za-z0-9.-]{3,255}) \[[^\]\n]{3,60}\] did not like our (?:final )?(RCPT TO|MAIL FROM|DATA|EHLO|HELO)",
    re.M,
)


def _finish(mail: Mail, found: Found) -> None:
    disliked = _DISLIKED.search(mail.notice)
    for entry in found.entries:
        entry.diagnostic = entry.reply_code = entry.status = ""
        if disliked is not None:
            entry.remote_mta = disliked[1]


DIALECT = textual(
    "DragonFly Mail Agent",
    "DragonFly Mail Agent",
    signs=("This is the DragonFly Mail Agent",),
    rules=(text.told,),
    finish=_finish,
)
