"""What a worker had in work when it crashed, as the next one finds it."""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys

from saywhy.infra.memory import shared
from saywhy.infra.work_notes import SIZE, SLOTS, WorkNotes
from saywhy.model.queued import QueueId

ONE, TWO, THREE, OTHER = QueueId(1, 1), QueueId(1, 2), QueueId(1, 3), QueueId(2, 1)


def crashed(memory: bytearray, *working: QueueId) -> WorkNotes:
    """A worker begins these and is gone; the next one's notes."""
    notes = WorkNotes(memory)
    for message in working:
        notes.begin(message)
    return WorkNotes(memory)


def test_what_has_ended_is_not_suspected() -> None:
    memory = bytearray(SIZE)
    notes = WorkNotes(memory)
    slots = [notes.begin(message) for message in (ONE, TWO)]
    for slot in slots:
        notes.end(slot)
    assert WorkNotes(memory).of(1).suspects == {}
    assert memory == bytearray(SIZE)


def test_a_message_that_was_alone_in_work_is_counted_each_time() -> None:
    memory = bytearray(SIZE)
    for crashes in (1, 2, 3):
        assert crashed(memory, ONE).of(1).suspects == {ONE: crashes}


def test_of_several_none_is_counted_above_a_suspicion() -> None:
    memory = bytearray(SIZE)
    for _ in range(5):
        assert crashed(memory, ONE, TWO).of(1).suspects == {ONE: 1, TWO: 1}


def test_a_message_in_work_twice_at_a_time_is_one_message() -> None:
    memory = bytearray(SIZE)
    assert crashed(memory, ONE, ONE).of(1).suspects == {ONE: 1}


def test_only_the_one_that_was_alone_in_work_is_counted_and_the_others_stay_suspects() -> None:
    memory = bytearray(SIZE)
    crashed(memory, ONE, TWO, THREE)
    assert crashed(memory, TWO).of(1).suspects == {ONE: 1, TWO: 2, THREE: 1}


def test_a_suspect_that_was_tried_is_none_any_more() -> None:
    memory = bytearray(SIZE)
    notes = crashed(memory, ONE, TWO)
    notes.end(notes.begin(ONE))
    notes.clear(ONE)
    notes.begin(TWO)
    work = WorkNotes(memory).of(1)
    assert (work.suspects, work.disorders) == ({TWO: 2}, 2)


def test_when_all_were_tried_the_disorder_is_over() -> None:
    memory = bytearray(SIZE)
    crashed(memory, ONE, TWO)
    notes = WorkNotes(memory)
    for message in (ONE, TWO):
        notes.clear(message)
    assert crashed(memory, THREE).of(1).disorders == 1


def test_an_orderly_end_leaves_nothing() -> None:
    memory = bytearray(SIZE)
    notes = crashed(memory, ONE)
    notes.begin(TWO)
    notes.close()
    assert WorkNotes(memory).of(1).suspects == {}


def test_each_shard_has_its_own() -> None:
    notes = crashed(bytearray(SIZE), ONE, OTHER)
    assert (notes.of(1).suspects, notes.of(2).suspects) == ({ONE: 1}, {OTHER: 1})


def test_more_than_there_is_room_for_are_not_noted_and_do_no_harm() -> None:
    memory = bytearray(SIZE)
    notes = WorkNotes(memory)
    slots = [notes.begin(QueueId(1, number)) for number in range(1, SLOTS + 3)]
    assert slots[-2:] == [-1, -1]
    for slot in slots:
        notes.end(slot)
    assert notes.begin(ONE) >= 0


CHILD = """
import mmap, os, signal, sys
from saywhy.infra.work_notes import SIZE, WorkNotes
from saywhy.model.queued import QueueId
notes = WorkNotes(mmap.mmap(int(sys.argv[1]), SIZE))
notes.end(notes.begin(QueueId(1, 7)))
notes.begin(QueueId(1, 8))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_notes_of_a_process_outlive_its_end_by_sigkill() -> None:
    descriptor = shared(SIZE)
    try:
        ended = subprocess.run(
            [sys.executable, "-c", CHILD, str(descriptor)], pass_fds=[descriptor], check=False, timeout=60
        )
        assert ended.returncode == -signal.SIGKILL
        with mmap.mmap(descriptor, SIZE) as memory:
            assert WorkNotes(memory).of(1).suspects == {QueueId(1, 8): 1}
    finally:
        os.close(descriptor)
