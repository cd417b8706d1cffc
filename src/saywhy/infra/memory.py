"""Memory that several processes share, one after the other or at a time."""

from __future__ import annotations

import os
import sys
import tempfile


def shared(size: int) -> int:
    """So many octets, all zero, as a descriptor that other processes can inherit and map."""
    if sys.platform == "linux":
        descriptor = os.memfd_create("saywhy")
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor
