"""The Failures of the mailbox store's own decisions, one function each (spec A2)."""

from __future__ import annotations

from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.queued import Pending
from saywhy.model.status import Status

_DELIVER = "STOREDRV.Deliver"


def _failure(
    pending: Pending,
    at: float,
    line: tuple[int, str, str, str],
    *,
    tag: str = _DELIVER,
    observed: int = -1,
    limit: int = -1,
) -> Failure:
    """`line` is reply code, status, cause and text."""
    reply, status, cause, text = line
    evidence = Evidence(Stage.STORE, queue=pending.hop.key, name=pending.mailbox, observed=observed, limit=limit)
    return Failure(Status.parse(status), reply, cause, text, evidence, permanent=reply >= 500, tag=tag, at=at)


def disabled(pending: Pending, at: float) -> Failure:
    line = (550, "5.3.0", "local-delivery-disabled", "delivery to mailboxes is switched off")
    return _failure(pending, at, line, tag="STOREDRV.Disabled")


def offline(pending: Pending, at: float, *, permanent: bool) -> Failure:
    reply, status = (550, "5.2.1") if permanent else (451, "4.2.1")
    line = (reply, status, "mailbox-store-offline", "database offline")
    return _failure(pending, at, line, tag="STOREDRV.Deliver.Offline")


def too_large(pending: Pending, observed: int, limit: int, at: float) -> Failure:
    line = (550, "5.2.1", "message-too-large", "message larger than the store takes")
    return _failure(pending, at, line, tag="STOREDRV.Deliver.Size", observed=observed, limit=limit)


def busy(pending: Pending, observed: int, limit: int, at: float) -> Failure:
    line = (432, "4.3.2", "recipient-busy", "recipient thread limit exceeded")
    return _failure(pending, at, line, observed=observed, limit=limit)


def store_full(pending: Pending, observed: int, limit: int, at: float, *, permanent: bool) -> Failure:
    reply, status = (554, "5.3.1") if permanent else (452, "4.3.1")
    line = (reply, status, "mail-store-full", "mail system full")
    return _failure(pending, at, line, observed=observed, limit=limit)


def mailbox_full(pending: Pending, observed: int, limit: int, at: float, *, permanent: bool) -> Failure:
    reply, status = (554, "5.2.2") if permanent else (452, "4.2.2")
    return _failure(pending, at, (reply, status, "mailbox-full", "mailbox full"), observed=observed, limit=limit)


def folder_full(pending: Pending, observed: int, limit: int, at: float) -> Failure:
    line = (554, "5.2.2", "folder-full", "the folder takes no more")
    return _failure(pending, at, line, tag="STOREDRV.Deliver.Folder", observed=observed, limit=limit)


def folder_messages(pending: Pending, observed: int, limit: int, at: float) -> Failure:
    line = (554, "5.2.2", "folder-message-limit", "the folder has too many messages")
    return _failure(pending, at, line, tag="STOREDRV.Deliver.FolderMessages", observed=observed, limit=limit)


def directory_full(pending: Pending, observed: int, limit: int, at: float) -> Failure:
    line = (452, "4.2.2", "delivery-folder-full", "the delivery directory is full")
    return _failure(pending, at, line, tag="STOREDRV.DeliveryDirectoryFull", observed=observed, limit=limit)
