"""AUTH at the server engine: PLAIN and LOGIN, on offer only where the driver offers them, never written down."""

from __future__ import annotations

import base64

import pytest

from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.server import Offer
from tests.wire.smtp.dialogue import Driver, failure, serving

OFFER = Offer("foo.com", auth=("PLAIN", "LOGIN"))
CREDENTIALS = ev.Auth("PLAIN", "tim", "tanstaaftanstaaf", "")


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


TOKEN = b64("\0tim\0tanstaaftanstaaf")


def greeted(offer: Offer = OFFER) -> Driver:
    driver = serving(offer=offer)
    driver.feed(b"EHLO bar.com\r\n")
    return driver


def test_plain_with_an_initial_response() -> None:
    driver = greeted()
    assert driver.feed(b"AUTH PLAIN " + TOKEN + b"\r\n") == "235 2.7.0 Authentication successful\r\n"
    assert driver.events[-1] == CREDENTIALS


def test_plain_after_an_empty_challenge() -> None:
    driver = greeted()
    assert driver.feed(b"auth plain\r\n") == "334 \r\n"
    assert driver.feed(TOKEN + b"\r\n").startswith("235 ")
    assert driver.events[-1] == CREDENTIALS


def test_plain_with_an_authorization_identity() -> None:
    driver = greeted()
    driver.feed(b"AUTH PLAIN " + b64("boss\0tim\0pässword") + b"\r\n")
    assert driver.events[-1] == ev.Auth("PLAIN", "tim", "pässword", "boss")


def test_login_asks_for_name_and_password() -> None:
    driver = greeted()
    assert driver.feed(b"AUTH LOGIN\r\n") == "334 VXNlcm5hbWU6\r\n"
    assert driver.feed(b64("tim") + b"\r\n") == "334 UGFzc3dvcmQ6\r\n"
    assert driver.feed(b64("secret") + b"\r\n").startswith("235 ")
    assert driver.events[-1] == ev.Auth("LOGIN", "tim", "secret", "")


def test_login_with_the_name_at_once() -> None:
    driver = greeted()
    assert driver.feed(b"AUTH LOGIN " + b64("tim") + b"\r\n") == "334 UGFzc3dvcmQ6\r\n"
    driver.feed(b64("secret") + b"\r\n")
    assert driver.events[-1] == ev.Auth("LOGIN", "tim", "secret", "")


def test_a_star_cancels() -> None:
    driver = greeted()
    driver.feed(b"AUTH LOGIN\r\n")
    assert driver.feed(b"*\r\nNOOP\r\n") == "501 5.7.0 Authentication cancelled\r\n250 2.0.0 OK\r\n"


@pytest.mark.parametrize(
    "response",
    [
        b"!!!",
        b"=AAA",
        b"AAA=BBB",
        b"QQ",
        b"=",
        b64("no nul"),
        b64("\0tim\0"),
        b64("\0\0pw"),
        b64("a\0b\0c\0d"),
        b"/w==",
    ],
)
def test_what_cannot_be_decoded_is_501_5_5_2(response: bytes) -> None:
    assert greeted().feed(b"AUTH PLAIN " + response + b"\r\n").startswith("501 5.5.2 ")


def test_a_response_over_12288_octets_is_500_5_5_6() -> None:
    driver = greeted()
    driver.feed(b"AUTH PLAIN\r\n")
    assert driver.feed(b"A" * 12287 + b"\r\nNOOP\r\n").splitlines() == [
        "500 5.5.6 Authentication exchange line is too long",
        "250 2.0.0 OK",
    ]


def test_a_response_with_a_bare_lf_is_refused() -> None:
    driver = greeted()
    driver.feed(b"AUTH PLAIN\r\n")
    assert driver.feed(TOKEN + b"\n").startswith("500 5.5.2 ")
    assert not driver.of(ev.Auth)


def test_an_unknown_mechanism_is_504_5_7_4() -> None:
    driver = greeted()
    assert driver.feed(b"AUTH CRAM-MD5\r\n") == "504 5.7.4 Unrecognized authentication type\r\n"
    assert driver.feed(b"AUTH\r\n") == "504 5.7.4 Unrecognized authentication type\r\n"
    assert driver.failures[0].cause == "mechanism-unknown"


def test_before_tls_auth_asks_for_starttls() -> None:
    driver = greeted(Offer("foo.com", starttls=True))
    assert driver.feed(b"AUTH PLAIN " + TOKEN + b"\r\n").startswith("538 5.7.11 Encryption required")
    assert driver.failures[0].cause == "tls-required"
    assert TOKEN.decode() not in repr(driver.failures[0])


def test_auth_not_on_offer_is_not_implemented() -> None:
    assert greeted(Offer("foo.com")).feed(b"AUTH PLAIN x\r\n") == "502 5.5.1 Command not implemented\r\n"


def test_a_second_sign_in_is_out_of_order() -> None:
    driver = greeted()
    driver.feed(b"AUTH PLAIN " + TOKEN + b"\r\n")
    assert driver.feed(b"AUTH PLAIN " + TOKEN + b"\r\n") == "503 5.5.1 Already authenticated\r\n"


def test_a_refused_sign_in_may_be_tried_again() -> None:
    driver = greeted()
    driver.no = lambda event: failure(535, "5.7.8", "Authentication failed")
    assert driver.feed(b"AUTH PLAIN " + TOKEN + b"\r\n") == "535 5.7.8 Authentication failed\r\n"
    driver.no = lambda event: None
    assert driver.feed(b"AUTH PLAIN " + TOKEN + b"\r\n").startswith("235 ")


@pytest.mark.parametrize(
    "dialogue",
    [
        [b"AUTH PLAIN " + TOKEN],
        [b"AUTH PLAIN", TOKEN],
        [b"AUTH LOGIN", b64("tim"), TOKEN],
        [b"AUTH LOGIN " + b64("tim"), TOKEN],
        [b"auth  plain " + TOKEN],
        [b"AUTH\tPLAIN " + TOKEN],
        [b"AUTH CRAM-MD5", TOKEN, TOKEN],
        [b"AUTH PLAIN", b"*", TOKEN],
        [b"AUTH PLAIN " + TOKEN + b"\nx"],
    ],
)
def test_credentials_are_in_no_transcript_failure_or_repr(dialogue: list[bytes]) -> None:
    driver = greeted()
    driver.no = lambda event: failure(535, "5.7.8", "No") if isinstance(event, ev.Auth) else None
    for line in dialogue:
        driver.feed(line + b"\r\n")
    shown = "\n".join(driver.engine.transcript) + repr(driver.failures) + repr(driver.of(ev.Auth))
    assert TOKEN.decode() not in shown
    assert "tanstaaf" not in shown
