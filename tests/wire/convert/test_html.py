"""HTML to text and back: what a reader sees stays, and no input takes long."""

from __future__ import annotations

import html as stdlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.convert.html import from_text, to_text


@pytest.mark.parametrize(("source", "text"), [
    ("<p>At <b>ten</b></p><p>Ann", "At ten\n\nAnn\n"),
    ("one<br>two<br/>three", "one\ntwo\nthree\n"),
    ("<style>p { color: red }</style><script>if (a < b) x()</script>seen", "seen\n"),
    ("<title>t</title><!-- > hidden --><!DOCTYPE html>seen", "seen\n"),
    ("<ul><li>one<li>two</ul>", "* one\n* two\n"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc\n"),
    ('see <a href="https://a.example/?x=1&amp;y=2">this</a>!', "see this <https://a.example/?x=1&y=2>!\n"),
    ('<a href="javascript:x()">this</a>', "this\n"),
    ("<img alt='a cathedral' src=x.png>", "[a cathedral]\n"),
    ("Gr&uuml;&szlig;e&nbsp;&#8364; 5 &lt; 6 &bogus; &#99999999999999999999;", "Grüße € 5 < 6 &bogus; \ufffd\n"),
    ("<pre>\n a\n  b</pre>", " a\n  b\n"),
    ("1 < 2 << 3 <", "1 < 2 << 3 <\n"),
    ('<a title="a > b">x', "x\n"),
    ("<b unclosed", "\n"),
    ("a\u2003 b", "a\u2003 b\n"),
])  # fmt: skip
def test_a_reader_gets_the_same(source: str, text: str) -> None:
    assert to_text(source) == text


@given(st.text().map(lambda text: text.replace("\r", "").replace("\u00a0", "")))
def test_a_text_comes_back_out_of_the_html_made_of_it(text: str) -> None:
    assert to_text(from_text(text)).rstrip("\n") == text.rstrip("\n")


@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1), min_size=1), st.data())
def test_no_word_is_lost_whatever_elements_stand_around_it(words: list[str], data: st.DataObject) -> None:
    tags = st.sampled_from(
        ["<p>", "</p>", "<br>", "<td>", "</div>", "<b>", "<li>", "<!-- c -->", "<a href='#'>", " "]
    )
    source = "".join(f"{data.draw(tags)} {stdlib.escape(word)} {data.draw(tags)}" for word in words)
    shown = to_text(source).split()
    at = 0
    for word in words:
        assert word in shown[at:]
        at = shown.index(word, at) + 1


@given(st.lists(st.sampled_from(
    ["<", ">", '"', "'", "<!--", "-->", "<a", "</a>", " href=", "<script>", "</script", "&#", "<pre>", "x", "\n"]
)).map("".join))  # fmt: skip
def test_anything_gives_a_text(source: str) -> None:
    assert to_text(source).endswith("\n")


@pytest.mark.parametrize(
    "hostile", ['<a "', "<a '\">", "<!--", "<!--x>", "<", "<script>", "&#9", "<a href='\">", "<x <"]
)
def test_a_megabyte_of_it_is_read_in_one_pass(hostile: str) -> None:
    assert to_text(hostile * 250_000).endswith("\n")  # quadratic work would take minutes: the limit of a test
