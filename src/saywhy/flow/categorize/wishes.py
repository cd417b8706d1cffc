"""Which DSN wishes a group passes on to its members (RFC 3461 section 5.2.7.3 (c), errata 1).

ENVID and RET are the message's and stay.  ORCPT goes on as it came, and none is added.  NOTIFY goes on without
SUCCESS, which the *expanded* report answers; when nothing else was asked for, NEVER must be said, because an
absent NOTIFY would mean FAILURE (section 5.2.6).  An absent NOTIFY stays absent (section 5.2.1).  A group of
one member is an alias that passes everything on (section 5.2.7.2) and does not come here.
"""

from __future__ import annotations

from saywhy.model.envelope import Notify, Recipient


def for_members(group: Recipient) -> Recipient:
    """The group's recipient as its members inherit it."""
    if Notify.SUCCESS not in group.notify:
        return group
    rest = group.notify & ~Notify.SUCCESS
    return Recipient(group.address, rest or Notify.NEVER, group.original)
