"""What lies in a Maildir: read, counted along, read again."""

from __future__ import annotations

from pathlib import Path

from saywhy.infra.mailbox_usage import Usages
from saywhy.infra.maildir import Job, Maildirs


async def test_deliveries_are_counted_and_deletions_seen_at_the_next_reading(
    tmp_path: Path,
) -> None:
    maildirs = Maildirs(tmp_path / "mail")
    usages = Usages(maildirs)
    assert (await usages.of("ann")).octets == 0
    assert maildirs.deliver([Job("ann", (b"x" * 100,)), Job("ben", (b"y" * 7,))]) == [None, None]
    assert (await usages.of("ann")).octets == 0  # counted along by whoever delivers
    usages.begin("ann", 100)
    usages.end("ann", 100)
    known = await usages.of("ann")
    assert (known.octets, known.messages, known.waiting) == (100, 1, 100)
    assert await usages.total() == 107
    [file] = (maildirs.path("ann") / "new").iterdir()
    file.rename(maildirs.path("ann") / "cur" / file.name)
    read = await usages.read("ann")
    assert (read.octets, read.messages, read.waiting) == (100, 1, 0)
    (maildirs.path("ann") / "cur" / file.name).unlink()
    assert (await usages.read("ann")).octets == 0
