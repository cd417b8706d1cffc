"""8-bit messages for servers that take 7 bits only: the same message, or none at all."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.convert.sevenbit import seven_bit


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)  # type: ignore[return-value]


def mail(*lines: str) -> bytes:
    return "\r\n".join(["From: ann@us.test", *lines, ""]).encode()


def test_each_part_of_eight_bits_gets_another_transfer_encoding_and_the_rest_stays() -> None:
    content = mail(
        "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "Content-Transfer-Encoding: 8bit", "",
        "--b", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
        "At ten, behind the cathedral: Grüße", "--b", "", "as it was",
        "--b", "Content-Type: message/rfc822", "", "Subject: x", "MIME-Version: 1.0",
        "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", "<p>Füße", "--b",
        "Content-Type: image/x-odd", "Content-Transfer-Encoding: binary", "", "üüü", "--b--",
    )  # fmt: skip
    made = seven_bit(content)
    assert made is not None
    assert made.isascii()
    assert b"\r\n\r\nas it was\r\n--b\r\n" in made
    root = read(made)
    text, plain, inner, image = root.iter_parts()
    assert text.get_content() == "At ten, behind the cathedral: Grüße"
    assert (text["Content-Transfer-Encoding"], root["Content-Transfer-Encoding"]) == ("quoted-printable", None)
    assert plain.get_content() == "as it was"
    assert inner.get_content().get_content() == "<p>Füße"
    assert (image["Content-Transfer-Encoding"], image.get_content()) == ("base64", "üüü".encode())


def test_text_that_says_nothing_of_itself_says_that_afterwards() -> None:
    made = seven_bit(mail("Subject: x", "", "Grüße"))
    assert made is not None
    assert b"Content-Type: text/plain;\r\n charset=unknown-8bit\r\n" in made
    assert b"MIME-Version: 1.0\r\n" in made
    assert read(made).get_payload(decode=True) == "Grüße\r\n".encode()


@pytest.mark.parametrize("lines", [
    ["Subject: x", "", "seven bits"],
    ["DKIM-Signature: v=1", "", "Grüße"],
    ["Content-Type: multipart/signed; boundary=b", "", "--b", "", "Grüße", "--b--"],
    ["Content-Transfer-Encoding: base64", "", "Grüße"],
])  # fmt: skip
def test_what_needs_nothing_or_must_not_be_touched_stays(lines: list[str]) -> None:
    assert seven_bit(mail(*lines)) is None


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1),
    st.sampled_from(["utf-8", "utf-16", "koi8-r"]),
)
def test_no_text_is_lost(text: str, charset: str) -> None:
    octets = text.replace("\n", "\r\n").encode(charset, "replace")
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n".encode()
    made = seven_bit(head + octets)
    if octets.isascii():
        assert made is None
    else:
        assert made is not None
        assert made.isascii()
        assert (read(made).get_payload(decode=True) or b"").rstrip(b"\r\n") == octets.rstrip(b"\r\n")


@given(st.binary(max_size=300))
def test_any_octets_give_a_message_or_none(octets: bytes) -> None:
    made = seven_bit(octets)
    assert made is None or made
