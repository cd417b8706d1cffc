"""Conversion: nothing that nobody demands, golden messages for what is, and no loss where none must be."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.form import ContentType, Form
from saywhy.wire.convert import texts
from saywhy.wire.convert.budget import Work
from saywhy.wire.convert.charsets import Charsets
from saywhy.wire.convert.convert import MAX_DEPTH, MAX_PARTS, Converted, convert
from saywhy.wire.convert.errors import CannotConvert, Damaged, NoCodec, NoText, Prohibited, TooMuch, WrongMedia

GOLDEN = Path(__file__).parent / "golden"
TEXT, HTML = Form(ContentType.TEXT), Form(ContentType.HTML)
PLAIN = Form(plain=True)


def mail(*lines: str) -> bytes:
    return "\r\n".join(["From: ann@worcester.example", "MIME-Version: 1.0", *lines, ""]).encode(
        "utf-8", "surrogateescape"
    )


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[return-value]


LETTER = (GOLDEN / "letter.eml").read_bytes()


@pytest.mark.parametrize(("name", "form", "done"), [
    ("text", TEXT, "text/html left out"),
    ("html", HTML, "text/plain left out"),
    ("latin", Form(charset="iso-8859-1"), "charset utf-8 to iso-8859-1"),
    ("plain", PLAIN, "multipart/mixed to one text/plain"),
    ("media", Form(media=("text/plain", "application/pdf")), "text/html left out"),
])  # fmt: skip
def test_the_letter_in_each_form_is_as_it_was_looked_at(name: str, form: Form, done: str) -> None:
    made = convert(LETTER, form)
    assert made.content == (GOLDEN / f"{name}.eml").read_bytes()
    assert made.done == (done,)


def test_nothing_demanded_is_nothing_done() -> None:
    assert convert(LETTER, Form()) == Converted(LETTER)


@pytest.mark.parametrize("form", [TEXT, HTML, Form(charset="iso-8859-1"), PLAIN], ids=str)
def test_what_is_in_the_form_already_is_not_touched_again(form: Form) -> None:
    once = convert(LETTER, form)
    assert once.done
    assert convert(once.content, form) == Converted(once.content)


@pytest.mark.parametrize("type_", ["signed", "encrypted", "report"])
def test_what_is_signed_sealed_or_a_report_stays_whole(type_: str) -> None:
    content = mail(
        f"Content-Type: multipart/{type_}; boundary=b", "", "--b", "Content-Type: text/html", "", "<p>x", "--b--"
    )
    assert convert(content, TEXT).content == content
    assert convert(content, Form(charset="utf-16", tnef=False)).content == content


def test_a_signature_falls_only_for_who_can_read_nothing_but_text() -> None:
    content = mail(
        "Content-Type: multipart/signed; boundary=b", "", "--b", "Content-Type: text/plain", "", "At ten.",
        "--b", "Content-Type: application/pgp-signature", "", "sig", "--b--",
    )  # fmt: skip
    made = convert(content, PLAIN)
    assert read(made.content).get_content() == "At ten.\r\n"
    assert made.lost == ("the signature",)


def test_a_file_that_is_text_keeps_its_octets() -> None:
    content = mail("Content-Type: text/plain; charset=x-none", "Content-Disposition: attachment", "", "x\udcff")
    assert convert(content, Form(ContentType.HTML, charset="utf-8")).content == content


# -- charsets --


def test_a_charset_without_a_codec_is_named_only_where_it_must_be_read() -> None:
    content = mail("Content-Type: text/plain; charset=x-cp-unknown", "", "Gr\udcfc\udcdfe")
    assert convert(content, TEXT).content == content
    for form in (HTML, Form(charset="utf-8")):
        with pytest.raises(NoCodec) as caught:
            convert(content, form)
        assert (caught.value.charset, caught.value.disabled) == ("x-cp-unknown", False)


def test_an_alias_gives_an_unknown_charset_its_codec() -> None:
    content = mail("Content-Type: text/plain; charset=X-CP-Unknown", "", "Gr\udcfc\udcdfe")
    made = convert(content, Form(charset="utf-8"), Charsets({"x-cp-unknown": "windows-1252"}))
    assert read(made.content).get_content() == "Grüße\r\n"


@pytest.mark.parametrize("name", ["koi8-r", "koi8_r", "KOI8-R"])
def test_a_charset_that_is_switched_off_is_refused_by_any_of_its_names(name: str) -> None:
    content = mail(f"Content-Type: text/plain; charset={name}", "", "\udcf0\udcf2")
    with pytest.raises(NoCodec) as caught:
        convert(content, Form(charset="utf-8"), Charsets(disabled=frozenset({"koi8-r"})))
    assert caught.value.disabled


def test_characters_that_the_charset_lacks_are_counted_and_html_spells_them() -> None:
    plain = convert(mail("Content-Type: text/plain; charset=utf-8", "", "5 € ½ €"), Form(charset="iso-8859-1"))
    assert read(plain.content).get_content() == "5 ? ½ ?\r\n"
    assert plain.lost == ("1 characters that are not in iso-8859-1",)
    html = convert(mail("Content-Type: text/html; charset=utf-8", "", "5 €"), Form(charset="iso-8859-1"))
    assert (read(html.content).get_content(), html.lost) == ("5 &#8364;\r\n", ())


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0")),
    st.sampled_from(["utf-8", "iso-8859-15", "windows-1251", "iso-2022-jp", "shift_jis", "gb18030"]),
    st.sampled_from(["utf-8", "utf-16", "koi8-r", "big5", "gb18030"]),
)
def test_no_text_is_lost_that_the_charset_can_hold(text: str, wanted: str, written: str) -> None:
    text = text.encode(written, "ignore").decode(written)
    body = base64.encodebytes(text.encode(written)).replace(b"\n", b"\r\n")
    head = f"Content-Type: text/plain; charset={written}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    made = convert(head.encode() + body, Form(charset=wanted))
    part = read(made.content)
    got = (part.get_payload(decode=True) or b"").decode(part.get_content_charset() or "ascii")
    kept = text.encode(wanted, "replace").decode(wanted)
    assert got.replace("\r\n", "\n").rstrip("\n") == kept.replace("\r\n", "\n").rstrip("\n")
    assert bool(made.lost) == (kept != text)


# -- what cannot be converted --


@pytest.mark.parametrize(("lines", "why"), [
    (["Content-Type: text/html", "Content-Transfer-Encoding: base64", "", "PGI+eDwvY"], "cut off behind 9"),
    (["Content-Type: text/html", "Content-Transfer-Encoding: base64", "", "PGI=eD"], "cut off behind 3"),
    (["Content-Type: text/html", "Content-Transfer-Encoding: x-uuencode", "", "M"], "is called x-uuencode"),
    (["Content-Type: multipart/mixed; boundary=b", "", "no such line"], "no part of it"),
    (["Content-Type: multipart/mixed", "", "--b", "", "x"], "no part of it"),
])  # fmt: skip
def test_damage_where_it_matters_is_named(lines: list[str], why: str) -> None:
    with pytest.raises(Damaged, match=why):
        convert(mail(*lines), TEXT)


@pytest.mark.parametrize("base64", ["PGI+eA==", "PGI+\r\neA==", "PGI+eA==\r\n"])
def test_whole_base64_is_none_of_it(base64: str) -> None:
    made = convert(mail("Content-Type: text/html", "Content-Transfer-Encoding: base64", "", base64), TEXT)
    assert read(made.content).get_content() == "x\r\n"


def nested(depth: int) -> bytes:
    lines = []
    for level in range(depth):
        lines += [f"Content-Type: multipart/mixed; boundary=b{level}x", "", f"--b{level}x"]
    return mail(*lines, "Content-Type: text/html", "", "<p>deep")


def test_parts_may_be_nested_up_to_a_limit() -> None:
    assert convert(nested(MAX_DEPTH), TEXT).done
    with pytest.raises(Damaged, match=f"more than {MAX_DEPTH} deep"):
        convert(nested(MAX_DEPTH + 1), TEXT)


def test_too_many_parts_and_too_long_a_text_are_told_with_their_limit() -> None:
    many = mail("Content-Type: multipart/mixed; boundary=b", "", *(["--b", "", "x"] * (MAX_PARTS + 1)), "--b--")
    with pytest.raises(TooMuch) as caught:
        convert(many, HTML)
    assert caught.value.observed > caught.value.limit == MAX_PARTS
    with pytest.raises(TooMuch) as caught:
        convert(mail("Content-Type: text/html", "", "x" * (Work.TEXT.limit + 1)), TEXT)
    assert caught.value.observed > caught.value.limit == Work.TEXT.limit


def test_the_texts_of_a_message_are_too_long_together() -> None:
    text = "x" * (Work.TEXT.limit // 2)
    several = ["--b", "Content-Type: text/html", "", text]
    head = "Content-Type: multipart/mixed; boundary=b", ""
    assert convert(mail(*head, *several * 2, "--b--"), TEXT).done
    with pytest.raises(TooMuch, match="characters of its texts") as caught:
        convert(mail(*head, *several * 3, "--b--"), TEXT)
    assert caught.value.limit == Work.TEXT.limit


def test_a_part_is_looked_at_as_often_however_deep_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    real = texts.is_body
    monkeypatch.setattr(texts, "is_body", lambda part: seen.append(part) or real(part))
    counts = []
    for depth in (2, MAX_DEPTH):
        seen.clear()
        assert convert(nested(depth).replace(b"mixed", b"alternative"), TEXT).done
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 3


def test_characters_that_a_charset_does_not_have_are_looked_for_within_bounds() -> None:
    text = "".join(map(chr, range(0x10000, 0x10000 + Work.DISTINCT.limit // 2 + 1)))
    head = "Content-Type: multipart/mixed; boundary=b", ""
    part = ["--b", "Content-Type: text/plain; charset=utf-8", "", text]
    with pytest.raises(TooMuch, match="different characters") as caught:
        convert(mail(*head, *part * 2, "--b--"), Form(charset="koi8-r"))
    assert caught.value.observed > caught.value.limit == Work.DISTINCT.limit


def test_plain_text_out_of_a_message_without_any_is_not_to_be_had() -> None:
    picture = mail(
        "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: image/png", "", "x", "--b--"
    )
    with pytest.raises(NoText, match="image/png"):
        convert(picture, PLAIN)


@pytest.mark.parametrize("field", ["Conversion: Prohibited", "Conversion-With-Loss: prohibited"])
def test_a_message_that_forbids_it_is_not_converted(field: str) -> None:
    html = mail(field, "Content-Type: text/html", "", "<p>x")
    with pytest.raises(Prohibited, match=field.partition(":")[0]):
        convert(html, TEXT)
    assert convert(html, HTML).content == html
    harmless = convert(mail(field, "Content-Type: text/plain", "", "x"), HTML) if "Loss" in field else None
    assert harmless is None or harmless.done


def test_a_media_type_that_is_not_taken_is_named() -> None:
    with pytest.raises(WrongMedia) as caught:
        convert(LETTER, Form(media=("text/*",)))
    assert caught.value.media == "application/pdf"


PIECES = """Content-Type: multipart/mixed; boundary=b
    Content-Type: multipart/alternative; boundary=b
    Content-Type: multipart/related; boundary=c
    Content-Type: multipart/signed; boundary=b
    Content-Type: text/plain
    Content-Type: text/plain; charset=\udcff
    Content-Type: text/html; charset=utf-7
    Content-Type: text/html; charset=hz
    Content-Type: application/ms-tnef
    Content-Type: message/rfc822
    Content-Type: ;;==
    Content-Disposition: attachment; filename=x
    Content-Transfer-Encoding: base64
    Content-Transfer-Encoding: quoted-printable
    From nobody
    --b
    --b--
    --c
    PGI+eA==
    eJ8+IgEA
    =C3=
    <a href=
    \udcff x"""
LINES = st.sampled_from([*PIECES.replace("\n    ", "\n").split("\n"), "", "", " folded", "x" * 80])
FORMS = st.builds(
    Form,
    st.sampled_from(ContentType),
    st.sampled_from(["", "utf-8", "iso-8859-1", "iso-2022-jp"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([(), ("text/plain",), ("text/html", "image/*"), ("*/*",)]),
)


@given(st.lists(LINES, max_size=30), FORMS)
def test_hostile_mime_is_converted_into_what_parses_or_refused(lines: list[str], form: Form) -> None:
    try:
        made = convert(mail(*lines), form)
    except CannotConvert:
        return
    assert made.content == mail(*lines) or made.done
    parsed = read(made.content)
    assert parsed["From"] == "ann@worcester.example"
    if form.plain:
        assert not parsed.is_multipart()
    assert b"\n" not in made.content.replace(b"\r\n", b"")
    assert convert(made.content, Form()).content == made.content


@given(st.binary(max_size=400), FORMS)
def test_any_octets_are_converted_or_refused(octets: bytes, form: Form) -> None:
    with contextlib.suppress(CannotConvert):
        convert(octets, form)
