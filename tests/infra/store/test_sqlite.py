"""The SQLite store keeps the contract, and what only a store on disk can show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from saywhy.infra.store.protocol import Store
from saywhy.infra.store.sqlite import SqliteStore
from tests.infra.store.contract import StoreContract


class TestSqliteStore(StoreContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        store = await SqliteStore.open(tmp_path / "queue")
        yield store
        await store.close()
