"""A message that was altered on the disk of the queue is never sent (spec A2 5.7.7 a)."""

from __future__ import annotations

import dataclasses

import pytest

from saywhy.flow.queue.contents import remains
from saywhy.infra.errors import ContentAltered
from saywhy.lab.clock import jumping
from saywhy.model.event import Kind
from saywhy.model.outcome import Failed
from saywhy.model.queued import Headline, QueueId
from tests.flow.queue.desk import LATER, Desk, FaultyStore, every, names, running
from tests.infra.store.samples import new_message


class DamagedStore(FaultyStore):
    async def content(self, message: QueueId) -> bytes | None:
        if await super().content(message) is None:
            return None
        raise ContentAltered(f"the content of {message} is not what was accepted")


@jumping
async def test_a_message_that_was_altered_is_not_tried_and_its_sender_hears_of_it_at_once() -> None:
    async with running(Desk(store=DamagedStore(), script=every(LATER), damaged=True)) as desk:
        message = await desk.send("a@one.test", "b@one.test")
        await desk.settled(600)
        assert len(desk.times("one.test")) == 1  # from memory, as it was accepted
        [report] = desk.reports
        assert names(report.about) == ["a@one.test", "b@one.test"]
        for entry in report.about:
            assert isinstance(entry.outcome, Failed)
            assert entry.outcome.failure.line() == "554 5.7.7 QUEUE.Integrity; Message integrity failure; hash"
            assert entry.outcome.failure.cause == "stored-content-damaged"
        assert {kind for _, kind in await desk.fates(message)} == {Kind.FAIL}
        told = desk.sink.of(Kind.INTEGRITY)[0]
        assert told.message == str(message)
        assert not desk.sink.of(Kind.STORE_FAULT, Kind.FAULT)


@pytest.mark.parametrize("ndr", [True, False])
@jumping
async def test_a_message_that_was_altered_can_be_taken_out(ndr: bool) -> None:
    async with running(Desk(store=DamagedStore(), script=every(LATER), damaged=True)) as desk:
        message = await desk.send("a@one.test")
        await desk.settled(1)
        assert await desk.queue.remove(message, ndr)
        assert len(desk.reports) == ndr
        assert {kind for _, kind in await desk.fates(message)} == {Kind.REMOVE}


def test_what_is_known_of_a_lost_message_makes_a_header() -> None:
    message = new_message(QueueId(1, 7)).message
    assert remains(message) == b"Message-ID: <1-7@corp.example>\r\nSubject: Secret\r\n"
    assert remains(dataclasses.replace(message, headline=Headline())) == b""
