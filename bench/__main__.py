"""All our own measurements, one after the other: `python -m bench`.

Each runs in a process of its own, so that none finds the caches of another warm.
"""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = (
    ("wire_smtp", ()),
    ("receive", ()),
    ("report", ()),
    ("store", ("--clients", "20", "--seconds", "2")),
    ("store", ("--clients", "100", "--seconds", "2", "--burn", "200")),
    ("deliver", ("relay",)),
    ("deliver", ("mailbox",)),
    ("profile_app", ("--messages", "2000")),
    ("profile_app", ("--messages", "2000", "--sessions", "100", "--reuse")),
    ("expansion", ()),
    ("neighbours", ("--seconds", "5")),
)


def main() -> int:
    """The number of measurements that could not be made."""
    failed = 0
    for name, arguments in MEASUREMENTS:
        print(f"\nbench.{name} {' '.join(arguments)}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
