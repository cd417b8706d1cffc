"""Disks of a few MiB for scenarios that fill them: tmpfs in a namespace of the scenario's own (unshare -Urm).

Most systems let anybody have one.  The scenario is played by a process in there, which ends with its disks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BALLAST = "ballast"
_APART = ("unshare", "--user", "--map-root-user", "--mount")


def unavailable() -> str:
    """Why there can be no such disks here; empty when there can."""
    try:
        tried = subprocess.run((*_APART, "true"), capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        return f"skipped: no user namespaces here ({error})"
    why = tried.stderr.strip() or f"status {tried.returncode}"
    return f"skipped: no user namespaces here ({why})" if tried.returncode else ""


def played_apart(scenario: str, out: Path, sender: str, patience: float) -> dict[str, Any]:
    """The row of a scenario that another process has played, with disks of its own."""
    command = (*_APART, sys.executable, "-m", "saywhy.lab.play", scenario, str(out), sender)
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)  # noqa: S603
    try:
        row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        raise RuntimeError(f"the scenario's own process said: {(done.stdout + done.stderr)[-2000:]}") from None
    return row


def mount(disks: Mapping[str, str], folder: Path) -> None:
    """`disks`: a folder below `folder` -> its size as mount writes it, such as `16m`."""
    for name, size in disks.items():
        path = folder / name
        path.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(path))


def unmount(disks: Mapping[str, str], folder: Path) -> None:
    for name in reversed(list(disks)):
        _run("umount", str(folder / name))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own words


def fill(path: Path) -> int:
    """Write until nothing more goes onto the disk under `path`; how many octets."""
    ballast = os.open(path / BALLAST, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    written = 0
    try:
        for step in (65536, 4096, 1):
            try:
                while True:
                    written += os.write(ballast, bytes(step))
            except OSError:
                continue
    finally:
        os.close(ballast)
    return written


def free(path: Path) -> None:
    (path / BALLAST).unlink()
