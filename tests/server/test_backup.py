"""`saywhy backup` of a server under load, `saywhy restore` elsewhere: nothing acknowledged before is lost."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from saywhy.operations.declaration import OperationError
from saywhy.operations.execute import execute
from tests.server.inside import Inside
from tests.server.load import Crowd
from tests.server.running import Running


async def test_a_backup_is_whole_and_a_second_one_wants_another_folder(tmp_path: Path) -> None:
    home = tmp_path / "server"
    home.mkdir()
    async with Inside(home) as server:
        context, folder = server.app.context, tmp_path / "backup"
        result = await execute(context, "backup", {"directory": str(folder)})
        assert result.rows[0]["messages"] == 0
        assert sorted(path.name for path in folder.iterdir()) == [
            "backup.json",
            "organisation.sqlite3",
            "queue-1.bodies",
            "queue-1.sqlite3",
        ]
        assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
        assert json.loads((folder / "backup.json").read_text())["revision"] == 1
        with pytest.raises(OperationError, match="is not empty; name a new folder"):
            await execute(context, "backup", {"directory": str(folder)})
        with pytest.raises(OperationError, match="write the whole path"):
            await execute(context, "backup", {"directory": "backup"})


@pytest.mark.slow
def test_what_was_acknowledged_before_a_backup_under_load_is_delivered_by_the_restored_server(
    tmp_path: Path,
) -> None:
    """The first has a file in the place of its mailboxes, so that its queue grows; the copy starts elsewhere."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        (folder / "data").mkdir(parents=True)
    (old / "data" / "mailboxes").write_text("no folder")
    with Running(old) as server:
        before = asyncio.run(acknowledged_before(server, tmp_path / "backup"))
        server.kill()
    assert len(before) > 100
    with Running(new) as other:
        other.stop()
        nothing = other.saywhy("restore", str(tmp_path / "backup"))
        assert nothing.returncode == 1
        assert "is not empty" in nothing.stderr
    for path in sorted((new / "data" / "queue").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    restored = other.saywhy("restore", str(tmp_path / "backup"))
    assert restored.returncode == 0, restored.stderr
    assert "messages for" in restored.stdout
    with other:
        assert other.saywhy("queue", "retry", "--all").returncode == 0
        wait_until_empty(other)
        found = {str(message["Subject"]) for message in other.mail("guy")}
        assert before <= found


async def acknowledged_before(server: Running, folder: Path) -> set[str]:
    """What had its 250 when the backup, made while a crowd went on sending, began."""
    crowd = Crowd(server.port, 8, "load", lambda _: "guy@worcester.example", limit=3000)
    sending = asyncio.create_task(crowd.run())
    while len(crowd.acknowledged) < 300:
        await asyncio.sleep(0.01)
    before = set(crowd.acknowledged)
    made = await asyncio.to_thread(server.saywhy, "backup", str(folder))
    assert made.returncode == 0, made.stderr
    assert "are in" in made.stdout
    crowd.limit = 0
    await asyncio.wait_for(sending, 120)
    return before


def wait_until_empty(server: Running) -> None:
    for _ in range(600):
        if "The queue is empty." in server.saywhy("queue", "list").stdout:
            return
    raise AssertionError(server.saywhy("queue", "list").stdout)
