"""Delivery into Maildirs: trace fields, batches, trouble."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from saywhy.flow.deliver.local import LocalDelivery, trace
from saywhy.flow.deliver.mailstore import MailStore
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.errors import MailboxError
from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Job, Maildirs
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Origin, OriginalRecipient, Recipient
from saywhy.model.organisation import FullAction, Organisation, TransportConfig
from saywhy.model.outcome import Deferred, Delivered, Failed
from tests.flow.deliver.builders import MAILBOX, NOW, FixedClock, recipient, transmission


def mail(maildirs: Maildirs, name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((maildirs.path(name) / "new").iterdir())]


async def test_each_mailbox_gets_the_message_with_the_trace_fields_of_final_delivery(tmp_path: Path) -> None:
    maildirs = Maildirs(tmp_path)
    deliver = LocalDelivery(maildirs, FixedClock())
    outcomes = await deliver(transmission("jane@us.test", "john@us.test", hop=MAILBOX, mailboxes=("jane", "john")))
    await deliver.stop()
    assert outcomes == [Delivered("jane"), Delivered("john")]
    assert mail(maildirs, "jane") == [
        b"Return-Path: <ann@us.test>\nDelivered-To: jane@us.test\n"
        b"From: <ann@us.test>\nSubject: hello\n\nText\n.dot\n"
    ]
    assert b"Delivered-To: john@us.test\n" in mail(maildirs, "john")[0]


def test_a_report_comes_from_nobody() -> None:
    parts = transmission("jane@us.test", sender=None, mailboxes=("jane",))
    assert trace(parts.message, parts.pending[0]).startswith(b"Return-Path: <>\n")


def test_the_original_recipient_is_kept_for_disposition_notifications() -> None:
    parts = transmission(recipient("jane@us.test", Notify.SUCCESS, "Jane.Doe@elsewhere.test"))
    assert b"\nOriginal-Recipient: rfc822;Jane.Doe@elsewhere.test\n" in trace(parts.message, parts.pending[0])


def test_no_original_recipient_can_add_header_fields() -> None:
    evil = Recipient(Address.parse("jane@us.test"), original=OriginalRecipient("rfc822", "a\nX-Evil: 1"))
    parts = transmission(evil)
    assert b"Evil" not in trace(parts.message, parts.pending[0])


@pytest.mark.parametrize(
    ("error", "line", "cause"),
    [
        (
            MailboxError("jane: No space left on device", full=True, whole_store=True),
            "452 4.3.1 STOREDRV.Deliver; mail system full",
            "mail-store-full",
        ),
        (
            MailboxError("jane: Read-only file system", whole_store=True),
            "451 4.3.0 STOREDRV.Deliver; mailbox cannot be written",
            "mailbox-unwritable",
        ),
        (
            MailboxError("jane: Permission denied"),
            "451 4.2.0 STOREDRV.Deliver; mailbox cannot be written",
            "mailbox-unwritable",
        ),
    ],
)
async def test_a_mailbox_that_cannot_be_written_makes_its_own_mail_wait(
    tmp_path: Path, error: MailboxError, line: str, cause: str
) -> None:
    class Broken(Maildirs):
        def deliver(self, jobs: Sequence[Job]) -> list[MailboxError | None]:
            return [error if job.mailbox == "jane" else None for job in jobs]

    deliver = LocalDelivery(Broken(tmp_path), FixedClock())
    jane, john = await deliver(
        transmission("jane@us.test", "john@us.test", hop=MAILBOX, mailboxes=("jane", "john"))
    )
    await deliver.stop()
    assert john == Delivered("john")
    assert isinstance(jane, Deferred)
    assert jane.failure.line() == line
    assert (jane.failure.cause, jane.failure.at) == (cause, NOW)
    assert jane.failure.evidence.name == str(error)
    assert "jane" not in jane.failure.text


@pytest.mark.parametrize(
    ("action", "protocol", "line"),
    [
        (FullAction.DEFER, "ESMTP", "452 4.3.1 STOREDRV.Deliver; mail system full"),
        (FullAction.REJECT, "ESMTP", "554 5.3.1 STOREDRV.Deliver; mail system full"),
        (FullAction.REJECT, "", "452 4.3.1 STOREDRV.Deliver; mail system full"),  # a report of ours
    ],
)
async def test_mail_for_a_full_disk_is_refused_where_an_administrator_has_chosen_so_and_reports_wait(
    tmp_path: Path, action: FullAction, protocol: str, line: str
) -> None:
    class Full(Maildirs):
        def deliver(self, jobs: Sequence[Job]) -> list[MailboxError | None]:
            return [MailboxError("full", full=True, whole_store=True, used=4000, capacity=4000) for _ in jobs]

    maildirs = Full(tmp_path)
    organisation = Organisation(1, transport=TransportConfig(store_full_action=action))
    directory = TableDirectory(lambda: organisation)
    store = MailStore(lambda: organisation, directory, Usages(maildirs), FixedClock())
    deliver = LocalDelivery(maildirs, FixedClock(), store=store)
    parts = transmission("jane@us.test", hop=MAILBOX, mailboxes=("jane",))
    message = replace(parts.message, origin=Origin("Default", protocol))
    [outcome] = await deliver(replace(parts, message=message))
    await deliver.stop()
    assert isinstance(outcome, Failed if line.startswith("5") else Deferred)
    assert outcome.failure.line() == line
    evidence = outcome.failure.evidence
    assert evidence.observed > evidence.limit == 4000


async def test_what_arrives_while_the_threads_are_busy_is_written_in_one_batch(tmp_path: Path) -> None:
    started, go_on = threading.Event(), threading.Event()
    batches: list[int] = []

    class Slow(Maildirs):
        def deliver(self, jobs: Sequence[Job]) -> list[MailboxError | None]:
            batches.append(len(jobs))
            started.set()
            assert go_on.wait(60)
            return super().deliver(jobs)

    maildirs = Slow(tmp_path)
    deliver = LocalDelivery(maildirs, FixedClock(), threads=1)
    one = transmission("jane@us.test", hop=MAILBOX, mailboxes=("jane",))
    first = asyncio.create_task(deliver(one))
    await asyncio.to_thread(started.wait, 60)
    others = [asyncio.create_task(deliver(one)) for _ in range(50)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, *others)
    await deliver.stop()
    assert batches == [1, 50]
    assert len(mail(maildirs, "jane")) == 51


async def test_a_turns_deliveries_are_shared_out_among_the_threads(tmp_path: Path) -> None:
    barrier = threading.Barrier(4, timeout=60)
    batches: list[int] = []

    class Meeting(Maildirs):
        def deliver(self, jobs: Sequence[Job]) -> list[MailboxError | None]:
            barrier.wait()  # passes only when four threads write at the same time
            batches.append(len(jobs))
            return super().deliver(jobs)

    deliver = LocalDelivery(Meeting(tmp_path), FixedClock(), threads=4)
    one = transmission("jane@us.test", hop=MAILBOX, mailboxes=("jane",))
    await asyncio.gather(*(deliver(one) for _ in range(10)))
    await deliver.stop()
    assert sorted(batches) == [2, 2, 3, 3]


async def test_an_error_of_ours_reaches_whoever_waits(tmp_path: Path) -> None:
    class Faulty(Maildirs):
        def deliver(self, jobs: Sequence[Job]) -> list[MailboxError | None]:
            raise RuntimeError("a mistake")

    deliver = LocalDelivery(Faulty(tmp_path), FixedClock())
    with pytest.raises(RuntimeError, match="a mistake"):
        await deliver(transmission("jane@us.test", hop=MAILBOX, mailboxes=("jane",)))
    await deliver.stop()


async def test_a_delivery_nobody_waits_for_any_more_harms_no_other(tmp_path: Path) -> None:
    maildirs = Maildirs(tmp_path)
    deliver = LocalDelivery(maildirs, FixedClock())
    one = transmission("jane@us.test", hop=MAILBOX, mailboxes=("jane",))
    gone, stays = asyncio.create_task(deliver(one)), asyncio.create_task(deliver(one))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == [Delivered("jane")]
    await deliver.stop()


async def test_a_look_at_a_mailbox_writes_where_mail_would_go_and_leaves_nothing(tmp_path: Path) -> None:
    local = LocalDelivery(Maildirs(tmp_path / "boxes"), FixedClock())
    (pending,) = transmission("jo@us.test", hop=MAILBOX, mailboxes=("jo",)).pending
    assert await local.check(pending) is None
    assert [path for path in (tmp_path / "boxes").rglob("*") if path.is_file()] == []
    (tmp_path / "boxes" / "al").write_text("a file in the way")
    (pending,) = transmission("al@us.test", hop=MAILBOX, mailboxes=("al",)).pending
    failure = await local.check(pending)
    assert failure is not None
    assert failure.cause == "mailbox-unwritable"
    await local.stop()
