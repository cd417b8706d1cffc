"""What was accepted is what is read back, or it is not read at all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from saywhy.infra.errors import ContentAltered, StoreError
from saywhy.infra.store.bodies import INLINE
from saywhy.infra.store.protocol import Change
from saywhy.infra.store.sqlite import SqliteStore
from tests.infra.store.samples import new_message

SMALL = b"Subject: Secret\r\n\r\nAt ten.\r\n"
LARGE = SMALL + b"x" * INLINE


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(tmp_path)
    yield store
    await store.close()


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "queue-1.sqlite3") as other:
        assert other.execute(statement).rowcount == 1
    other.close()


async def test_a_small_content_that_changed_is_not_given_out(store: SqliteStore, tmp_path: Path) -> None:
    message, innocent = store.next_id(), store.next_id()
    await store.commit(Change(add=[new_message(each, content=SMALL) for each in (message, innocent)]))
    assert await store.content(message) == SMALL
    altered = SMALL.replace(b"ten", b"six").hex()
    change(tmp_path, f"UPDATE message SET content = x'{altered}' WHERE number = {message.number}")
    with pytest.raises(ContentAltered, match="is not what was accepted"):
        await store.content(message)
    assert await store.content(innocent) == SMALL


async def test_a_large_content_that_changed_or_went_is_not_given_out(store: SqliteStore, tmp_path: Path) -> None:
    message, mixed = store.next_id(), store.next_id()
    await store.commit(Change(add=[new_message(message, content=LARGE), new_message(mixed, content=SMALL)]))
    assert (await store.content(message), await store.content(mixed)) == (LARGE, SMALL)
    [file] = (tmp_path / "queue-1.bodies").iterdir()
    file.write_bytes(LARGE[:-1])
    with pytest.raises(ContentAltered, match="is not what was accepted"):
        await store.content(message)
    file.unlink()
    with pytest.raises(ContentAltered, match="is missing from its folder"):
        await store.content(message)


async def test_a_missing_folder_is_no_fault_of_a_message(store: SqliteStore, tmp_path: Path) -> None:
    message = store.next_id()
    await store.commit(Change(add=[new_message(message, content=LARGE)]))
    shutil.rmtree(tmp_path / "queue-1.bodies")
    with pytest.raises(StoreError, match="mount its file system") as missing:
        await store.content(message)
    assert not isinstance(missing.value, ContentAltered)
    (tmp_path / "queue-1.bodies").mkdir()


async def test_what_an_older_version_queued_has_no_digest_and_is_taken_as_it_is(
    store: SqliteStore, tmp_path: Path
) -> None:
    message = store.next_id()
    await store.commit(Change(add=[new_message(message, content=SMALL)]))
    change(tmp_path, f"UPDATE message SET digest = NULL WHERE number = {message.number}")
    assert await store.content(message) == SMALL
