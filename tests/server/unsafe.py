"""A server whose store does not sync: what the durability tests must be able to tell from the real one."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from saywhy.config.load import load_settings
from saywhy.server.life import run

if __name__ == "__main__":
    settings = load_settings(Path(sys.argv[1]))
    say = partial(print, file=sys.stderr, flush=True)
    asyncio.run(run(settings, lambda: settings, say, synchronous="OFF"))
