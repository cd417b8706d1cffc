"""Schema versions: the sum of all migrations is schema.sql, and a migration happens whole or not at all."""

from __future__ import annotations

import re
import sqlite3
from importlib import resources

import pytest

from saywhy.infra.store import migrate


def shape(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    )
    return [(kind, name, " ".join(re.sub("--.*", "", sql).split())) for kind, name, sql in rows]


def contents(connection: sqlite3.Connection) -> list[object]:
    tables = [name for kind, name, _ in shape(connection) if kind == "table"]
    return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


@pytest.fixture
def database():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def test_all_migrations_together_make_the_schema(database: sqlite3.Connection) -> None:
    migrate.migrate(database, "queue")
    whole = sqlite3.connect(":memory:", isolation_level=None)
    for statement in migrate.statements((resources.files("saywhy.infra.store") / "schema.sql").read_text("utf-8")):
        whole.execute(statement)
    assert shape(database) == shape(whole)
    assert contents(database) == contents(whole)
    whole.close()


def test_migrations_are_numbered_without_a_gap(database: sqlite3.Connection) -> None:
    assert list(migrate.migrations()) == list(range(1, len(migrate.migrations()) + 1))
    migrate.migrate(database, "queue")
    assert database.execute("PRAGMA user_version").fetchone()[0] == max(migrate.migrations())


def test_a_second_start_changes_nothing(database: sqlite3.Connection) -> None:
    migrate.migrate(database, "queue")
    before = shape(database)
    migrate.migrate(database, "queue")
    assert shape(database) == before


def test_a_migration_that_breaks_leaves_the_version_before(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.migrate(database, "queue")
    before, last = shape(database), max(migrate.migrations())
    broken = {**migrate.migrations(), last + 1: "CREATE TABLE fine (x);\nCREATE TABLE fine (y);\n"}
    monkeypatch.setattr(migrate, "migrations", lambda _: broken)
    with pytest.raises(sqlite3.OperationalError):
        migrate.migrate(database, "queue")
    assert shape(database) == before
    assert database.execute("PRAGMA user_version").fetchone()[0] == last


def test_a_semicolon_inside_a_text_or_a_comment_ends_no_statement() -> None:
    script = "-- a comment; with a semicolon\nINSERT INTO t VALUES ('a;b');\nSELECT 1;\n"
    found = list(migrate.statements(script))
    assert len(found) == 2
    assert found[0].endswith("VALUES ('a;b');")
