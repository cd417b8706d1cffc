"""Run as a process that is killed: 50 clients queue and settle; each line on stdout was acknowledged by a commit.

`+1f` message 1f is queued, `-1f` it is settled.  A line is written with one os.write, after the commit.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from saywhy.infra.store.protocol import Change
from saywhy.infra.store.sqlite import SqliteStore
from saywhy.model.event import Kind
from tests.infra.store.samples import event, new_message


def content_of(number: int) -> bytes:
    """Large enough for a file of its own at each seventh."""
    return b"%d\r\n" % number * (40_000 if number % 7 == 0 else 100)


async def client(store: SqliteStore) -> None:
    while True:
        message = store.next_id()
        new = new_message(message, content=content_of(message.number))
        await store.commit(Change(add=[new], events=[event(Kind.RECEIVE, message)]))
        os.write(1, b"+%x\n" % message.number)
        if message.number % 3 == 0:
            await store.commit(Change(settle=[(message, 0)], events=[event(Kind.SEND, message)]))
            os.write(1, b"-%x\n" % message.number)


async def main(directory: Path) -> None:
    store = await SqliteStore.open(directory)
    await asyncio.gather(*(client(store) for _ in range(50)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
