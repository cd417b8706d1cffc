"""GroupWise: the address, and its reason in parentheses.

The message that you sent was undeliverable to the following:
        bob@dest.test (user not found)
"""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECT = textual(
    "GroupWise",
    "GroupWise",
    signs=("message that you sent was undeliverable to the following", "undeliverable to the following:"),
    rules=(text.opening, text.alone),
)
