"""A group of many members: the time to expand it, its longest turn of the event loop, and the memory it takes.

Run: python -m bench.expansion [--members 100000]

Half of the members are mailboxes here, half are addresses elsewhere.  Memory is what Python had allocated at the
most beside the organisation itself, in a run of its own since counting slows everything down.
"""

from __future__ import annotations

import argparse
import asyncio
import time
import tracemalloc

from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.infra.directory.table import TableDirectory
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.organisation import AcceptedDomain, Group, Mailbox, Organisation
from saywhy.model.queued import Headline, Message, QueueId

ALL = Address.parse("all@corp.example")


def organisation(members: int) -> Organisation:
    here = [Address(f"user{n}", "corp.example") for n in range(members // 2)]
    elsewhere = [Address(f"user{n}", "far.example") for n in range(members - len(here))]
    boxes = {address.local: Mailbox(address.local, (address,)) for address in here}
    group = Group("all", (ALL,), (*here, *elsewhere))
    return Organisation(1, {"corp.example": AcceptedDomain("corp.example")}, {**boxes, "all": group})


async def longest_turn(turns: list[float]) -> None:
    before = time.perf_counter()
    while True:
        await asyncio.sleep(0)
        now = time.perf_counter()
        turns.append(now - before)
        before = now


async def expand(categorizer: Categorizer, members: int) -> tuple[float, float]:
    """CPU seconds, and seconds of the longest turn."""
    sender = Address.parse("ann@corp.example")
    envelope = Envelope(sender, (Recipient(ALL),))
    message = Message(QueueId(1, 1), envelope, Origin("Client", internal=True), 0.0, 1e9, 1000, Headline())
    turns: list[float] = []
    ticking = asyncio.create_task(longest_turn(turns))
    await asyncio.sleep(0)
    began = time.process_time()
    resolved = await categorizer(message)
    took = time.process_time() - began
    ticking.cancel()
    leading = sum(each.outcome is None for each in resolved)
    if leading != members:
        raise SystemExit(f"{leading} of {members} members were found")
    return took, max(turns)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=100_000)
    members = parser.parse_args().members
    corp = organisation(members)
    categorizer = Categorizer(lambda: corp, TableDirectory(lambda: corp))
    first, _ = asyncio.run(expand(categorizer, members))  # the directory's table is made
    took, turn = min(asyncio.run(expand(categorizer, members)) for _ in range(3))
    tracemalloc.start()
    asyncio.run(expand(categorizer, members))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    print(
        f"{members} members: {took:.2f} CPU s ({first:.2f} the first time), longest turn {turn * 1000:.0f} ms, "
        f"{peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
