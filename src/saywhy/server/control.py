"""The control socket."""

from __future__ import annotations

from pathlib import Path

from saywhy.operations.context import Context


class ControlServer:
    """`start` binds the Unix socket; `stop` ends it and what is under way on it."""

    def __init__(self, path: Path, context: Context) -> None:
        self._path = path
        self._context = context

    async def start(self) -> None: ...

    async def stop(self) -> None: ...
