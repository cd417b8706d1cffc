"""The stamp on copies that we make of messages by ourselves: forwarded ones, and those for the members of lists.

Two automatic forwardings that send a message to and fro may make it anew each time, so that no Received field
tells of the way; fields that begin with X- stay, as a rule.  Spec F7, A2 5.4.6 e and g.
"""

from __future__ import annotations

FIELD = b"X-SayWhy-Loop"
KEY = b"\n" + FIELD.lower() + b":"  # in a header block in lower case


def stamped(content: bytes, message: str, times: int) -> bytes:
    """`content` with so many stamps in front; `message` is the queue id of what it is a copy of."""
    return b"%b: %b\r\n" % (FIELD, message.encode("ascii")) * times + content
