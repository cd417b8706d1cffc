"""Courier without its delivery-status part: `<bob@dest.test>:` and the session below, indented."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECT = textual(
    "Courier",
    "Courier",
    signs=("running the Courier mail server", "UNDELIVERABLE MAIL", "DELAYED MAIL"),
    rules=(text.angled, text.alone, text.told),
)
