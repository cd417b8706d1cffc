"""Addresses: RFC 5321 section 4.1.2, RFC 6531 section 3.3; hostile spellings; what two spellings share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.address import Address, AddressError, check_domain, domain_key, literal_ip
from tests.model.strategies import address_texts, addresses, domains


@pytest.mark.parametrize(
    ("text", "local", "domain"),
    [
        ("jethro@worcester.example", "jethro", "worcester.example"),
        ("a.b.c@x", "a.b.c", "x"),
        ("!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~", "x.example"),
        ('"quoted local"@x.example', "quoted local", "x.example"),
        ('"a@b"@x.example', "a@b", "x.example"),
        (r'"say \"why\""@x.example', 'say "why"', "x.example"),
        (r'"back\\slash"@x.example', "back\\slash", "x.example"),
        ('""@x.example', "", "x.example"),
        ("user@[192.0.2.1]", "user", "[192.0.2.1]"),
        ("user@[IPv6:2001:db8::1]", "user", "[IPv6:2001:db8::1]"),
        ("jürgen@bücher.example", "jürgen", "bücher.example"),
        ("用户@例子.example", "用户", "例子.example"),
        ("user@123.45", "user", "123.45"),
        ("user@xn--bcher-kva.example", "user", "xn--bcher-kva.example"),
    ],
)
def test_an_address_is_taken_apart(text: str, local: str, domain: str) -> None:
    assert Address.parse(text) == Address(local, domain)


def test_quotes_that_are_not_needed_go() -> None:
    assert str(Address.parse(r'"jeth\ro"@x.example')) == "jethro@x.example"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "domain"),
        ("jethro", "domain"),
        ("jethro@", "domain"),
        ("@x.example", "local part"),
        ("a..b@x.example", "local part"),
        (".a@x.example", "local part"),
        ("a.@x.example", "local part"),
        ("a b@x.example", "local part"),
        ("a,b@x.example", "local part"),
        ("<a>@x.example", "local part"),
        ("a\r\nRCPT TO:<b>@x.example", "local part"),
        ("a\x00@x.example", "local part"),
        ('"unclosed@x.example', "local part"),
        ('"a"b@x.example', "local part"),
        ('"a\rb"@x.example', "local part"),
        ('"a\\', "local part"),
        ("a@@x.example", "domain"),
        ("a@b@x.example", "domain"),
        ("a@x..example", "domain"),
        ("a@x.example.", "domain"),
        ("a@-x.example", "domain"),
        ("a@x_y.example", "domain"),
        ("a@x y.example", "domain"),
        ("a@x.example\n", "domain"),
        ("a@" + "b" * 64 + ".example", "domain"),
        ("a@☃.example", "domain"),
        ("a@192.0.2.1]", "domain"),
        ("a@[192.0.2.1", "domain"),
        ("a@[192.0.2.256]", "domain"),
        ("a@[2001:db8::1]", "domain"),
        ("a@[IPv6:192.0.2.1]", "domain"),
        ("a@[]", "domain"),
        ("a@[IPv6:fe80::1%eth0]", "domain"),
        ("a" * 65 + "@x.example", "length"),
        ("ü" * 33 + "@x.example", "length"),
        ("a@" + ".".join(["b" * 60] * 5), "length"),
    ],
)
def test_what_is_no_address_is_refused_naming_the_part(text: str, part: str) -> None:
    with pytest.raises(AddressError) as caught:
        Address.parse(text)
    assert caught.value.part == part
    assert str(caught.value)


def test_a_literal_cannot_carry_a_line_break_in_an_ipv6_zone() -> None:
    with pytest.raises(AddressError):
        Address.parse("a@[IPv6:::1%\r\nRCPT TO:<x>]")
    assert literal_ip("[IPv6:::1%x]") is None


def test_text_that_cannot_be_written_as_utf_8_is_no_address() -> None:
    with pytest.raises(AddressError):
        Address.parse("\ud800@x.example")


def test_the_longest_parts_that_rfc_5321_allows_are_taken() -> None:
    assert Address.parse("a" * 64 + "@x.example").local == "a" * 64
    domain = ".".join(["b" * 60] * 3) + "." + "c" * 6
    text = "a" * 64 + "@" + domain
    assert len(text) == 254
    assert str(Address.parse(text)) == text
    with pytest.raises(AddressError):
        Address.parse("a" + text[: 64 - 1] + "b" + text[64:])


@given(address_texts())
def test_what_an_address_is_written_as_parses_back_to_it(text: str) -> None:
    address = Address.parse(text)
    assert Address.parse(str(address)) == address


@given(st.text())
def test_no_text_gets_anything_but_an_address_or_an_address_error(text: str) -> None:
    try:
        address = Address.parse(text)
    except AddressError:
        return
    assert Address.parse(str(address)) == address
    assert not set("\r\n\x00") & set(str(address))


@given(addresses())
def test_the_key_of_a_key_is_itself(address: Address) -> None:
    local, _, domain = address.key.rpartition("@")
    again = Address(_unquoted(local), domain)
    assert again.key == address.key
    assert domain.isascii()


def _unquoted(local: str) -> str:
    if not local.startswith('"'):
        return local
    return local[1:-1].replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jethro@Worcester.Example", "jethro@worcester.example"),
        ('"jethro"@x.example', "jethro@x.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.example", "a@bücher.example"),
        ("a@bu\u0308cher.example", "a@bücher.example"),
        ("a@例子\u3002example", "a@例子.example"),
        ("a@\u212aent.example", "a@kent.example"),
        ("ju\u0308rgen@x.example", "JÜRGEN@x.example"),
    ],
)
def test_spellings_of_one_mailbox_share_their_key(one: str, other: str) -> None:
    assert Address.parse(one).key == Address.parse(other).key


def test_different_mailboxes_have_different_keys() -> None:
    texts = ["a@x.example", "a@y.example", "b@x.example", '"a@x"@x.example', '"a "@x.example', "a@straße.example"]
    assert len({Address.parse(text).key for text in texts}) == len(texts)


@given(domains())
def test_the_key_of_a_domain_is_stable_and_ascii(domain: str) -> None:
    check_domain(domain)
    key = domain_key(domain)
    assert key.isascii()
    assert domain_key(key) == key


def test_an_address_says_whether_it_needs_smtputf8() -> None:
    assert Address.parse("a@xn--bcher-kva.example").is_ascii
    assert not Address.parse("a@bücher.example").is_ascii
    assert not Address.parse("ü@x.example").is_ascii


def test_an_address_literal_is_recognised() -> None:
    assert Address.parse("a@[192.0.2.1]").is_literal
    assert str(literal_ip("[ipv6:2001:DB8::1]")) == "2001:db8::1"
    assert literal_ip("192.0.2.1") is None
    assert literal_ip("[x.example]") is None


def test_a_long_hostile_quoted_string_is_refused_at_once() -> None:
    with pytest.raises(AddressError):
        Address.parse('"' + "\\" * 240)
    with pytest.raises(AddressError):
        Address.parse('"' + "a" * 10_000_000)
