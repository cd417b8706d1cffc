"""OpenSMTPD: `bob@dest.test: reason` below a greeting; a list of recipients or a delay."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECT = textual(
    "OpenSMTPD",
    "OpenSMTPD",
    signs=("This is the MAILER-DAEMON, please DO NOT REPLY",),
    rules=(text.angled, text.alone),
)
