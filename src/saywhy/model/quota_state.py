"""How full a mailbox or public folder is, and what its owner is to hear of it (spec B6, E, rule 7)."""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.model.organisation import Folder, Mailbox
from saywhy.model.system_messages import QuotaKind
from saywhy.model.transport import TransportConfig, quotas


@dataclass(frozen=True, slots=True)
class Fullness:
    """`observed` and `limit` in octets, or messages where `kind` counts them.  `kind` None: nothing to be told.

    `limit` is the one that was reached; of a warning, the next one above it, at which something ends.
    """

    kind: QuotaKind | None
    observed: int
    limit: int
    sends: bool = False  # of a warning: what ends is sending


def of_mailbox(mailbox: Mailbox, config: TransportConfig, octets: int) -> Fullness:
    held = quotas(mailbox, config)
    if held.receive and octets >= held.receive:
        return Fullness(QuotaKind.PROHIBIT_SEND_RECEIVE, octets, held.receive)
    if held.send and octets >= held.send:
        return Fullness(QuotaKind.PROHIBIT_SEND, octets, held.send)
    if held.warning and octets >= held.warning:
        if held.send or held.receive:
            return Fullness(QuotaKind.WARNING_MAILBOX, octets, held.send or held.receive, sends=bool(held.send))
        return Fullness(QuotaKind.WARNING_MAILBOX_UNLIMITED, octets, held.warning)
    return Fullness(None, octets, held.receive or held.send or held.warning)


def of_folder(folder: Folder, config: TransportConfig, octets: int, messages: int) -> Fullness:
    if folder.post_quota and octets >= folder.post_quota:
        return Fullness(QuotaKind.PROHIBIT_POST, octets, folder.post_quota)
    if config.max_folder_messages and messages >= config.max_folder_messages:
        return Fullness(QuotaKind.FOLDER_MESSAGES, messages, config.max_folder_messages)
    if folder.warning_quota and octets >= folder.warning_quota:
        if folder.post_quota:
            return Fullness(QuotaKind.WARNING_FOLDER, octets, folder.post_quota)
        return Fullness(QuotaKind.WARNING_FOLDER_UNLIMITED, octets, folder.warning_quota)
    return Fullness(None, octets, folder.post_quota or folder.warning_quota)
