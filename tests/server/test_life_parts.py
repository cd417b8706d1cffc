"""The small parts of a server's life: what systemd is told, which settings a reload takes, a clock that is set."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from saywhy.config.load import from_values
from saywhy.config.settings import Settings
from saywhy.model.event import Event, Kind
from saywhy.server.clockwatch import ClockWatch
from saywhy.server.notify import Notifier
from saywhy.server.reloading import reloaded


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind("\0" + address[1:] if address.startswith("@") else address)
        self.sock.settimeout(10)

    def hears(self) -> list[str]:
        return self.sock.recv(4096).decode().split("\n")


@pytest.mark.parametrize("abstract", [True, False])
def test_the_service_manager_is_told_each_change(tmp_path: Path, abstract: bool) -> None:
    address = f"@saywhy-test-{os.getpid()}" if abstract else str(tmp_path / "n")
    manager = Manager(address)
    environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000", "PATH": "/bin"}
    notifier = Notifier(environment)
    assert environment == {"PATH": "/bin"}  # no worker shall speak for the server
    assert notifier.interval == 30
    notifier.ready("takes mail")
    assert manager.hears() == ["READY=1", "STATUS=takes mail"]
    notifier.reloading()
    first, stamp, _ = manager.hears()
    assert first == "RELOADING=1"
    assert stamp.startswith("MONOTONIC_USEC=")
    notifier.alive()
    assert manager.hears() == ["WATCHDOG=1"]
    notifier.stopping()
    assert manager.hears()[0] == "STOPPING=1"
    manager.sock.close()


def test_without_a_manager_nothing_is_sent_and_nothing_fails(tmp_path: Path) -> None:
    Notifier({}).ready("x")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready("x")
    assert Notifier({"WATCHDOG_USEC": "1000"}).interval == 0
    assert Notifier({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"}).interval == 0


def settings(folder: Path, **more: object) -> Settings:
    return from_values({"server": {"hostname": "mail.example.org"}, **more}, folder)


def test_a_reload_takes_what_can_change_and_names_what_waits(tmp_path: Path) -> None:
    old = settings(tmp_path)
    new = from_values(
        {
            "server": {"hostname": "mail.example.org", "workers": 2},
            "limits": {"drain_grace": 5},
            "listeners": {"smtp": {"address": "127.0.0.1:2525"}},
        },
        tmp_path,
    )
    found = reloaded(old, new)
    assert found.taken == ("limits.drain_grace",)
    assert found.waiting == ("server.workers", "listeners")
    assert found.settings.limits.drain_grace == 5
    assert (found.settings.server, found.settings.listeners) == (old.server, old.listeners)
    assert str(found) == (
        "log reopened; now in force: limits.drain_grace; changed, but in force after a restart only: "
        "server.workers, listeners"
    )


def test_a_reload_of_the_same_settings_changes_nothing(tmp_path: Path) -> None:
    found = reloaded(settings(tmp_path), settings(tmp_path))
    assert (found.settings, str(found)) == (settings(tmp_path), "log reopened")


class Clocks:
    def __init__(self) -> None:
        self.wall, self.steady = 1_795_000_000.0, 500.0
        self.tried = 0
        self.events: list[Event] = []

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def retry(self) -> None:
        self.tried += 1

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


async def test_a_clock_that_was_set_back_makes_everything_due_and_one_set_forward_is_told() -> None:
    clocks = Clocks()
    watch = ClockWatch(clocks.retry, clocks, lambda: clocks.wall, lambda: clocks.steady)
    clocks.pass_(3600)
    clocks.wall += 5  # a time daemon's step
    await watch.look()
    assert (clocks.tried, clocks.events) == (0, [])
    clocks.wall += 7200
    await watch.look()
    assert (clocks.tried, clocks.events[0].text) == (0, "the system's clock was set forward by 7200 s")
    clocks.wall -= 300_000_000
    await watch.look()
    assert clocks.tried == 1
    assert (clocks.events[1].kind, clocks.events[1].text) == (
        Kind.CLOCK,
        "the system's clock was set back by 300000000 s; what waits is tried now, since it was given times by the "
        "old clock",
    )
    clocks.pass_(5)
    await watch.look()
    assert clocks.tried == 1
