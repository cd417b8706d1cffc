"""Tests whose hosts live at 127.77.x.y are skipped where such an address cannot be had."""

from __future__ import annotations

import socket

import pytest


def _bindable(address: str) -> bool:
    with socket.socket() as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            return False
    return True


needs_loopback = pytest.mark.skipif(
    not _bindable("127.77.255.254"),
    reason="127.77.x.y cannot be bound: only 127.0.0.1 is loopback here",
)
