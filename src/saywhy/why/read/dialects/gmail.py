"""Gmail's notices before they had a delivery-status part, in any language: known by their sender and their frame.

Delivery to the following recipient failed permanently:
     bob@dest.test
Technical details of permanent failure: ...
"""

from __future__ import annotations

import re

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

_BY = re.compile(
    r"(?:rejected by the server for the recipient domain [^\s]{1,255} by|by) ([A-Za-z0-9.-]{3,255}?)\.? \["
)
_STATE = re.compile(r"\(state (\d{1,2})\)")
_COMMANDS = {
    "9": "MAIL",
    "12": "EHLO",
    "13": "RCPT",
    "14": "RCPT",
    "15": "DATA",
    "16": "DATA",
    "17": "DATA",
    "18": "DATA",
}


def finish(mail: Mail, found: Found) -> None:
    if not found.entries and mail.failed:
        found.entries = [Entry(address) for address in mail.failed]
        for entry in found.entries:
            entry.note("recipient", From.HEADER, "X-Failed-Recipients")
    server, state = _BY.search(mail.notice), _STATE.search(mail.notice)
    for entry in found.entries:
        if server is not None:
            entry.remote_mta = server[1]
            entry.note("remote_mta", From.TEXT, "rejected by", mail.span(server.start(1), server.end(1)))
        if state is not None:
            entry.command = _COMMANDS.get(state[1], "")


DIALECTS = (
    textual(
        "Gmail",
        "Gmail",
        signs=(
            "Delivery to the following recipient failed",
            "Delivery to the following recipient has been",
            "Technical details of permanent failure",
            "Technical details of temporary failure",
        ),
        rules=(text.alone, text.angled, text.told),
        finish=finish,
    ),
)
