"""qmail and its family (vpopmail, Rediff, Outblaze, MessageLabs): `<address>:` and a paragraph.

Hi. This is the qmail-send program at dest.test.
<bob@dest.test>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
"""

from __future__ import annotations

import re

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail

_HOST = re.compile(
    r"(?:^|\n| )([A-Za-z0-9][A-Za-z0-9.-]{2,254}) (?:does not like (?:recipient|sender|transmission)|failed "
    r"(?:on|after) |rejected |said:|sender rejected)|"
    r"Connected to ([A-Za-z0-9.-]{3,255}) but"
)


def details(_: Mail, found: Found) -> None:
    for entry in found.entries:
        host = _HOST.search(entry.diagnostic)
        if host is not None and ("." in (host[1] or host[2] or "")):
            entry.remote_mta = host[1] or host[2]
            if "diagnostic" in entry.sources:
                entry.sources["remote_mta"] = entry.sources["diagnostic"]


DIALECTS = (
    textual(
        "qmail",
        "qmail",
        signs=(
            "qmail-send program",
            "I'm afraid I wasn't able to deliver your message to the following addresses",
            "wasn't able to deliver your message",
            "This is the mail delivery agent at",
            "Hi. The MTA program at",
            "--- Below this line is a copy of the message",
            "I tried to deliver a bounce message to this address",
            "Ich bedauere, Ihre Nachricht",
            "ezmlm",
        ),
        rules=(text.angled, text.alone, text.told),
        finish=details,
    ),
)
