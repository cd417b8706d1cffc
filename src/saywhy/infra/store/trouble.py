"""The one place that turns what SQLite and the file system say into a StoreError: what, why, what to do."""

from __future__ import annotations

import errno
import sqlite3

from saywhy.infra.errors import StoreError
from saywhy.infra.store.protocol import ChangeConflict

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def store_error(error: Exception, place: str) -> StoreError:
    """`error` met while reading or writing `place` (a file's name) -> what the stages are told."""
    match error:
        case StoreError():
            return error
        case sqlite3.Error():
            return _from_sqlite(error, place)
        case OSError():
            return _from_system(error, place)
        case _:
            return StoreError(f"{place}: {type(error).__name__}: {error}")


def _from_sqlite(error: sqlite3.Error, place: str) -> StoreError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code == sqlite3.SQLITE_CONSTRAINT:
        return ChangeConflict(f"{place}: the change contradicts what is stored ({error})")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(_full(place, error), full=True)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreError(_read_only(place, error), read_only=True)
    if code in _DAMAGED:
        return StoreError(damaged(place, str(error)))
    return StoreError(f"{place} cannot be used: {error}; see the system's log for faults of its disk")


def _from_system(error: OSError, place: str) -> StoreError:
    name = error.filename or place
    if error.errno in _FULL:
        return StoreError(_full(str(name), error), full=True)
    if error.errno in _READ_ONLY:
        return StoreError(_read_only(str(name), error), read_only=True)
    return StoreError(f"{name} cannot be used: {error.strerror or error}")


def _full(place: str, error: Exception) -> str:
    return f"{place} cannot grow ({error}): free space on its file system; nothing that was queued is lost"


def _read_only(place: str, error: Exception) -> str:
    return f"{place} cannot be written ({error}): check its owner and mode, and that its file system is writable"


def damaged(place: str, why: str) -> str:
    return (
        f"{place} is damaged or no queue file ({why}): stop the server, move it and its -wal aside, "
        "and recover what it holds with the sqlite3 shell's .recover"
    )
