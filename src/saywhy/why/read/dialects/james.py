"""Apache James and gateways built on it (Verizon): the reply, then the message's details with RCPT TO."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECT = textual(
    "James",
    "Apache James",
    signs=(
        "Error message below:",
        "Error message follows:",
        "I'm afraid I wasn't able to deliver your message to one or more of its recipients",
    ),
    rules=(text.labelled, text.angled, text.alone),
)
