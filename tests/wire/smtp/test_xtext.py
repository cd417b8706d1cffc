"""xtext and the utf-8 address forms, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.smtp import xtext

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=80)
ADDRESS = st.text(
    st.characters(min_codepoint=32, exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=80
)


@given(PRINTABLE)
def test_printable_ascii_survives_the_round_trip(text: str) -> None:
    encoded = xtext.encode(text)
    assert all("!" <= char <= "~" and char != "=" for char in encoded)
    assert xtext.decode(encoded) == text


@given(ADDRESS, st.booleans())
def test_any_address_survives_the_round_trip(address: str, native: bool) -> None:
    encoded = xtext.encode_address(address, native=native)
    assert native or encoded.isascii()
    assert not set(encoded) & set(" +=\r\n")
    assert xtext.decode_address(encoded) == address


@given(st.text(max_size=80))
def test_decoding_yields_printable_text_or_an_error(text: str) -> None:
    for decode in (xtext.decode, xtext.decode_address):
        try:
            decoded = decode(text)
        except xtext.XtextError:
            continue
        assert not any(char < " " or "\x7f" <= char <= "\x9f" for char in decoded)


def test_the_forms_that_the_rfcs_show() -> None:
    assert xtext.encode("a+b=c d") == "a+2Bb+3Dc+20d"
    assert xtext.encode_address("jürgen+x@b\\c", native=False) == "j\\x{FC}rgen\\x{2B}x@b\\x{5C}c"
    assert xtext.encode_address("jürgen+x@b.c", native=True) == "jürgen\\x{2B}x@b.c"


@pytest.mark.parametrize("text", ["+", "+4", "+4g", "+2b", "a b", "a=b", "é", "+0A", "+FF", "\x7f"])
def test_what_is_not_xtext_is_an_error(text: str) -> None:
    with pytest.raises(xtext.XtextError):
        xtext.decode(text)
