"""Never root: sockets are bound first, then the process becomes its user before it reads a byte."""

from __future__ import annotations

import grp
import os
import pwd
import resource
from pathlib import Path

KEPT = 512  # descriptors


class PrivilegeError(Exception):
    """The process may not run as it was started; the message says what to do."""


def check(user: str) -> None:
    """PrivilegeError unless this process is unprivileged, or is root and has a user to become."""
    if os.geteuid() != 0:
        return
    if not user:
        raise PrivilegeError(
            "saywhy does not run as root: start it as the user that shall own the mail, or set server.user "
            "to that user's name, so that it becomes that user once its ports are bound"
        )
    try:
        if pwd.getpwnam(user).pw_uid == 0:
            raise PrivilegeError(f"server.user is {user}, which is root again: name an unprivileged user")
    except KeyError:
        raise PrivilegeError(
            f"server.user names {user!r}, and there is no such user: make it first (useradd --system {user})"
        ) from None


def own(path: Path, user: str) -> None:
    """Make `path` (a folder, made 0700 if absent) the user's, when we are root and about to become that user."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0 and user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def drop(user: str) -> None:
    """Become `user` for good; nothing happens unless we are root and have one to become."""
    if os.geteuid() != 0 or not user:
        return
    entry = pwd.getpwnam(user)
    os.setgroups([group.gr_gid for group in grp.getgrall() if user in group.gr_mem] or [entry.pw_gid])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir
    check_reading(user)


def check_reading(user: str) -> None:
    """PrivilegeError when we, being `user` now, may not read our own modules: most are read when first used."""
    for needed in (Path(__file__), Path(os.__file__)):
        if not os.access(needed, os.R_OK, effective_ids=True):
            raise PrivilegeError(
                f"user {user} may not read {needed}: install saywhy and its Python where that user can read them, "
                "such as below /opt"
            )


def raise_descriptors() -> None:
    """As many open files as the hard limit permits: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connections() -> int:
    """How many clients a process may have: some descriptors are kept for the store, mailboxes and next hops.

    At the very limit the event loop would not tell a client why it is let go, and deliveries would fail.
    """
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft - min(KEPT, soft // 2)
