"""Where messages are: acknowledged = delivered + reported + still queued."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from tests.server.running import HUNG, Running

# What a third each of the messages ends in: a mailbox, a report, and waiting for a route that there is none of.
RECIPIENTS = ("ann@worcester.example", "nobody@worcester.example", "later@unroutable.example")
NOWHERE = """
[[send_connector]]
name = "Elsewhere"
address_spaces = ["elsewhere.example"]
smart_hosts = ["[127.0.0.1]"]
networks = ["127.0.0.0/8"]
"""


@dataclass(frozen=True)
class Account:
    """Subjects of what was delivered, of what was reported to the sender, and of what is still queued."""

    delivered: list[str]
    reported: list[str]
    queued: list[str]

    @property
    def everything(self) -> list[str]:
        return [*self.delivered, *self.reported, *self.queued]

    @property
    def duplicates(self) -> int:
        return len(self.everything) - len(set(self.everything))

    def lost(self, acknowledged: set[str]) -> set[str]:
        return acknowledged - set(self.everything)

    def told(self, acknowledged: set[str]) -> str:
        return (
            f"acknowledged {len(acknowledged)}: delivered {len(set(self.delivered))}, "
            f"reported {len(set(self.reported))}, queued {len(set(self.queued))}; "
            f"lost {len(self.lost(acknowledged))}, duplicates {self.duplicates}"
        )


def account(server: Running) -> Account:
    """The queue is read first: what leaves it meanwhile is found in a mailbox."""
    queued = _queued(server)
    delivered = [message["Subject"] for message in server.mail("ann")]
    reported = [str(message["Subject"]).removeprefix("Undeliverable: ") for message in server.mail("guy")]
    return Account(delivered, reported, queued)


def _queued(server: Running) -> list[str]:
    listing = server.saywhy("message", "list", "--json", "--limit", "100000")
    assert listing.returncode == 0, listing.stderr
    return re.findall(r'"subject": ?"([^"]+)"', listing.stdout)


def settled(server: Running) -> Account:
    """Wait until only what has no route is queued."""
    end = time.monotonic() + HUNG
    while leaving := [subject for subject in _queued(server) if not _stays(subject)]:
        assert time.monotonic() < end, f"still queued: {leaving[:5]}"
        time.sleep(0.2)
    return account(server)


def _stays(subject: str) -> bool:
    """Without a route; reports and what can be delivered leave the queue."""
    return not subject.startswith("Undeliverable") and int(subject.rpartition("-")[2]) % 3 == 2
