"""`backup`: copy the queue and the organisation while mail flows."""

from __future__ import annotations

import time
from pathlib import Path

from saywhy.operations import telling
from saywhy.operations.context import Context, FolderTaken
from saywhy.operations.declaration import Column, Format, Operation, OperationError, Parameter, Result, Row, Type

_MIB = 1 << 20


async def run(context: Context, *, directory: str) -> Result:
    path = Path(directory)
    if not path.is_absolute():
        raise OperationError("usage", directory, "the folder is not named from the root", "write the whole path")
    if context.backup is None:
        raise OperationError("no-server", "backup", "there is nothing to copy", "name the server with --config")
    began = time.monotonic()
    try:
        copied = await context.backup(path, context.actor)
    except FolderTaken:
        why, cure = "the folder is not empty", "name a new folder for each backup"
        raise OperationError("refused", directory, why, cure) from None
    rows: tuple[Row, ...] = tuple(
        {
            "shard": each.shard,
            "messages": each.messages,
            "recipients": each.recipients,
            "contents": each.contents,
            "octets": each.octets,
        }
        for each in copied
    )
    messages = telling.count(sum(each.messages for each in copied), "message")
    size = sum(each.octets for each in copied) / _MIB
    text = (
        f"{messages} ({size:.1f} MiB) and the organisation are in {path}, in {time.monotonic() - began:.1f} s.\n"
        "`saywhy restore` puts them in the place of an empty queue.  Never run both: each would deliver all of it."
    )
    return Result(rows, text)


OPERATION = Operation(
    name="backup",
    help="Copy queue, history and organisation into an empty folder, while the server runs or without it.",
    example="saywhy backup /backup/saywhy-monday",
    run=run,
    parameters=(
        Parameter(
            "directory",
            "The folder: empty, or not there yet; the server's user must be able to write it.",
            Type.FOLDER,
            positional=True,
            required=True,
        ),
    ),
    columns=(
        Column("shard", "Which queue.", Format.NUMBER),
        Column("messages", "Messages in it.", Format.NUMBER),
        Column("recipients", "Recipients that they are still owed to.", Format.NUMBER),
        Column("contents", "Large contents, each in a file of its own.", Format.NUMBER),
        Column("octets", "Size of the copy.", Format.SIZE),
    ),
    slow=True,
)
