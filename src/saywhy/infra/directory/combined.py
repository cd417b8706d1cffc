"""The store's recipients, and behind them those of a second source (a file, an LDAP server).

An address that the store knows is the store's; the second source is asked about the others only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from saywhy.infra.directory.table import TableDirectory
from saywhy.model.address import Address
from saywhy.model.organisation import DirectoryObject


class Source(Protocol):
    """What of flow/stages.Directory a second source has."""

    def find(self, address: Address) -> Sequence[DirectoryObject] | None: ...

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]: ...

    async def find_other(self, address: str) -> Sequence[DirectoryObject]: ...

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None: ...

    def near(self, address: Address, limit: int = 3) -> list[Address]: ...

    def close(self) -> None: ...


class CombinedDirectory:
    """A `Directory` (flow/stages)."""

    def __init__(self, store: TableDirectory, source: Source) -> None:
        self._store = store
        self._source = source

    def find(self, address: Address) -> Sequence[DirectoryObject] | None:
        return self._store.find(address) or self._source.find(address)

    async def fetch(self, addresses: Sequence[Address]) -> Mapping[str, Sequence[DirectoryObject]]:
        own = {address.key: found for address in addresses if (found := self._store.find(address))}
        others = [address for address in addresses if address.key not in own]
        return own | dict(await self._source.fetch(others)) if others else own

    async def find_other(self, address: str) -> Sequence[DirectoryObject]:
        return await self._store.find_other(address) or await self._source.find_other(address)

    async def select(self, filter: str, container: str) -> Sequence[DirectoryObject] | None:
        """The container exists when either has it."""
        own = await self._store.select(filter, container)
        theirs = await self._source.select(filter, container)
        return None if own is None and theirs is None else [*(own or ()), *(theirs or ())]

    def near(self, address: Address, limit: int = 3) -> list[Address]:
        return (self._store.near(address, limit) or self._source.near(address, limit))[:limit]
