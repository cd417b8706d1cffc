"""Apache James and gateways built on it (Verizon): the reply, then the message's details with RCPT TO."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail


def _finish(mail: Mail, found: Found) -> None:
    """Verizon's gateway to telephones reports on its own subscribers: an address that it refuses is unknown."""
    if mail.sender.endswith("@vtext.com"):
        for entry in found.entries:
            entry.command = "RCPT"


DIALECT = textual(
    "James",
    "Apache James",
    signs=(
        "Error message below:",
        "Error message follows:",
        "I'm afraid I wasn't able to deliver your message to one or more of its recipients",
    ),
    rules=(text.labelled, text.angled, text.alone),
    finish=_finish,
)
