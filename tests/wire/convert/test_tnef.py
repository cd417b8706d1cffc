"""winmail.dat: what it holds comes out, and every kind of damage is named."""

from __future__ import annotations

import contextlib
import email
import email.policy
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.form import Form
from saywhy.wire.convert import rtf, tnef
from saywhy.wire.convert.budget import Budget, Work
from saywhy.wire.convert.convert import convert
from saywhy.wire.convert.errors import CannotConvert, Damaged, TooMuch
from tests.wire.convert import packing
from tests.wire.convert.packing import (
    LETTER,
    attribute,
    bomb,
    file,
    formatted,
    message,
    properties,
    variable,
    winmail,
)

# The two examples of MS-OXRTFCP section 4.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def test_files_html_and_subject_come_out() -> None:
    found = tnef.read(LETTER, Budget())
    assert (found.subject, found.html, found.code_page) == ("Secret", b"<p>At <b>ten</b>, caf\xe9</p>", "cp1252")
    [plan] = found.files
    assert (plan.name, plan.data) == ("Fluchtplan für Ann.pdf", b"%PDF-1.4 a plan")


def test_for_outsiders_the_files_stand_beside_the_text_that_the_message_has() -> None:
    done = convert(message(LETTER), Form(tnef=False))
    read = email.message_from_bytes(done.content, policy=email.policy.default)
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "text/plain",
        "application/pdf",
    ]
    plan = list(read.walk())[2]
    assert (plan.get_filename(), plan.get_content()) == ("Fluchtplan für Ann.pdf", b"%PDF-1.4 a plan")
    assert done.lost == ("the formatting of winmail.dat",)


def test_the_text_in_it_is_the_messages_where_there_is_no_other() -> None:
    done = convert(message(LETTER, None), Form(tnef=False))
    read = email.message_from_bytes(done.content, policy=email.policy.default)
    assert read["Subject"] == "Secret"
    assert read.get_body(("html",)).get_content() == "<p>At <b>ten</b>, café</p>"  # type: ignore[union-attr]


def test_a_message_within_it_becomes_a_message() -> None:
    inner = properties(variable(packing.OBJECT, 0x3701, bytes(16) + LETTER))
    outer = winmail(attribute(2, packing.NEW_FILE, bytes(14)), attribute(2, packing.FILE_PROPERTIES, inner))
    done = convert(message(outer), Form(tnef=False))
    read = email.message_from_bytes(done.content, policy=email.policy.default)
    types = [part.get_content_type() for part in read.walk()]
    assert types[2:] == ["message/rfc822", "multipart/mixed", "text/html", "application/pdf"]
    assert list(read.walk())[3]["Subject"] == "Secret"


def test_a_formatted_text_alone_is_a_file() -> None:
    data = winmail(attribute(1, packing.MESSAGE_PROPERTIES, properties(variable(packing.BINARY, 0x1009, HELLO))))
    done = convert(message(data, None), Form(tnef=False))
    read = email.message_from_bytes(done.content, policy=email.policy.default)
    assert (read.get_content_type(), read.get_filename()) == ("application/rtf", "message.rtf")
    assert b"hello world" in read.get_content()


