"""DKIM by the example of RFC 8463, by a signer of our own and by dkimpy's."""

from __future__ import annotations

import base64
from collections.abc import Callable

import dkim as dkimpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.infra.net.dkim_keys import verify
from saywhy.wire.auth import canonical, dkim, dkim_signature
from saywhy.wire.auth.canonical import Content
from saywhy.wire.auth.dkim import MAX_SIGNATURES, Dkim, DkimVerdict
from saywhy.wire.auth.lookups import Missing, Question
from tests.wire.auth.answers import Records, verdict
from tests.wire.auth.signing import MESSAGE, ed25519_key, pem, record, rsa_key, signed

NOW = 1_772_442_000.0
KEY = "one._domainkey.dest.test"

# RFC 8463 appendix A: keys and message.
RFC_KEYS: Records = {
    ("TXT", "brisbane._domainkey.football.example.com"): [
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    ],
    ("TXT", "test._domainkey.football.example.com"): [
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
        "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
        "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
        "Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
    ],
}
RFC_MESSAGE = b"""\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")


def check(message: bytes, keys: Records, now: float = NOW) -> tuple[DkimVerdict, ...]:
    return verdict(dkim.check(Content(message), verify, now), keys)


def only(message: bytes, keys: Records, now: float = NOW) -> DkimVerdict:
    [found] = check(message, keys, now)
    return found


def ours(tags: str = "", **options: object) -> tuple[bytes, Records]:
    """A message of ours and the keys of its domain; `tags` of the key record."""
    key = ed25519_key()
    return signed(MESSAGE, key, **options), {("TXT", KEY): [record(key, tags)]}  # type: ignore[arg-type]


def test_the_example_of_rfc_8463_passes_with_both_signatures() -> None:
    assert check(RFC_MESSAGE, RFC_KEYS) == (
        DkimVerdict(Dkim.PASS, "football.example.com", "brisbane"),
        DkimVerdict(Dkim.PASS, "football.example.com", "test"),
    )


@pytest.mark.parametrize(
    ("old", "new", "broken", "body_hash"),
    [
        (b"hungry", b"thirsty", True, True),
        (b"Joe.\r\n", b"Joe.\r\n\r\n.\r\n", True, True),
        (b"Is dinner", b"Was dinner", True, False),
        (b"Date: Fri", b"Date: Sun", True, False),
        (b"Message-ID: <2003", b"Message-ID: <2004", True, False),
        (b"From: Joe", b"From: Moe <moe@football.example.com>\r\nFrom: Joe", True, False),
        (b"hungry yet?\r\n\r\nJoe.\r\n", b"hungry  yet? \r\n\r\nJoe.\t\r\n\r\n\r\n", False, False),
        (b"To: Suzie Q ", b"TO:Suzie\r\n   Q   ", False, False),
        (b"From: Joe", b"X-Added: on the way\r\nFrom: Joe", False, False),
    ],
)
def test_a_change_that_matters_breaks_both_signatures_and_white_space_does_not(
    old: bytes, new: bytes, broken: bool, body_hash: bool
) -> None:
    assert RFC_MESSAGE.count(old) == 1
    for found in check(RFC_MESSAGE.replace(old, new), RFC_KEYS):
        assert (found.result is Dkim.FAIL, found.broken, found.body_hash) == (broken, broken, body_hash)


@pytest.mark.parametrize("form", [b"simple/simple", b"simple/relaxed", b"relaxed/simple", b"relaxed/relaxed"])
@pytest.mark.parametrize(
    "body", [b"", b"\r\n\r\n", b" \r\n", b"a \tb\r\n\r\n", b"no line end", b" \t\r\n x\r\n\r\n"]
)
def test_what_dkimpy_signs_passes_in_every_form(form: bytes, body: bytes) -> None:
    message = MESSAGE.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body
    headers, _, bodies = form.partition(b"/")
    field = dkimpy.sign(message, b"one", b"dest.test", pem(rsa_key()), canonicalize=(headers, bodies))
    assert only(field + message, {("TXT", KEY): [record(rsa_key())]}).result is Dkim.PASS


def test_what_our_signer_signs_passes_at_dkimpy_too() -> None:
    message = signed(MESSAGE, rsa_key())
    keys = {f"{KEY}.".encode(): record(rsa_key()).encode()}
    assert dkimpy.verify(message, dnsfunc=lambda name, timeout=5: keys.get(name))


def test_a_message_without_signature_has_no_verdicts() -> None:
    assert check(MESSAGE, {}) == ()


@pytest.mark.parametrize(
    ("tags", "result", "why"),
    [
        ("", Dkim.PASS, ""),
        ("t=s; ", Dkim.PASS, ""),
        ("s=email:other; h=sha1:sha256; ", Dkim.PASS, ""),
        ("s=other; ", Dkim.PERMERROR, "the key is not for mail"),
        ("h=sha1; ", Dkim.PERMERROR, "the key is not for this hash"),
        ("v=DKIM2; ", Dkim.PERMERROR, "v= stands there twice"),
        ("; ; ", Dkim.PERMERROR, "'' is no tag"),
    ],
)
def test_a_key_record_says_what_the_key_is_for(tags: str, result: Dkim, why: str) -> None:
    found = only(*ours(tags))
    assert (found.result, found.why) == (result, why)


@pytest.mark.parametrize(
    ("records", "result", "why"),
    [
        (Missing.TROUBLE, Dkim.TEMPERROR, "no answer for the key"),
        (Missing.NXDOMAIN, Dkim.PERMERROR, "there is no key"),
        (Missing.NODATA, Dkim.PERMERROR, "there is no key"),
        (["v=DKIM1; k=ed25519; p="], Dkim.PERMERROR, "the key is revoked"),
        (["v=DKIM1; k=ed25519"], Dkim.PERMERROR, "the key record has no key"),
        (["v=DKIM2; k=ed25519; p=AAAA"], Dkim.PERMERROR, "the key record is of another version"),
        (["p=AAAA"], Dkim.PERMERROR, "the key is of another kind"),
        (["k=ed25519; p=AAAA"], Dkim.POLICY, "the key's size is not accepted"),
        (["k=ed25519; p=!!"], Dkim.PERMERROR, "a value is no base64"),
        (["x" * 9000], Dkim.PERMERROR, "the key record is too long"),
    ],
)
def test_a_key_that_cannot_be_used_is_no_pass(records: list[str] | Missing, result: Dkim, why: str) -> None:
    message, _ = ours()
    found = only(message, {("TXT", KEY): records})
    assert (found.result, found.why, found.broken) == (result, why, False)


@pytest.mark.parametrize(("bits", "result"), [(512, Dkim.POLICY), (1024, Dkim.PASS)])
def test_an_rsa_key_below_1024_bits_proves_nothing(bits: int, result: Dkim) -> None:
    key = _small_key() if bits < 1024 else rsa_key(bits)
    message = signed(MESSAGE, rsa_key(1024))
    text = key if isinstance(key, str) else record(key)
    assert only(message, {("TXT", KEY): [text]}).result is result


def _small_key() -> str:
    """A record with an RSA key of 512 bits, which no library makes any more."""
    return (
        "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAM4F2DNBTPsl4sC2RsyKSZ3pZDvqwJoaJKNnGGcCLMCdAZCu"
        "VoxpVyTQC3m2BcxCkjrpWYUMzTuiGTOkFQZXVCMCAwEAAQ=="
    )


def test_an_rsa_key_above_4096_bits_is_not_tried() -> None:
    der = b"\x30\x82\x08\x0a\x02\x82\x08\x01\x00" + b"\xff" * 2048 + b"\x02\x03\x01\x00\x01"
    message = signed(MESSAGE, rsa_key(1024))
    found = only(message, {("TXT", KEY): [f"v=DKIM1; p={base64.b64encode(der).decode()}"]})
    assert found.result in (Dkim.POLICY, Dkim.PERMERROR)
    assert not found.broken


def test_what_is_not_a_key_is_a_permanent_error() -> None:
    found = only(signed(MESSAGE, rsa_key(1024)), {("TXT", KEY): ["p=" + "MIIB" * 20]})
    assert (found.result, found.why) == (Dkim.PERMERROR, "not a key")


def test_a_key_for_its_very_domain_does_not_speak_for_a_subdomain() -> None:
    assert only(*ours(tags="t=s; ")).result is Dkim.PASS
    key = ed25519_key()
    message = signed(MESSAGE, key, tags=" i=@sub.dest.test;")
    assert only(message, {("TXT", KEY): [record(key)]}).result is Dkim.PASS
    found = only(message, {("TXT", KEY): [record(key, "t=s; ")]})
    assert (found.result, found.why) == (Dkim.PERMERROR, "the key is for its very domain only")


def test_a_broken_signature_by_a_key_under_test_counts_as_none() -> None:
    message, keys = ours("t=y; ")
    assert only(message, keys).result is Dkim.PASS
    found = only(message.replace(b"garden", b"cellar"), keys)
    assert (found.result, found.broken) == (Dkim.NEUTRAL, False)


def test_an_expired_signature_is_not_accepted_and_asks_for_no_key() -> None:
    message, keys = ours()
    message = signed(MESSAGE, ed25519_key(), tags=f" x={NOW:.0f};")
    assert only(message, keys, NOW).result is Dkim.PASS
    asked: list[Question] = []
    [found] = verdict(dkim.check(Content(message), verify, NOW + 1), keys, asked)
    assert (found.result, asked) == (Dkim.POLICY, [])


def test_a_length_that_leaves_part_of_the_body_out_is_no_pass() -> None:
    body = b"At ten, in the garden.\r\n\r\nAnn\r\n"
    message = signed(MESSAGE, ed25519_key(), tags=f" l={len(body)};")
    keys: Records = {("TXT", KEY): [record(ed25519_key())]}
    assert only(message, keys).result is Dkim.PASS
    found = only(message + b"and a footer\r\n", keys)
    assert (found.result, found.why) == (Dkim.POLICY, "not all of the body is signed")
    too_long = signed(MESSAGE, ed25519_key(), tags=" l=9999;")
    assert only(too_long, keys).body_hash


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda m: m.replace(b"v=1;", b"v=2;", 1), "v= is not 1"),
        (lambda m: m.replace(b"a=ed25519-sha256", b"a=rsa-sha1", 1), "a=rsa-sha1 proves nothing"),
        (lambda m: m.replace(b"d=dest.test", b"d=dest_test!", 1), "d= or s= is no name"),
        (lambda m: m.replace(b"s=one;", b"s=;", 1), "s= is missing"),
        (lambda m: m.replace(b"s=one;", b"s=one; i=@other.test;", 1), "i= is not within d="),
        (lambda m: m.replace(b"s=one;", b"s=one; q=dns/other;", 1), "q= knows no way to the key"),
        (lambda m: m.replace(b"s=one;", b"s=one; s=two;", 1), "s= stands there twice"),
        (lambda m: m.replace(b"s=one;", b"s=one; x=soon;", 1), "x= is no number"),
        (lambda m: m.replace(b"s=one;", b"s=one; l=-1;", 1), "l= is no number"),
        (lambda m: m.replace(b"c=relaxed/relaxed", b"c=loose", 1), "c= is unknown"),
        (lambda m: m.replace(b"h=From:", b"h=", 1), "h= does not name From"),
        (lambda m: m.replace(b"h=From:", b"h=From:" + b"x:" * 500, 1), "h= names too many fields"),
        (lambda m: m.replace(b"s=one;", b"s=one; z=" + b"x" * 20_000 + b";", 1), "the field is too long"),
        (lambda m: m.replace(b" b=", b" b=!", 1), "a value is no base64"),
    ],
)
def test_a_field_that_is_no_signature_is_passed_over(change: Callable[[bytes], bytes], why: str) -> None:
    message, keys = ours()
    assert change(message) != message
    found = only(change(message), keys)
    assert (found.result, found.why) == (Dkim.NEUTRAL, why)


def test_only_the_first_five_signatures_are_looked_at() -> None:
    message, keys = ours()
    field = message[: -len(MESSAGE)]
    found = check(field * 8 + MESSAGE, keys)
    assert [each.result for each in found] == [Dkim.PASS] * MAX_SIGNATURES


def test_the_value_of_b_is_taken_out_wherever_it_stands_and_nothing_like_it() -> None:
    assert dkim_signature.unsigned(b"DKIM-Signature: b = AB\r\n CD ;bh=+b=;x=b=1\r\n") == (
        b"DKIM-Signature: b =;bh=+b=;x=b=1\r\n"
    )


@pytest.mark.parametrize(
    ("body", "simple", "relaxed"),
    [
        (b"", b"\r\n", b""),
        (b"\r\n\r\n", b"\r\n", b""),
        (b" \t\r\n", b" \t\r\n", b""),
        (b" C \r\nD \t E\r\n\r\n\r\n", b" C \r\nD \t E\r\n", b" C\r\nD E\r\n"),
        (b"end", b"end\r\n", b"end\r\n"),
        (b"end \r\r\n\r\n", b"end \r\r\n", b"end \r\r\n"),
    ],
)
def test_bodies_have_the_forms_of_rfc_6376_section_3_4(body: bytes, simple: bytes, relaxed: bytes) -> None:
    content = Content(b"From: ann@dest.test\r\n\r\n" + body)
    assert (content.simple_body, content.relaxed_body) == (simple, relaxed)


def test_a_header_field_has_the_relaxed_form_of_section_3_4_5() -> None:
    assert canonical.relaxed(b"A: X\r\n") == b"a:X\r\n"
    assert canonical.relaxed(b"B \t: Y\t\r\n\tZ  \r\n") == b"b:Y Z\r\n"


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_content_has_a_verdict_for_each_of_its_signatures(field: bytes, rest: bytes) -> None:
    message = b"DKIM-Signature:" + field + b"\r\nFrom: ann@dest.test\r\n\r\n" + rest
    for found in check(message, {("TXT", KEY): [record(ed25519_key())]}):
        assert found.result is not Dkim.PASS


_TAGS = [
    "v=1",
    "a=rsa-sha256",
    "a=ed25519-sha256",
    "b=AAAA",
    "bh=AAAA",
    "d=dest.test",
    "s=one",
    "h=From",
    "c=relaxed",
    "c=simple/relaxed",
    "l=5",
    "t=1",
    "x=9",
    "i=@dest.test",
    "q=dns/txt",
    "z=*",
    " ",
    "b",
]


@given(st.lists(st.sampled_from(_TAGS)), st.text(max_size=80))
def test_any_tags_and_any_key_record_have_a_verdict(tags: list[str], text: str) -> None:
    message = f"DKIM-Signature: {'; '.join(tags)}\r\nFrom: ann@dest.test\r\n\r\nAt ten.\r\n".encode()
    [found] = check(message, {("TXT", KEY): [text]}, now=5)
    assert found.result is not Dkim.PASS


@given(st.binary(max_size=300).map(lambda octets: octets.replace(b"\n", b"\r\n")))
def test_the_forms_of_a_body_are_their_own_forms(body: bytes) -> None:
    once = Content(b"\r\n" + body)
    assert Content(b"\r\n" + once.simple_body).simple_body == once.simple_body
    assert Content(b"\r\n" + once.relaxed_body).relaxed_body == once.relaxed_body
