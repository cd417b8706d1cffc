"""`python -m saywhy.lab.process saywhy.toml`: the server of a served site, as `saywhy serve` runs it.

Left out: the refusal to run as root, as a laboratory may, and waiting for the disk, which has nothing to keep.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from saywhy.config.load import load_settings
from saywhy.server.life import run


def main(path: Path) -> None:
    settings = load_settings(path)
    asyncio.run(run(settings, lambda: settings, partial(print, file=sys.stderr, flush=True), synchronous="OFF"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