@pytest.mark.parametrize(("packed", "plain"), [
    (HELLO, b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
    (CROSSING, b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    (struct.pack("<IIII", 17, 5, 0x414C454D, 0) + b"{\\rtf}", b"{\\rtf"),
])  # fmt: skip
def test_compressed_rtf_is_unpacked(packed: bytes, plain: bytes) -> None:
    assert rtf.unpacked(packed) == plain


@pytest.mark.parametrize("damaged", [b"", HELLO[:12], HELLO[:30], HELLO[:8] + b"none" + HELLO[12:]])
def test_damaged_rtf_is_named(damaged: bytes) -> None:
    with pytest.raises(rtf.RtfError):
        rtf.unpacked(damaged)


@pytest.mark.parametrize(("back", "length"), [(1, 17), (3, 17), (17, 17), (18, 17), (4000, 9), (4095, 2)])
def test_what_is_said_again_may_overlap_what_it_says(back: int, length: int) -> None:
    octets = bytes(range(1, 33)) * 130
    said = bytearray(octets)
    for _ in range(8):
        said += bytes(said[len(said) - back + at % back] for at in range(length))
    assert rtf.unpacked(formatted(octets, [(back, length)] * 8)) == said


def test_formatted_texts_are_too_much_together_however_little_they_take() -> None:
    small = bomb(rtf.MAX_OCTETS)
    assert len(small) < rtf.MAX_OCTETS / 7
    assert len(convert(message(small, None), Form(tnef=False)).content) > rtf.MAX_OCTETS
    outer = winmail(*[packing.within(small)] * (Work.FORMATTED.limit // rtf.MAX_OCTETS + 1))
    with pytest.raises(TooMuch, match="octets of formatted text") as caught:
        convert(message(outer), Form(tnef=False))
    assert caught.value.observed > caught.value.limit == Work.FORMATTED.limit


def test_attributes_and_values_are_counted_over_all_files_of_a_message() -> None:
    many = winmail(attribute(1, 0x00010000, b"") * (Work.ITEMS.limit // 2 + 1))
    assert convert(message(many), Form(tnef=False)).done
    with pytest.raises(TooMuch, match="attributes, properties and values"):
        convert(message(winmail(packing.within(many), packing.within(many))), Form(tnef=False))
    values = struct.pack("<HHI", 0x1003, 0x3001, Work.ITEMS.limit) + bytes(4 * Work.ITEMS.limit)
    with pytest.raises(TooMuch, match="attributes, properties and values"):
        convert(message(winmail(attribute(1, packing.MESSAGE_PROPERTIES, properties(values)))), Form(tnef=False))


def test_a_code_page_that_windows_cannot_have_is_not_looked_for() -> None:
    page = attribute(1, packing.CODE_PAGE, struct.pack("<II", 1 << 20, 0))
    assert tnef.read(winmail(page, attribute(1, packing.SUBJECT, b"caf\xe9\0")), Budget()).subject == "café"


@pytest.mark.parametrize(("data", "why"), [
    (b"no such file", "does not begin as winmail.dat does"),
    (LETTER[:-40], "it is cut off: at octet"),
    (LETTER[:10], "it is cut off at octet 6"),
    (LETTER.replace(b"plan", b"clan"), "the checksum at octet"),
    (winmail(attribute(2, packing.FILE_DATA, b"x")), "a part of a file stands before the file"),
    (winmail(attribute(1, packing.MESSAGE_PROPERTIES, b"\xff\xff\xff\xff")), "has 4294967295 properties"),
    (winmail(attribute(1, packing.MESSAGE_PROPERTIES, properties(b"\x77\x00\x17\x00"))), "unknown type 0x0077"),
])  # fmt: skip
def test_damage_is_told_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=f"^winmail.dat: .*{why}"):
        convert(message(data), Form(tnef=False))


def test_who_can_read_winmail_dat_gets_it_even_damaged() -> None:
    assert convert(message(LETTER[:-40]), Form()).done == ()


def test_a_file_that_only_has_the_name_stays() -> None:
    other = message(b"a list of winners", type_="application/octet-stream")
    assert convert(other, Form(tnef=False)).content == other
    assert convert(message(LETTER, type_="application/octet-stream"), Form(tnef=False)).done


@given(st.binary(max_size=300), st.integers(0, len(LETTER)), st.integers(0, 40))
def test_no_octets_in_it_do_more_than_fail(noise: bytes, at: int, cut: int) -> None:
    for data in (winmail(noise), LETTER[:at] + noise + LETTER[at + cut :]):
        with contextlib.suppress(CannotConvert):
            assert email.message_from_bytes(convert(message(data), Form(tnef=False)).content)


@given(st.lists(st.tuples(st.text(max_size=30), st.binary(max_size=200)), max_size=5))
def test_every_file_comes_out_as_it_went_in(files: list[tuple[str, bytes]]) -> None:
    names = [variable(packing.UNICODE, 0x3707, name.encode("utf-16-le", "replace")) for name, _ in files]
    data = winmail(*(file("X", octets, name) for (_, octets), name in zip(files, names, strict=True)))
    read = email.message_from_bytes(convert(message(data), Form(tnef=False)).content, policy=email.policy.default)
    got = [part.get_payload(decode=True) for part in read.walk() if part.get_content_disposition() == "attachment"]
    assert got == [octets for _, octets in files]
