"""A server whose store does not sync: what the durability tests must be able to tell from the real one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from saywhy.config.load import load_settings
from saywhy.doors.cli import serve

if __name__ == "__main__":
    asyncio.run(serve.run(load_settings(Path(sys.argv[1])), synchronous="OFF"))
