"""Tell the service manager how we are (sd_notify(3)): a datagram to the socket that NOTIFY_SOCKET names.

Without one, nothing is sent.  A manager that does not listen does not concern us.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import MutableMapping


class Notifier:
    """Takes what systemd put into `environment` out of it: it is for this process alone."""

    def __init__(self, environment: MutableMapping[str, str]) -> None:
        path = environment.pop("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        owner = environment.pop("WATCHDOG_PID", "") or str(os.getpid())
        limit = environment.pop("WATCHDOG_USEC", "")
        watched = bool(path) and limit.isdigit() and owner == str(os.getpid())
        self.interval = int(limit) / 2e6 if watched else 0.0  # seconds between two signs of life; 0: none wanted

    def ready(self, status: str) -> None:
        self._send("READY=1", f"STATUS={status}")

    def status(self, text: str) -> None:
        self._send(f"STATUS={text}")

    def reloading(self) -> None:
        """`ready` must follow (Type=notify-reload)."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}", "STATUS=reloading")

    def stopping(self) -> None:
        self._send("STOPPING=1", "STATUS=letting sessions and deliveries finish")

    def alive(self) -> None:
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            try:
                sock.sendto("\n".join(lines).encode(), self._address)
            except OSError:
                return
