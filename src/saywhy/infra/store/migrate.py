"""Schema versions: `migrations/NNNN_name.sql` in order, each in one transaction; `schema.sql` is their sum.

`user_version` is the number of the last migration applied.  A queue of a newer saywhy is refused: what it
means by a column cannot be known here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib import resources

from saywhy.infra.errors import StoreError, StoreVersionError
from saywhy.infra.store.trouble import damaged

APPLICATION = 0x73617977  # "sayw", in the header of our files


@cache
def migrations(name: str = "migrations") -> dict[int, str]:
    """Number -> SQL text, in order, of the folder `name`: the queue's unless another is named."""
    folder = resources.files("saywhy.infra.store") / name
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return {int(name[:4]): (folder / name).read_text("utf-8") for name in names}


def migrate(connection: sqlite3.Connection, place: str, folder: str = "migrations") -> None:
    """Bring the database up to date; StoreError for one that is not ours, StoreVersionError for a newer one."""
    version = check_version(connection, place, folder)
    for number, script in migrations(folder).items():
        if number > version:
            _apply(connection, number, script)


def check_version(connection: sqlite3.Connection, place: str, folder: str = "migrations") -> int:
    """Its schema's number, 0 when it is empty.  Changes nothing."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if (version or tables) and application != APPLICATION:
        raise StoreError(damaged(place, "another program's database"))
    latest = max(migrations(folder))
    if version > latest:
        raise StoreVersionError(
            f"{place} has schema {version} and this saywhy knows up to {latest}, so a newer saywhy wrote it: "
            "start that version again, or let it deliver the queue and begin with an empty one"
        )
    return version


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: sqlite3's executescript would commit around them."""
    text = ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text.strip()
            text = ""
