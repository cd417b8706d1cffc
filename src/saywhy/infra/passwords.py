"""Passwords: argon2id hashes, made and compared in a few threads of their own, off the event loop.

A sign-in as a user who does not exist costs the same as one with a wrong password, so that the time taken tells
nobody which names exist.  Passwords are compared in Unicode's NFC (RFC 8265 section 4.2.1).
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

import argon2

from saywhy.infra.errors import InfraError

MAX_PASSWORD = 1024  # octets; argon2 itself would take 4 GiB

T = TypeVar("T")


class PasswordsBusy(InfraError):
    """Too many passwords wait to be compared: the client may try again (454 4.7.0)."""


class Passwords:
    """`threads` hashes are worked on at once (each takes 64 MiB for some 50 ms), `waiting` more may wait."""

    def __init__(
        self, *, threads: int = 2, waiting: int = 200, hasher: argon2.PasswordHasher | None = None
    ) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._most = threads + waiting
        self._taken = 0

    async def hash(self, password: str) -> str:
        """A new hash of `password` (PHC string form); ValueError when it is longer than MAX_PASSWORD octets."""
        prepared = _prepare(password)
        if prepared is None:
            raise ValueError(f"a password has at most {MAX_PASSWORD} octets")
        return await self._run(lambda: self._hasher.hash(prepared))

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether `hashed` was made of `password`.  Pass an empty `hashed` for a user who does not exist."""
        return await self._run(lambda: self._verify(hashed, password))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, hashed: str, password: str) -> bool:
        prepared = _prepare(password)
        nobody = self._nobody
        known = bool(hashed) and prepared is not None
        try:
            self._hasher.verify(hashed if known else nobody, b"" if prepared is None else prepared)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
        return known

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_bytes(32))

    async def _run(self, work: Callable[[], T]) -> T:
        if self._taken >= self._most:
            raise PasswordsBusy(f"{self._taken} passwords wait to be compared already")
        self._taken += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._taken -= 1


def _prepare(password: str) -> bytes | None:
    octets = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return octets if len(octets) <= MAX_PASSWORD else None
