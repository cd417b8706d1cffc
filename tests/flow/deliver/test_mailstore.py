"""What the mailbox store takes, and what it says otherwise, with the values observed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from saywhy.flow.deliver.mailstore import MailStore
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.mailbox_tally import Tally, size
from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Job, Maildirs
from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.organisation import (
    AcceptedDomain,
    Folder,
    FullAction,
    Mailbox,
    Organisation,
    StoreState,
    TransportConfig,
)
from saywhy.model.queued import HopKind, NextHop, Pending, QueueId

ANN = Address("ann", "worcester.example")
POST = Address("post", "worcester.example")


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time


class Shop:
    def __init__(self, folder: Path, tally: Tally | None = None, **config: object) -> None:
        self.maildirs = Maildirs(folder / "mail")
        self.clock = Hand()
        self.organisation = Organisation(
            1,
            domains={"worcester.example": AcceptedDomain("worcester.example")},
            recipients={"ann": Mailbox("ann", (ANN,)), "post": Folder("post", (POST,), post_quota=500)},
            transport=TransportConfig(**config),
        )
        directory = TableDirectory(lambda: self.organisation)
        self.store = MailStore(lambda: self.organisation, directory, Usages(self.maildirs, tally), self.clock)

    async def deliver(self, name: str, size: int, *, own: bool = False) -> str:
        """The refusal's line, or empty: then it is in the mailbox."""
        address = ANN if name == "ann" else POST
        pending = Pending(
            QueueId(1, 1), 0, Recipient(address), address, NextHop(HopKind.MAILBOX), 0.0, mailbox=name
        )
        failure = await self.store.admit(pending, size, own=own)
        if failure is not None:
            return failure.line()
        assert self.maildirs.deliver([Job(name, (b"x" * size,))]) == [None]
        self.store.done(pending, size)
        return ""

    def set(self, **config: object) -> None:
        self.organisation = replace(self.organisation, transport=TransportConfig(**config))

    def empty(self, name: str) -> None:
        for file in (self.maildirs.path(name) / "new").glob("*"):
            file.unlink()


async def test_a_mailbox_at_its_quota_takes_no_more_until_its_owner_makes_room(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, receive_quota=1000)
    assert await shop.deliver("ann", 600) == ""
    assert await shop.deliver("ann", 400) == "554 5.2.2 STOREDRV.Deliver; mailbox full"
    assert await shop.deliver("ann", 399) == ""
    shop.empty("ann")
    assert await shop.deliver("ann", 900) == ""


async def test_a_full_mailbox_defers_where_chosen_and_never_keeps_out_our_own_reports(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, receive_quota=100, quota_action=FullAction.DEFER)
    assert await shop.deliver("ann", 100) == "452 4.2.2 STOREDRV.Deliver; mailbox full"
    assert await shop.deliver("ann", 100, own=True) == ""


async def test_a_quota_of_ones_own_goes_before_the_organisations(tmp_path: Path) -> None:
    shop = Shop(tmp_path, receive_quota=100)
    mine = Mailbox("ann", (ANN,), default_quotas=False, receive_quota=0)
    shop.organisation = replace(shop.organisation, recipients={"ann": mine})
    assert await shop.deliver("ann", 5000) == ""


async def test_a_folder_is_full_by_size_or_by_number(tmp_path: Path) -> None:
    shop = Shop(tmp_path, max_folder_messages=2)
    assert await shop.deliver("post", 500) == "554 5.2.2 STOREDRV.Deliver.Folder; the folder takes no more"
    assert await shop.deliver("post", 10) == await shop.deliver("post", 10) == ""
    many = "554 5.2.2 STOREDRV.Deliver.FolderMessages; the folder has too many messages"
    assert await shop.deliver("post", 10) == many


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"max_store_message_size": 99}, "550 5.2.1 STOREDRV.Deliver.Size; message larger than the store takes"),
        ({"max_store_size": 99}, "452 4.3.1 STOREDRV.Deliver; mail system full"),
        (
            {"max_store_size": 99, "store_full_action": FullAction.REJECT},
            "554 5.3.1 STOREDRV.Deliver; mail system full",
        ),
        (
            {"store_state": StoreState.DISABLED},
            "550 5.3.0 STOREDRV.Disabled; delivery to mailboxes is switched off",
        ),
        ({"store_state": StoreState.OFFLINE}, "451 4.2.1 STOREDRV.Deliver.Offline; database offline"),
    ],
)
async def test_what_the_whole_store_refuses(tmp_path: Path, config: dict, line: str) -> None:
    assert await Shop(tmp_path, **config).deliver("ann", 100) == line


