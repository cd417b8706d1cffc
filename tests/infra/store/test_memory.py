"""The store in memory keeps the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.protocol import Store
from tests.infra.store.contract import StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    async def store(self) -> AsyncIterator[Store]:
        store = MemoryStore()
        yield store
        await store.close()
