"""How a program steers its laboratory: JSON objects, one a line, on stdin, each answered by one on stdout.

    {"host": "partner.example", "script": {"rcpt": "550 5.1.1 No such user"}}   ->   {}
    {"settled": 30}         within seconds: nothing waits any more              ->   {"settled": true}
    anything that cannot be done                                                ->   {"error": "why"}

The end of stdin ends the laboratory: it never outlives who started it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from saywhy.lab.laboratory import Laboratory

MAX_LINE = 1024 * 1024


async def obey(lab: Laboratory, stop: asyncio.Event) -> None:
    """Until stdin ends or `stop` is set."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    stopping = asyncio.ensure_future(stop.wait())
    stopping.add_done_callback(lambda _done: transport.close())
    try:
        while not stop.is_set():
            reading = asyncio.ensure_future(reader.readline())
            await asyncio.wait((reading, stopping), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done() or not (line := reading.result()):
                reading.cancel()
                return
            sys.stdout.write(json.dumps(await _do(lab, line)) + "\n")
            sys.stdout.flush()
    finally:
        stopping.cancel()
        transport.close()


async def _do(lab: Laboratory, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        if "settled" in asked:
            return {"settled": await _settled(lab, float(asked["settled"]))}
        lab.host(asked["host"], asked.get("script", {}))
    except (ValueError, KeyError, TypeError, OSError) as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {}


async def _settled(lab: Laboratory, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            await lab.settled()
    except TimeoutError:
        return False
    return True
