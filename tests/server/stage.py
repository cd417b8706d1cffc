"""lab.site for tests: its reports are read and checked as any program would."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property

from saywhy.lab import site
from saywhy.lab.site import PASSWORD, Client, anything, letter

__all__ = ["PASSWORD", "Client", "Report", "Site", "anything", "letter", "read_report"]


@dataclass(frozen=True)
class Report:
    """A report as any program reads it: by the standard library."""

    message: EmailMessage
    raw: bytes

    @cached_property
    def parts(self) -> list[EmailMessage]:
        return [part for part in self.message.iter_parts() if isinstance(part, EmailMessage)]

    @cached_property
    def text(self) -> str:
        """The human part in plain text, its lines joined to one."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return " ".join(body.get_content().split())

    @cached_property
    def groups(self) -> list[dict[str, str]]:
        """The fields of the status part: of the message first, then of each recipient."""
        return [
            {name: " ".join(str(value).split()) for name, value in group.items()}
            for group in self.parts[1].walk()
            if group is not self.parts[1]
        ]

    @property
    def recipients(self) -> list[dict[str, str]]:
        return self.groups[1:]

    @property
    def only(self) -> dict[str, str]:
        [recipient] = self.recipients
        return recipient

    @property
    def verdicts(self) -> set[tuple[str, str, str]]:
        """(address, action, status) of each recipient."""
        return {
            (group["Final-Recipient"].partition("; ")[2], group["Action"], group["Status"])
            for group in self.recipients
        }


class Site(site.Site):
    async def reports(self, mailbox: str = "ann", number: int = 1) -> list[Report]:
        """Wait for `number` messages in all in a mailbox, which must be reports."""
        return [read_report(raw) for raw in await self.mail(mailbox, number)]


def read_report(raw: bytes) -> Report:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.get_content_type() == "multipart/report", raw[:500]
    return Report(message, raw)
