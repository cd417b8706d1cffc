"""What several workers bring into one mailbox, as each of them sees it."""

from __future__ import annotations

from pathlib import Path

from saywhy.infra.mailbox_tally import Brought, Tally, size
from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Job, Maildirs


def test_each_sees_what_all_have_begun_and_ended() -> None:
    memory = bytearray(size(3))
    first, second, third = (Tally(memory, number, 3) for number in (1, 2, 3))
    first.begin("ann", 100)
    second.begin("ann", 20)
    second.end("ann", 20)
    third.begin("ben", 7)
    for each in (first, second, third):
        assert each.begun("ann") == Brought(120, 2)
        assert each.ended("ann") == Brought(20, 1)
        assert each.begun("ben") == Brought(7, 1)


def test_what_a_worker_had_begun_has_ended_with_it() -> None:
    memory = bytearray(size(2))
    Tally(memory, 1, 2).begin("ann", 100)
    other = Tally(memory, 2, 2)
    assert other.ended("ann") == Brought(0, 0)
    Tally(memory, 1, 2)  # it was started again
    assert other.ended("ann") == other.begun("ann") == Brought(100, 1)


async def test_a_reading_knows_what_was_on_its_way_in_meanwhile(tmp_path: Path) -> None:
    maildirs, memory = Maildirs(tmp_path), bytearray(size(2))
    mine, others = Usages(maildirs, Tally(memory, 1, 2)), Usages(maildirs, Tally(memory, 2, 2))
    others.begin("ann", 50)
    least, most = await mine.bounds("ann")
    assert (least.octets, most.octets) == (0, 50)
    assert maildirs.deliver([Job("ann", (b"x" * 50,))]) == [None]
    others.end("ann", 50)
    assert (await mine.of("ann")).octets == 50
    assert await mine.bounds("ann") == (most, most)


async def test_a_delivery_that_failed_is_forgotten_at_the_next_reading(tmp_path: Path) -> None:
    usages = Usages(Maildirs(tmp_path))
    assert (await usages.of("ann")).octets == 0
    usages.begin("ann", 50)
    usages.end("ann", 50)
    assert (await usages.of("ann")).octets == 50
    assert (await usages.bounds("ann")).most.octets == 0