async def test_an_offline_store_refuses_for_good_after_the_grace_alone(tmp_path: Path) -> None:
    shop = Shop(tmp_path, store_state=StoreState.OFFLINE, offline_grace=60.0)
    assert (await shop.deliver("ann", 1)).startswith("451 4.2.1 ")
    shop.clock.time += 61
    assert (await shop.deliver("ann", 1)).startswith("550 5.2.1 ")
    shop.set()
    assert await shop.deliver("ann", 1) == ""
    shop.set(store_state=StoreState.OFFLINE, offline_grace=60.0)
    assert (await shop.deliver("ann", 1)).startswith("451 4.2.1 ")


async def test_mail_that_its_owner_has_not_fetched_holds_up_more(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, max_delivery_directory_size=100)
    assert await shop.deliver("ann", 101) == ""
    assert (await shop.deliver("ann", 1)).startswith("452 4.2.2 STOREDRV.DeliveryDirectoryFull; ")
    shop.empty("ann")
    assert await shop.deliver("ann", 1) == ""


async def test_a_mailbox_takes_so_many_at_a_time(tmp_path: Path) -> None:
    shop = Shop(tmp_path, max_mailbox_deliveries=1)
    pending = Pending(QueueId(1, 1), 0, Recipient(ANN), ANN, NextHop(HopKind.MAILBOX), 0.0, mailbox="ann")
    assert await shop.store.admit(pending, 1) is None
    assert await shop.deliver("ann", 1) == "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded"
    shop.store.done(pending, 1)
    assert await shop.deliver("ann", 1) == ""


async def test_who_is_over_the_quota_for_sending_is_told_both_numbers(tmp_path: Path) -> None:
    shop = Shop(tmp_path, send_quota=100)
    assert await shop.store.over_send_quota(ANN) is None
    await shop.deliver("ann", 150)
    assert await shop.store.over_send_quota(ANN) == (150, 100)
    assert await shop.store.over_send_quota(Address("bob", "partner.example")) is None
    shop.empty("ann")
    assert await shop.store.over_send_quota(ANN) is None


def sharing(folder: Path, **config: object) -> tuple[Shop, Shop]:
    """The same mailboxes as two workers see them."""
    memory = bytearray(size(2))
    return tuple(Shop(folder, Tally(memory, number, 2), **config) for number in (1, 2))  # type: ignore[return-value]


async def test_two_workers_keep_a_quota_together(tmp_path: Path) -> None:
    one, two = sharing(tmp_path, receive_quota=1000)
    taken = [await (one, two)[turn % 2].deliver("ann", 100) for turn in range(30)]
    assert taken[:9] == [""] * 9
    assert all("5.2.2" in line for line in taken[9:])


async def test_what_another_is_writing_at_this_moment_counts(tmp_path: Path) -> None:
    """It is waited for, as it may fail; then there is room or not."""
    one, two = sharing(tmp_path, receive_quota=1000)
    pending = Pending(QueueId(1, 1), 0, Recipient(ANN), ANN, NextHop(HopKind.MAILBOX), 0.0, mailbox="ann")
    for stored in (True, False):
        one.empty("ann")
        assert await one.store.admit(pending, 600) is None
        other = asyncio.create_task(two.deliver("ann", 600))
        await asyncio.sleep(0.05)
        assert not other.done()
        if stored:
            assert one.maildirs.deliver([Job("ann", (b"x" * 600,))]) == [None]
        one.store.done(pending, 600)
        assert bool(await other) == stored


async def test_many_at_once_in_one_worker_keep_a_quota(tmp_path: Path) -> None:
    shop = Shop(tmp_path, receive_quota=1000)
    pending = Pending(QueueId(1, 1), 0, Recipient(ANN), ANN, NextHop(HopKind.MAILBOX), 0.0, mailbox="ann")
    admitted = [await shop.store.admit(pending, 100) for _ in range(9)]
    assert admitted == [None] * 9
    tenth = await shop.store.admit(pending, 100)
    assert tenth is not None
    assert tenth.line().startswith("554 5.2.2 ")
