"""Which worker has which shard, and its part of the limits."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from saywhy.model.organisation import Organisation, ReceiveConnector, SendConnector
from saywhy.server.posts import posts, shards_held, shards_in
from saywhy.server.shares import part, share, told


def test_each_worker_has_a_shard_of_its_own() -> None:
    assert [post.shards for post in posts(3, [])] == [(1,), (2,), (3,)]
    assert [post.shards for post in posts(3, [1, 2])] == [(1,), (2,), (3,)]


def test_shards_without_a_worker_are_adopted_in_turn() -> None:
    made = posts(2, [1, 2, 3, 4, 5, 0])
    assert [post.shards for post in made] == [(1, 0, 4), (2, 3, 5)]
    assert {post.queues for post in made} == {6}


def test_only_files_of_shards_are_shards(tmp_path: Path) -> None:
    for name in (
        "queue-1.sqlite3",
        "queue-12.sqlite3",
        "queue-2.sqlite3-wal",
        "queue-x.sqlite3",
        "organisation.sqlite3",
    ):
        (tmp_path / name).touch()
    assert shards_in(tmp_path) == [1, 12]
    assert shards_in(tmp_path / "nowhere") == []


def test_a_shard_that_a_process_has_open_is_held(tmp_path: Path) -> None:
    for shard in (1, 2):
        (tmp_path / f"queue-{shard}.lock").touch()
    lock = os.open(tmp_path / "queue-2.lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert shards_held(tmp_path) == [2]
    os.close(lock)
    assert shards_held(tmp_path) == []


@pytest.mark.parametrize(("limit", "among", "each"), [(20, 1, 20), (20, 3, 7), (1, 4, 1), (0, 4, 0)])
def test_a_part_is_rounded_up(limit: int, among: int, each: int) -> None:
    assert part(limit, among) == each


def organisation() -> Organisation:
    receive = ReceiveConnector("Frontend", ("smtp",), max_connections=5000, max_connections_per_source=21)
    send = SendConnector("Internet", max_connections_per_destination=20)
    return Organisation(3, receive_connectors={"frontend": receive}, send_connectors={"internet": send})


def test_a_worker_works_with_its_part_and_nothing_else_changes() -> None:
    shared = share(2, 3)(organisation())
    frontend, internet = shared.receive_connectors["frontend"], shared.send_connectors["internet"]
    assert (frontend.max_connections, frontend.max_connections_per_source) == (2500, 11)
    assert internet.max_connections_per_destination == 7
    assert (shared.revision, frontend.max_message_size) == (3, ReceiveConnector("x", ()).max_message_size)


def test_one_worker_has_the_whole() -> None:
    whole = organisation()
    assert share(1, 1)(whole) is whole
    assert told(whole, 1, 1) == []


def test_the_parts_are_told_in_words() -> None:
    assert told(organisation(), 2, 3) == [
        "Frontend: each of 2 workers takes 2500 of 5000 connections, 11 of 21 from one source.",
        "Internet: each of 3 queues has 7 of 20 connections to a destination.",
        "Storm guard: each of 3 queues returns 34 of 100 messages of one cause.",
    ]
