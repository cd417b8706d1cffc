"""Run as a process in a mount namespace: a server on a tmpfs that fills up or becomes read-only, and recovers.

    python -m tests.server.full_disk full|read-only FOLDER

The queue lies in FOLDER/data/queue, a file system of its own; log and mailboxes lie elsewhere.  The last line on
stdout is a JSON object of what was seen.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from saywhy.model.event import Kind
from saywhy.operations.execute import execute
from tests.server.inside import HUNG, Inside

BODY = "x" * 70 + "\r\n"
LETTER = "Subject: {id}\r\n\r\n" + BODY * 500 + "."  # 36 KB


class Story:
    """`acknowledged` had their 250; `replies` are what the others were told."""

    def __init__(self, server: Inside) -> None:
        self.server = server
        self.acknowledged: set[str] = set()
        self.replies: list[str] = []
        self.number = 0

    async def send(self) -> bool:
        """One message on a connection of its own."""
        self.number += 1
        id_ = f"letter-{self.number}"
        client = await self.server.greeted()
        for line in ("MAIL FROM:<eve@partner.example>", "RCPT TO:<guy@worcester.example>", "DATA"):
            reply = await client.say(line)
            if not reply.startswith(("250", "354")):
                break
        else:
            reply = await client.say(LETTER.format(id=id_))
        client.cut()
        if reply.startswith("250"):
            self.acknowledged.add(id_)
            return True
        self.replies.append(reply.strip())
        return False

    def missing(self) -> list[str]:
        found = {line for mail in self.server.mail() for line in mail.split() if line.startswith(b"letter-")}
        return sorted(each for each in self.acknowledged if each.encode() not in found)


async def full(story: Story, queue: Path) -> None:
    """Something else fills the file system, to the last block; then it goes."""
    ballast = os.open(queue / "ballast", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(ballast, bytes(4096))
    except OSError:
        os.close(ballast)
    await refused(story)
    (queue / "ballast").unlink()


async def read_only(story: Story, _: Path) -> None:
    """As when the kernel has found an error: what is open cannot be written any more."""
    writing = story.server.app.store._connection
    writing.execute("PRAGMA query_only = ON")
    await refused(story)
    writing.execute("PRAGMA query_only = OFF")


async def refused(story: Story) -> None:
    """Send until ten were refused."""
    before = len(story.replies)
    for _ in range(200):
        await story.send()
        if len(story.replies) >= before + 10:
            return


async def main(trouble: str, folder: Path) -> None:
    queue = folder / "data" / "queue"
    inside = 'relay_ranges = ["127.0.0.0/8"]'  # of strangers the name service is asked, which nobody is here
    async with Inside(folder, default=inside) as server:
        story = Story(server)
        meter = {"resource": "queue-disk", "level": "low"}  # what is tested is the store's own answer
        await execute(server.app.context, "pressure override", meter)
        for _ in range(20):
            assert await story.send()
        await {"full": full, "read-only": read_only}[trouble](story, queue)
        again = 0
        async with asyncio.timeout(HUNG):
            while again < 20:
                again += await story.send()
        async with asyncio.timeout(HUNG):
            while story.missing():
                await asyncio.sleep(0.1)
        sink = server.sink
        found = {
            "refused": len(story.replies),
            "replies": sorted(set(story.replies)),
            "missing": story.missing(),
            "again": again,
            "faults": len(sink.of(Kind.FAULT)),
            "store_faults": len(sink.of(Kind.STORE_FAULT)),
            "store_wells": len(sink.of(Kind.STORE_WELL)),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
