"""Messages out of what can only be read from front to back: compressed and packed files, pipes, pasted text.

gzip and tar may stand in one another, MAX_DEPTH deep.  What is damaged gives the messages before the damage and
one Piece that says what is wrong; what is inside is read as it comes, and never unpacked to the disk.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any, cast

from saywhy.infra.mailbox import outlook
from saywhy.infra.mailbox.kinds import SNIFFED, Kind, kind_of
from saywhy.infra.mailbox.mbox import Splitter
from saywhy.infra.mailbox.piece import LIMIT, Piece, Read, whole

MAX_DEPTH = 3
MAX_LINE = 64 << 10  # octets of a log's line that are read

_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError)


class Again(io.RawIOBase):
    """A stream whose beginning was read already, as a file for the decompressors."""

    def __init__(self, first: bytes, read: Read) -> None:
        self._first = first
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, octets: int = -1) -> bytes:
        if self._first:
            octets = len(self._first) if octets < 0 else octets
            out, self._first = self._first[:octets], self._first[octets:]
            return out
        return self.readall() if octets < 0 else self._read(octets)


def messages(read: Read, name: str = "", depth: int = 0) -> Iterator[Piece]:
    """Those in the stream; `Piece.name` is the file's within a packed one."""
    first = _first(read)
    again = Again(first, read)
    try:
        match kind_of(first, name):
            case Kind.GZIP | Kind.TAR if depth == MAX_DEPTH:
                yield Piece(b"", name=name, error="it is packed more than three times over")
            case Kind.GZIP:
                inner = name[:-3] if name.lower().endswith(".gz") else name
                with gzip.GzipFile(fileobj=cast(IO[bytes], again)) as file:
                    yield from _named(messages(file.read, inner, depth + 1), name)
            case Kind.TAR:
                yield from _members(again, name, depth)
            case Kind.MBOX:
                splitter = Splitter(again.read)
                for number, piece in enumerate(splitter.messages(splitter.first()), 1):
                    yield replace(piece, name=name, number=number)
            case Kind.OUTLOOK:
                yield _outlook(again, name)
            case Kind.MESSAGE:
                yield whole(again.read, name=name)
    except _DAMAGED as error:
        yield Piece(b"", name=name, error=f"the rest is damaged: {error}")


def lines(read: Read, name: str = "") -> Iterator[Piece]:
    """The lines of a log, compressed or not, each as a text of its own; without the empty ones."""
    again = Again(first := _first(read), read)
    source = (
        gzip.GzipFile(fileobj=cast(IO[bytes], again)) if kind_of(first) is Kind.GZIP else io.BufferedReader(again)
    )
    number = 0
    try:
        while line := source.readline(MAX_LINE):
            cut = len(line) == MAX_LINE and not line.endswith(b"\n")
            rest = line if cut else b""
            while rest and not rest.endswith(b"\n"):
                rest = source.readline(MAX_LINE)
            if line.strip():
                number += 1
                yield Piece(line.rstrip(b"\r\n"), cut, name, number)
    except _DAMAGED as error:
        yield Piece(b"", name=name, error=f"the rest is damaged: {error}")


def _first(read: Read) -> bytes:
    first = b""
    while len(first) < SNIFFED and (block := read(SNIFFED - len(first))):
        first += block
    return first


def _named(pieces: Iterator[Piece], name: str) -> Iterator[Piece]:
    """What is in a compressed file goes by the name of the file."""
    inner = name[:-3] if name.lower().endswith(".gz") else name
    for piece in pieces:
        rest = piece.name.removeprefix(inner)
        yield replace(piece, name=name + rest)


def _members(again: Again, name: str, depth: int) -> Iterator[Piece]:
    with tarfile.open(fileobj=cast(IO[bytes], again), mode="r|") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                yield from messages(file.read, f"{name}/{member.name}", depth + 1)
            archive.members = []  # type: ignore[attr-defined]  # tarfile would keep them all


def _outlook(again: Again, name: str) -> Piece:
    piece = whole(again.read, name=name)
    if piece.truncated:
        return Piece(b"", name=name, error=f"an Outlook file of more than {LIMIT >> 20} MiB is not read")
    try:
        return Piece(outlook.message(piece.data), name=name)
    except outlook.Unreadable as error:
        return Piece(b"", name=name, error=str(error))
