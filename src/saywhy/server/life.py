"""The life of `saywhy serve`: ready, reload at SIGHUP, drain and stop at SIGTERM; what systemd hears of it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from saywhy.config.settings import Settings
from saywhy.server.notify import Notifier
from saywhy.server.processes import Processes
from saywhy.server.supervisor import Supervisor


async def run(
    settings: Settings,
    reread: Callable[[], Settings],
    say: Callable[[str], None],
    *,
    synchronous: str = "FULL",
) -> None:
    """Until SIGTERM or SIGINT.  `reread` reads the settings again, `say` tells the terminal where we listen."""
    notifier = Notifier(os.environ)
    supervisor = Supervisor(settings, Processes(), reread=reread, synchronous=synchronous)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reload = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    await supervisor.start()
    for name, addresses in supervisor.addresses.items():
        for host, port in addresses:
            say(f"listening: {name} {host}:{port}")
    notifier.ready(_status(settings))
    tasks = [asyncio.create_task(_reloads(supervisor, notifier, reload))]
    if notifier.interval:
        tasks.append(asyncio.create_task(_signs_of_life(notifier)))
    await stop.wait()
    notifier.stopping()
    await supervisor.stop()
    for task in tasks:  # signs of life go on while draining
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _reloads(supervisor: Supervisor, notifier: Notifier, wanted: asyncio.Event) -> None:
    while True:
        await wanted.wait()
        wanted.clear()
        notifier.reloading()
        await supervisor.reload()
        notifier.ready(_status(supervisor.settings))


async def _signs_of_life(notifier: Notifier) -> None:
    while True:
        notifier.alive()
        await asyncio.sleep(notifier.interval)


def _status(settings: Settings) -> str:
    workers = settings.server.workers
    return f"takes mail as {settings.server.hostname} with {workers} worker{'' if workers == 1 else 's'}"
