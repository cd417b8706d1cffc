"""SMTP delivery into the lab's fake internet, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from saywhy.flow.deliver.smtp import SmtpDelivery
from saywhy.flow.route.hosts import HostFinder
from saywhy.infra.net.connect import Timeouts
from saywhy.lab.script import Script
from saywhy.lab.world import World
from saywhy.model.envelope import Recipient
from saywhy.model.organisation import Organisation, SendConnector
from saywhy.model.outcome import Deferred, Failed, Outcome, Relayed
from saywhy.model.queued import HopKind, NextHop
from tests.flow.deliver.builders import FixedClock, transmission

PATIENT = Timeouts()


class Internet:
    """A world with one send connector into it; `connector` may be changed between messages."""

    def __init__(self, world: World, timeouts: Timeouts) -> None:
        self.world = world
        self.connector = SendConnector("Internet", port=world.port, networks=("127.0.0.0/8",))
        hosts = HostFinder(world.resolver(), self._organisation, ("mail.us.test",), (), FixedClock())
        self.deliver = SmtpDelivery(hosts, self._organisation, "mail.us.test", FixedClock(), timeouts=timeouts)

    def _organisation(self) -> Organisation:
        return Organisation(send_connectors={"internet": self.connector})

    def set(self, **changes: Any) -> None:
        self.connector = replace(self.connector, **changes)

    def domain(self, *scripts: Script) -> None:
        """dest.test, with mx1, mx2, ... in that order of preference."""
        names = [f"mx{number}.dest.test" for number in range(1, len(scripts) + 1)]
        for name, script in zip(names, scripts, strict=True):
            self.world.host(name, script)
        self.world.domain("dest.test", mx=names)

    async def send(self, *to: str | Recipient, **more: Any) -> list[Outcome]:
        hop = NextHop(HopKind.DNS, "dest.test", "Internet")
        if self.connector.smart_hosts:
            hop = NextHop(HopKind.SMART_HOST, ",".join(self.connector.smart_hosts), "Internet")
        return await self.deliver(transmission(*(to or ("bob@dest.test",)), hop=hop, **more))

    def sessions(self, number: int) -> list[list[str]]:
        return [session.lines for session in self.world.hosts[f"mx{number}.dest.test"].sessions]

    def messages(self, number: int) -> int:
        return len(self.world.hosts[f"mx{number}.dest.test"].messages)


@asynccontextmanager
async def internet(*scripts: Script, timeouts: Timeouts = PATIENT) -> AsyncIterator[Internet]:
    async with World() as world:
        net = Internet(world, timeouts)
        net.domain(*scripts)
        yield net
        await net.deliver.stop()


def failure_line(outcome: Outcome) -> str:
    """`Failed 550 5.1.1 no`, `Deferred ...`, or `Relayed host`."""
    match outcome:
        case Failed(failure) | Deferred(failure):
            return f"{type(outcome).__name__} {failure.line()}"
        case Relayed():
            return f"Relayed {outcome.host}"
        case _:
            return repr(outcome)
