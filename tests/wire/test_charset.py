"""Octets and whatever label a stranger gives them: always a text, and never by a decoder that is no charset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire import charset, encoded_word

NO_CHARSETS = ("punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape")


@pytest.mark.parametrize("name", NO_CHARSETS)
@pytest.mark.parametrize("spelling", ["{}", "+{}", "{}-", "_{}_", " {}"])
def test_a_decoder_of_no_charset_is_not_used_however_the_label_spells_it(name: str, spelling: str) -> None:
    label = spelling.format(name).replace("_escape", "-escape")
    assert charset.decode(b"a-\xc3\xbc\\u0041", label) == "a-ü\\u0041"


def test_a_subject_in_such_a_charset_is_a_text() -> None:
    assert encoded_word.decode("=?+punycode?Q?a-=C3=BC?=") == "a-ü"


@given(st.binary(max_size=20), st.text(max_size=20))
def test_anything_gives_a_text(octets: bytes, label: str) -> None:
    assert isinstance(charset.decode(octets, label), str)
