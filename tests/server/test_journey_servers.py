"""Two servers of one organisation: mailboxes at home on the other, groups that it expands, no way between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from saywhy.lab.play import read_report
from saywhy.lab.site import Site
from saywhy.model.event import Kind
from saywhy.model.organisation import SendConnector, Server
from tests.lab.loopback import needs_loopback

pytestmark = needs_loopback

HUB1, HUB2 = "mail.worcester.example", "hub2.worcester.example"
SHARED = f"""
[[server]]
name = "{HUB1}"
stores = ["east"]

[[server]]
name = "{HUB2}"
stores = ["west"]

[[mailbox]]
name = "carl"
addresses = ["carl@worcester.example", "karl@worcester.example"]
home = "West"

[[mailbox]]
name = "dora"
addresses = ["dora@worcester.example"]
home = "east"

[[mailbox]]
name = "full"
addresses = ["full@worcester.example"]
home = "west"
default_quotas = false
receive_quota = "1 B"

[[group]]
name = "staff"
addresses = ["staff@worcester.example"]
members = ["carl@worcester.example", "dora@worcester.example"]
expansion_server = "{HUB2}"
"""


def connector(other: Site) -> SendConnector:
    """To another server, by its listener for mail from inside."""
    port = other.address("inside")[1]
    return SendConnector("Between", ("*.worcester.example",), port=port, networks=("127.0.0.0/8",))


@asynccontextmanager
async def servers(*, joined: bool = True) -> AsyncIterator[tuple[Site, Site]]:
    async with AsyncExitStack() as stack:
        hubs = [
            await stack.enter_async_context(Site(organisation=SHARED, internet=False, hostname=name))
            for name in (HUB1, HUB2)
        ]
        for hub, other, name in zip(hubs, reversed(hubs), (HUB2, HUB1), strict=True):
            hub.world.dns.set(name, "A", "127.0.0.1")
            if joined:
                await hub.put(connector(other))
        yield hubs[0], hubs[1]


async def test_a_mailbox_at_home_on_another_server_gets_its_mail_there() -> None:
    async with servers() as (one, two):
        await one.send("ann@worcester.example", ["karl@worcester.example", "dora@worcester.example"])
        await two.mail("carl")
        await one.mail("dora")
        [event] = one.found(Kind.SEND)
        assert event.data["queue"] == f"smart-host/{HUB2}/Between"
        assert not two.found(Kind.DELIVER, mailbox="dora")
        await one.quiet()


async def test_a_failure_there_is_reported_to_the_sender_here() -> None:
    async with servers() as (one, two):
        await two.put(SendConnector("Between", ("*.worcester.example",), enabled=False))  # the way back is by MX
        await one.send("ann@worcester.example", ["full@worcester.example"])
        [report] = await two.mail("ann")  # an unnamed store is each server's own
        assert read_report(report).cause == "mailbox-full"


async def test_a_group_is_expanded_on_its_server_and_members_come_back() -> None:
    async with servers() as (one, two):
        await one.send("ann@worcester.example", ["staff@worcester.example"])
        await two.mail("carl")
        await one.mail("dora")
        assert not one.found(Kind.EXPAND)
        assert two.found(Kind.EXPAND)


async def test_mail_without_a_way_to_the_server_waits_until_there_is_one() -> None:
    async with servers(joined=False) as (one, two):
        await one.put(SendConnector("Internet", port=9))  # everything else leads to no server of ours
        queued = await one.send("ann@worcester.example", ["carl@worcester.example"])
        event = await one.event(Kind.DEFER, message=queued)
        assert event.cause == "no-path-to-server"
        await one.put(connector(two))
        await two.mail("carl")


async def test_mail_that_waits_goes_where_the_store_has_moved_to() -> None:
    async with servers() as (one, _):
        await one.put(SendConnector("Between", ("*.worcester.example",), port=9, networks=("127.0.0.0/8",)))
        await one.send("ann@worcester.example", ["carl@worcester.example"])
        await one.event(Kind.DEFER)
        await one.drop("server", HUB2)
        await one.put(Server(HUB1, ("east", "west")))
        await one.mail("carl")
