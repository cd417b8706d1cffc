"""Encoded words, both ways; the standard library is the second opinion."""

from __future__ import annotations

import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.encoded_word import decode, encode

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1).map(str.strip)


def unfold(body: str) -> str:
    return body.replace("\r\n", "")


@given(TEXTS, st.integers(0, 30))
def test_what_is_encoded_is_decoded_again(text: str, used: int) -> None:
    assert decode(unfold(encode(text, used))) == text


@given(TEXTS)
def test_encoded_text_is_ascii_in_short_lines(text: str) -> None:
    lines = encode(text, len("Subject: ")).split("\r\n")
    assert all(line.isascii() for line in lines)
    assert all(line.startswith(" ") for line in lines[1:])
    assert all(len(line) <= 76 for line in lines if "=?" in line)


@given(TEXTS)
def test_the_standard_library_decodes_what_we_encode(text: str) -> None:
    theirs = str(email.header.make_header(email.header.decode_header(unfold(encode(text)))))
    assert theirs == text


def test_plain_text_stays_plain_and_words_before_the_first_accent_stay_readable() -> None:
    assert encode("Undeliverable: Secret") == "Undeliverable: Secret"
    assert encode("Undeliverable: Grüße").startswith("Undeliverable:\r\n =?utf-8?b?")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?iso-8859-1?q?Gr=FC=DFe_an_alle?=", "Grüße an alle"),
        ("Re: =?UTF-8?B?R3LDvMOfZQ==?= again", "Re: Grüße again"),
        ("=?utf-8?q?a?= \t=?utf-8?q?b?=", "ab"),
        ("=?utf-8?b?w7w=?= =?utf-8?b?w?= =?utf-8?b?x?=", "ü"),
        ("=?utf-8?b?4oI=?= =?utf-8?b?rA==?=", "€"),  # one character in two words
        ("=?iso-8859-1*en?q?x?=", "x"),
        ("=?no-such?q?na=EFve?=", "naïve"),
        ("=?utf-8?x?no?=", "=?utf-8?x?no?="),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("a=?b", "a=?b"),
    ],
)
def test_encoded_words_of_others_are_read(value: str, expected: str) -> None:
    assert decode(value) == expected


@given(st.lists(st.sampled_from(["=?", "utf-8", "?", "q", "b", "=", "a", " ", "\r\n", "ü"])).map("".join))
def test_no_text_breaks_the_decoder(value: str) -> None:
    decode(value)
