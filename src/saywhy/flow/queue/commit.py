"""A result must reach the store: it is kept in memory and tried again until it does.

While results wait here nothing new is tried (health.py).
"""

from __future__ import annotations

from saywhy.flow.queue.context import Context
from saywhy.flow.queue.window import Window
from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import Change, ChangeConflict
from saywhy.model.event import Kind


class Committer:
    def __init__(self, context: Context, window: Window) -> None:
        self._context = context
        self._window = window

    async def once(self, change: Change) -> None:
        """Commit and tell; StoreError when that was not possible, with nothing done."""
        if change.update:
            change.update = self._window.suspensions.mark(change.update, self._context.now())
        new = [entry.message.id for entry in change.add]
        self._window.entering.update(new)
        try:
            await self._context.store.commit(change)
        except StoreError as error:
            kind = Kind.FAULT if isinstance(error, ChangeConflict) else Kind.STORE_FAULT
            self._context.tell(kind, str(error))
            raise
        finally:
            self._window.entering.difference_update(new)
        if self._context.health.failing:
            self._context.tell(Kind.STORE_WELL, self._context.health.works(self._context.now()))
        for event in change.events:
            self._context.sink.emit(event)

    async def surely(self, change: Change) -> bool:
        """Commit, however often it takes.  False for a Change that can never be: an error of ours, told as one."""
        pause = self._context.settings.store_retry
        while True:
            try:
                await self.once(change)
            except ChangeConflict:
                return False
            except StoreError:
                self._context.health.held = True
                await self._context.health.wait(pause)
                pause = min(2 * pause, self._context.settings.store_retry_limit)
            else:
                return True
