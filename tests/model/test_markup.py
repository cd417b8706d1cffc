"""The safe part of HTML that system messages may have: what is read, shown as it stands, refused."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model import markup

VALUES = {"recipient": '"<b>x"@corp.example', "code": "5.1.1", "helpdesk": "a & b"}


class Seen(HTMLParser):
    """What a browser makes of it: the tags with their attributes, in order, and the words."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.links += [value or "" for _, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words += data


def seen(text: str, values: dict[str, str] | None = None) -> Seen:
    browser = Seen()
    browser.feed(markup.to_html(text, VALUES if values is None else values))
    browser.close()
    return browser


def test_the_five_tags_and_four_entities_are_read() -> None:
    text = 'No <B>one</b> <em>here</EM>.<BR>1 &lt; 2 &amp; &quot;x&quot; &gt;<P>See <A HREF="https://h.example/">us</A></P>'
    assert markup.lines(text, {}) == ["No one here.", '1 < 2 & "x" >', "", "See us <https://h.example/>"]
    assert markup.to_html(text, {}) == (
        "No <b>one</b> <em>here</em>.<br>\n1 &lt; 2 &amp; &quot;x&quot; &gt;<br>\n<br>\n"
        'See <a href="https://h.example/">us</a>'
    )
    assert not list(markup.faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://h.example/" onclick="x()">x</a>',
        "<a href=https://h.example/>x</a>",
        '<b style="x">x</b>',
        "<a>x</a>",
        '<a href="">x</a>',
        "<i>x</i>",
    ],
)
def test_anything_else_is_shown_as_it_stands_and_refused(text: str) -> None:
    assert list(markup.faults(text))
    assert not {"script", "img", "i"} & set(seen(text).tags)
    assert not seen(text).links
    assert html.escape(re.match(r"<[^>]*>", text)[0]) in markup.to_html(text, {})  # type: ignore[index]


def test_a_value_is_never_read_as_html() -> None:
    assert markup.to_html("{recipient} {helpdesk}", VALUES) == ("&quot;&lt;b&gt;x&quot;@corp.example a &amp; b")
    link = seen('<a href="https://h.example/?to={recipient}&c={code}">x</a>')
    assert not seen('<a href="{recipient}">x</a>').links
    assert link.links == ["https://h.example/?to=%22%3Cb%3Ex%22@corp.example&c=5.1.1"]


def test_a_placeholder_that_is_none_stays_and_is_refused() -> None:
    assert markup.lines("{code} {nobody} {}", VALUES) == ["5.1.1 {nobody} {}"]
    assert list(markup.faults("{nobody}")) == ["there is no placeholder {nobody}"]


def test_tags_that_cross_are_put_in_order_and_refused() -> None:
    assert seen("<b>x<em>y</b>z</em>").tags == ["b", "em", "/em", "/b"]
    assert list(markup.faults("<b>x<em>y</b>z</em>"))
    assert seen("</b>x<b>").tags == ["b", "/b"]


def test_a_text_may_have_512_characters_tags_included() -> None:
    assert not list(markup.faults(f"<b>{'x' * 505}</b>"))
    assert list(markup.faults(f"<b>{'x' * 506}</b>")) == ["it has 513 characters"]


pieces = st.sampled_from(
    ["<b>", "</b>", "<em>", "</em>", "<br>", "<p>", "</p>", '<a href="https://h.example/{code}">', "</a>", "<",
     ">", "&", "&lt;", "{recipient}", "{x}", "<i>", "<a", " ", "x", '"', "<script>",
     "<a href='mailto:x@y.example'>"]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=5), max_size=30).map("".join), st.text(max_size=10))
def test_whatever_is_written_the_html_has_balanced_tags_of_the_five_kinds(text: str, recipient: str) -> None:
    found = seen(text, {"recipient": recipient, "code": "5.1.1"})
    stack: list[str] = []
    for tag in found.tags:
        if tag.startswith("/"):
            assert stack.pop() == tag[1:]
        elif tag != "br":
            stack.append(tag)
    assert not stack
    assert set(found.tags) <= {"b", "em", "br", "a", "/b", "/em", "/a"}
    assert all(link.startswith(("https://h.example/", "mailto:x@y.example")) for link in found.links)


@given(st.text(max_size=200))
def test_what_is_no_markup_comes_out_as_it_went_in(text: str) -> None:
    plain = html.escape(text, quote=False).replace("{", "")
    wanted = " ".join(text.replace("{", "").split())
    assert " ".join(" ".join(markup.lines(plain, {})).split()) == wanted
