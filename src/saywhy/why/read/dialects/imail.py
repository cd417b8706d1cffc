"""IMail (SMTP32) and its kin: one line with the reason and the address, then the original.

Unknown user: bob@dest.test
Delivery failed 20 attempts: bob@dest.test
"""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECT = textual(
    "IMail",
    "IMail",
    pattern=r"^(?:Unknown user|Delivery failed \d+ attempts|undeliverable to|User mailbox exceeds allowed size|"
    r"Invalid final delivery userid|Unknown host|Delivery userid|"
    r"Could not deliver|Delivery failed|User's mailbox is full|Mailbox full|Message size exceeds)[ \t]*:?[ "
    r"\t]*<?\S+@",
    rules=(text.told, text.replied),
)
