"""Writes OLE compound files (MS-CFB, version 3), as much of them as an Outlook message needs."""

from __future__ import annotations

import struct
from typing import Any

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Tree = dict[str, Any]  # name -> octets, or a tree


def compound(tree: Tree) -> bytes:
    """A file with these storages and streams."""
    entries: list[dict[str, Any]] = []
    _entry(entries, "Root Entry", tree)
    mini, sectors = bytearray(), []  # sectors: of the streams, in order
    for entry in entries:
        data = entry["data"]
        if data and len(data) < CUTOFF:
            entry["start"] = len(mini) // MINI
            mini += data + bytes(-len(data) % MINI)
    chains: list[int] = []

    def stored(data: bytes) -> int:
        start, count = len(chains), -(-len(data) // SECTOR)
        chains.extend([*range(start + 1, start + count), END] if count else [])
        sectors.append(data + bytes(-len(data) % SECTOR))
        return start if count else END

    for entry in entries:
        if entry["data"] and len(entry["data"]) >= CUTOFF:
            entry["start"] = stored(entry["data"])
    entries[0]["start"], entries[0]["size"] = stored(bytes(mini)), len(mini)
    links: list[int] = []
    for entry in entries:
        if entry["data"] and len(entry["data"]) < CUTOFF:
            count = -(-len(entry["data"]) // MINI)
            links.extend([*range(len(links) + 1, len(links) + count), END])
    minifat = stored(struct.pack(f"<{len(links)}I", *links) + b"\xff" * (-4 * len(links) % SECTOR))
    directory = stored(b"".join(map(_packed, entries)))
    fats = 1
    while len(chains) + fats > fats * SECTOR // 4:
        fats += 1
    first = len(chains)
    table = [*chains, *[FAT] * fats]
    table += [FREE] * (fats * SECTOR // 4 - len(table))
    sectors.append(struct.pack(f"<{len(table)}I", *table))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, fats, directory, 0, CUTOFF, minifat, max(1, -(-4 * len(links) // SECTOR)), END, 0,
        first,
    )  # fmt: skip
    difat = [first + number for number in range(1, fats)] + [FREE] * (108 - fats + 1)
    return header + struct.pack("<108I", *difat) + b"".join(sectors)


def _entry(entries: list[dict[str, Any]], name: str, content: Any) -> int:
    number = len(entries)
    storage = isinstance(content, dict)
    kind = 5 if number == 0 else 1 if storage else 2
    data = b"" if storage else content
    entry = {
        "name": name,
        "kind": kind,
        "data": data,
        "size": len(data),
        "start": END,
        "child": FREE,
        "right": FREE,
    }
    entries.append(entry)
    if storage:
        # A list instead of a balanced tree: each is the right sibling of the one before it, in their order.
        before = None
        for child in sorted(content, key=lambda each: (len(each), each.upper())):
            at = _entry(entries, child, content[child])
            if before is None:
                entry["child"] = at
            else:
                entries[before]["right"] = at
            before = at
    return number


def _packed(entry: dict[str, Any]) -> bytes:
    name = entry["name"].encode("utf-16-le") + b"\0\0"
    start = entry["start"] if entry["size"] or entry["kind"] == 5 else 0
    return struct.pack(
        "<64sHBBIII16xI16xIQ", name, len(name), entry["kind"], 1, FREE, entry["right"], entry["child"],
        0, start, entry["size"],
    )  # fmt: skip
