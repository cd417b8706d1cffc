"""Yahoo and the systems that took over its words."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.dialects.qmail import details

DIALECT = textual(
    "Yahoo",
    "Yahoo",
    signs=(
        "Unable to deliver message to the following address(es)",
        "Sorry, we were unable to deliver your message to the following address",
        "unable to deliver your message to the following address",
    ),
    rules=(text.angled, text.alone),
    finish=details,
)
