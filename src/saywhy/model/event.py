"""Events: the closed list of what can happen, with permanent numbers.

Log lines, tracking rows, metrics and live feeds are views of these.  A number is never reused and never
changes its meaning; a retired kind keeps its line here.  Message kinds (100 to 199) are also tracking rows,
written in the same commit as the change that they report.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Kind(enum.IntEnum):
    """What happened.  docs/events.md says each in a sentence (a test keeps it complete)."""

    # The life of a message
    RECEIVE = 100  # accepted: 250 was said, or is about to be
    EXPAND = 101  # a group was replaced by its members
    DELIVER = 102  # stored in a mailbox
    SEND = 103  # handed to the next hop
    DEFER = 104  # an attempt failed; it will be tried again
    FAIL = 105  # given up
    REPORT = 106  # a report about it was queued
    DROP = 107  # a report was due but a switch or a rule held it back
    REMOVE = 108  # an administrator removed it
    RETRY = 109  # an administrator asked for an attempt now
    DUPLICATE = 110  # a second copy for the same mailbox was left out
    COPY = 111  # a list's members, or those whom it is forwarded to, get a copy of the message

    SUSPEND = 112  # an administrator holds it back
    RESUME = 113  # and lets it go on
    REDIRECT = 114  # an administrator sent a recipient's copy to another address
    BADMAIL = 115  # nothing could be made of a file in the Pickup or Replay folder

    HOLD = 116  # it failed, and the storm guard keeps it from being returned
    POISON = 117  # put aside: it was being worked on at several crashes
    MODERATE = 130  # it waits for a moderator
    APPROVE = 131  # a moderator let it through
    REJECT = 132  # a moderator did not

    # Sessions
    REFUSE = 200  # a command was refused
    AUTH = 201  # a user signed in
    AUTH_FAIL = 202  # a sign-in failed
    CONNECT_REFUSE = 203  # a connection was turned away
    DISCONNECT = 204  # a session ended out of order

    # The server
    START = 300
    STOP = 301
    RELOAD = 302
    CONFIG_FAULT = 303  # a setting or certificate could not be used
    CERTIFICATE = 304  # a certificate was made or reread
    ORGANISATION = 305  # an organisation object changed
    OPERATION = 306  # an administrator's action
    FAULT = 307  # an error of ours: something to report to the developers
    STORE_FAULT = 308  # the queue could not be written
    WORKER = 309  # a worker process began or ended
    CLOCK = 310  # the system's clock was set
    HOP_DOWN = 311  # a next hop, or what stands behind a queue of ours, stopped working
    HOP_BACK = 312  # it works again, and what waited for it is tried at once
    PRESSURE = 313  # a resource became short, or is not any more
    STORE_WELL = 314  # the queue can be written again
    STORE_OPEN = 315  # a large queue is being opened: how far it is
    BACKUP = 316  # a backup began, or is whole
    REPORTS_OFF = 317  # an administrator's switch holds failure reports back
    REPORTS_ON = 318  # and does not any more
    FILES = 319  # a file of the Pickup or Replay folder could not be taken yet, or is taken once more
    INTEGRITY = 320  # what the queue holds of a message is not what was accepted
    STORM = 321  # one cause was about to return many messages: they are held
    STORM_OVER = 322  # nothing is held because of it any more
    QUARANTINE = 323  # after a crash, what was in work is tried alone
    ANSWER = 330  # a moderator has answered: what it did, or why it did nothing
    QUOTA = 331  # the owners of full mailboxes and folders were told


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.  `message` is the queue id, empty for what concerns no message; `at` epoch seconds.

    `data` holds facts by the field's standard name; values are JSON scalars.
    """

    kind: Kind
    at: float
    message: str = ""
    message_id: str = ""  # the Message-ID header, angle brackets on
    sender: str = ""
    recipient: str = ""
    status: str = ""
    cause: str = ""
    text: str = ""
    data: Mapping[str, str | int | float | bool] = field(default_factory=dict)


class Sink(Protocol):
    """Where events go.  Never blocks, never raises."""

    def emit(self, event: Event) -> None: ...


class NullSink:
    def emit(self, event: Event) -> None:
        """Let it go."""
