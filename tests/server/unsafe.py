"""A server whose store does not sync: what the durability tests must be able to tell from the real one."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from saywhy.config.load import load_settings
from saywhy.doors.cli import serve
from saywhy.server.app import App


class UnsafeApp(App):
    def __init__(self, settings: object) -> None:
        super().__init__(settings, synchronous="OFF")  # type: ignore[arg-type]


if __name__ == "__main__":
    serve.App = UnsafeApp  # type: ignore[misc,assignment]
    asyncio.run(serve.run(load_settings(Path(sys.argv[1]))))
