"""The laboratory for people (`saywhy lab serve`): a real server, a fake internet, and a letter box for all of it.

    async with Laboratory(folder) as lab:
        ... hand in mail at lab.smtp; what comes of it lies in lab.letters ...

Mail handed in is relayed to the fake internet.  There lab.test answers what the address says, here.lab.test plays
scenarios, a few domains below lab.test fail in ways of their own, names under `.invalid` do not exist, and every
other domain takes all mail: so reports reach their senders, whoever they are.  Nothing leaves loopback:
mail to an address literal elsewhere is sent from 127.0.0.1, from where no packet gets out, and waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saywhy.config.load import load_settings
from saywhy.infra.log.jsonl import JsonLines
from saywhy.lab.answering import AnsweringMta, TakingMta
from saywhy.lab.arrivals import KEEP, Arrival, Arrivals
from saywhy.lab.grammar import DOMAIN, HERE
from saywhy.lab.here import HereMta
from saywhy.lab.papers import settings_text, write_papers
from saywhy.lab.places import PLACES
from saywhy.lab.post import Post
from saywhy.lab.scenario import read_script
from saywhy.lab.world import NETWORK, World
from saywhy.server.app import App

OFFICE = "office.lab.test"  # takes the mail of everybody else

ORGANISATION = """\
[[domain]]
name = "laboratory.example"
type = "external-relay"
default = true

[[receive_connector]]
name = "In"
listeners = ["smtp"]
relay_ranges = ["127.0.0.0/8"]
recipient_lookup = false
tarpit = 0
max_connections_per_source = 500
max_connections_per_source_percent = 100

[[send_connector]]
name = "Internet"
port = {port}
networks = ["{network}"]
source_ip = "127.0.0.1"

[transport]
glitch_interval = {retry}
transient_interval = {retry}
steady_interval = {retry}
message_interval = {retry}
recheck_interval = {retry}
recheck_most = {retry}
retry_jitter = 0.0
delay_after = {delay}
expire_after = {expire}
report_expire_after = {expire}
"""

LOOK = 0.02  # seconds between looks at the queue

# Seconds: long enough for every honest answer, and short: while lab.test hangs, its other mail may wait.
PATIENCE = {"connect": 5, "greeting": 8, "hello": 8, "mail": 8, "rcpt": 8, "data": 8, "final": 12}


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between attempts, until the sender is told of a delay, until a message is given up."""

    retry: float = 2.0
    delay: float = 30.0
    expire: float = 900.0


class Laboratory:
    """`port` of the SMTP listener, 0: a free one.  `told` hears of each arrival, `tell` of troubles."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        pace: Pace = Pace(),
        keep: int = KEEP,
        told: Callable[[Arrival], None] = lambda _arrival: None,
        tell: Callable[[str], None] = lambda _trouble: None,
    ) -> None:
        self.folder = folder
        self.letters = folder / "mail"
        self.config = folder / "saywhy.toml"
        self.world = World()
        self._port = port
        self._pace = pace
        self._stack = AsyncExitStack()
        self._arrivals = Arrivals(self.letters, keep, told)
        self._post = Post(self.world, tell)

    async def __aenter__(self) -> Laboratory:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stack.aclose()

    @property
    def smtp(self) -> tuple[str, int]:
        """Where mail is handed in."""
        return self.app.addresses["smtp"][0]

    @property
    def remote(self) -> tuple[str, int]:
        """Where the server of lab.test listens."""
        return self.world.hosts[f"mx.{DOMAIN}"].ip, self.world.port

    def host(self, domain: str, script: Mapping[str, Any]) -> None:
        """From now on the mail of `domain` goes to a host that behaves so (the fields of a scenario's host).

        ValueError says what is wrong with it.
        """
        made = read_script(script)
        name = f"mx.{domain}".lower()
        known = self.world.hosts.get(name)
        if known is not None:
            known.script = made
            return
        self.world.add(TakingMta(name, self._arrivals.take, made))
        self.world.domain(domain, mx=[name])

    async def settled(self) -> None:
        """Wait until the queue is empty and no report of another system or scenario is on its way."""
        while self._post.is_busy or await self.app.store.count() != (0, 0):  # noqa: ASYNC110 - no one event
            await asyncio.sleep(LOOK)

    async def _start(self) -> None:
        await self._stack.enter_async_context(self.world)
        self._stack.push_async_callback(self._post.close)
        self._build_world()
        settings = settings_text(
            {"smtp": {"address": f"127.0.0.1:{self._port}"}},
            hostname="saywhy.lab.test",
            nameserver=self.world.dns_address,
            limits={"drain_grace": 1},
            timeouts=PATIENCE,
        )
        pace = self._pace
        organisation = ORGANISATION.format(
            port=self.world.port, network=NETWORK, retry=pace.retry, delay=pace.delay, expire=pace.expire
        )
        loaded = load_settings(write_papers(self.folder, settings, organisation))
        loaded.server.data_dir.mkdir(exist_ok=True)
        log = JsonLines(self.folder / "events.jsonl")
        self._stack.callback(log.close)
        self.app = App(loaded, sink=log, synchronous="OFF")
        await self.app.start()
        self._stack.push_async_callback(self.app.stop)

    def _build_world(self) -> None:
        world, take, post = self.world, self._arrivals.take, self._post
        world.add(TakingMta(OFFICE, take))
        world.dns.catch_all("MX", f"10 {OFFICE}", nowhere=["invalid", "arpa"])
        world.add(AnsweringMta(f"mx.{DOMAIN}", take, post.later, lambda: post.has_room))
        world.domain(DOMAIN, mx=[f"mx.{DOMAIN}"])
        world.add(HereMta(f"mx.{HERE}", post, self.folder / "scenarios"))
        world.domain(HERE, mx=[f"mx.{HERE}"])
        for place in PLACES:
            place.build(world, take)
