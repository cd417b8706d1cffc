"""What is read from front to back: compressed, packed, damaged, pasted."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

from saywhy.infra.mailbox import stream
from saywhy.infra.mailbox.piece import HEAD, LIMIT, Piece

MBOX = b"From a Mon Nov  2 10:00:00 2026\nA: 1\n\none\n\nFrom a Mon Nov  2 10:00:00 2026\nA: 2\n\ntwo\n"


def read(data: bytes, name: str) -> list[Piece]:
    return list(stream.messages(io.BytesIO(data).read, name))


def tar(**members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def test_a_compressed_mbox_is_an_mbox() -> None:
    pieces = read(gzip.compress(MBOX), "a.mbox.gz")
    assert [(piece.name, piece.number, piece.data) for piece in pieces] == [
        ("a.mbox.gz", 1, b"A: 1\n\none\n"), ("a.mbox.gz", 2, b"A: 2\n\ntwo\n"),
    ]  # fmt: skip


def test_the_members_of_a_packed_file_keep_their_names() -> None:
    data = tar(one=b"A: 0\n\nzero\n", inner=gzip.compress(MBOX))
    pieces = read(gzip.compress(data), "all.tar.gz")
    assert [(piece.name, piece.number) for piece in pieces] == [
        ("all.tar.gz/one", 0), ("all.tar.gz/inner", 1), ("all.tar.gz/inner", 2),
    ]  # fmt: skip


def test_several_compressed_files_in_one_are_one() -> None:
    assert len(read(gzip.compress(MBOX) + gzip.compress(b"\n" + MBOX), "a.gz")) == 4


def test_what_is_damaged_gives_what_stands_before_and_a_sentence() -> None:
    pieces = read(gzip.compress(MBOX * 500)[:-9], "a.gz")
    assert pieces[0].data == b"A: 1\n\none\n"
    assert pieces[-1].error.startswith("the rest is damaged:")
    assert read(tar(one=MBOX * 1000)[:3000], "a.tar")[-1].error


def test_packing_without_end_is_not_followed() -> None:
    data = MBOX
    for _ in range(4):
        data = gzip.compress(data)
    (piece,) = read(data, "a.gz.gz.gz.gz")
    assert "three times" in piece.error


def test_a_pasted_text_and_nothing_are_one_message_each() -> None:
    assert [piece.data for piece in read(b"550 5.1.1 no", "-")] == [b"550 5.1.1 no"]
    assert [piece.data for piece in read(b"", "-")] == [b""]


def test_a_message_that_never_ends_is_held_in_part() -> None:
    bomb = gzip.compress(b"A: 1\n\n" + b"x" * (LIMIT + (5 << 20)) + b"end")
    (piece,) = read(bomb, "a.gz")
    assert piece.truncated
    assert (len(piece.data), piece.data[-3:]) == (LIMIT, b"end")
    assert piece.data[:6] == b"A: 1\n\n"
    assert len(piece.data[:HEAD]) == HEAD


def test_the_lines_of_a_log_are_texts_without_the_empty_ones() -> None:
    log = b"550 a\n\n550 b\r\n" + b"x" * (stream.MAX_LINE + 10) + b"\nlast"
    for data in (log, gzip.compress(log)):
        lines = list(stream.lines(io.BytesIO(data).read))
        assert [line.data[:5] for line in lines] == [b"550 a", b"550 b", b"xxxxx", b"last"]
        assert [line.truncated for line in lines] == [False, False, True, False]


def test_a_file_called_eml_is_one_message_even_below_a_from_line(tmp_path: Path) -> None:
    assert len(read(MBOX, "a.eml")) == 1
