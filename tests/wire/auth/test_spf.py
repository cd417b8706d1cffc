"""SPF by cases of our own, one for each rule of RFC 7208 that a record can run into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.auth import spf, spf_record
from saywhy.wire.auth.lookups import Missing, Question
from saywhy.wire.auth.spf import Spf, SpfVerdict
from tests.wire.auth.answers import Records, answer, verdict

IP = "192.0.2.7"


def check(
    records: Records, *, ip: str = IP, helo: str = "mx.dest.test", sender: str = "ann@dest.test"
) -> SpfVerdict:
    local, _, domain = sender.rpartition("@")
    return verdict(spf.check(ip, helo, local, domain), records)


def of(record: str, more: Records | None = None, *, ip: str = IP, sender: str = "ann@dest.test") -> Spf:
    return check({("TXT", "dest.test"): [record], **(more or {})}, ip=ip, sender=sender).result


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1", Spf.NEUTRAL),
        ("v=spf1 -all", Spf.FAIL),
        ("V=SPF1 ~ALL", Spf.SOFTFAIL),
        ("v=spf1 ?all", Spf.NEUTRAL),
        ("v=spf1 +all", Spf.PASS),
        ("v=spf1  ip4:192.0.2.7   -all", Spf.PASS),
        ("v=spf1 ip4:192.0.2.0/24 -all", Spf.PASS),
        ("v=spf1 ip4:192.0.2.7/0 -all", Spf.PASS),
        ("v=spf1 ip4:198.51.100.0/24 -all", Spf.FAIL),
        ("v=spf1 ip6:2001:db8::/32 -all", Spf.FAIL),
        ("v=spf1 -ip4:192.0.2.7 +all", Spf.FAIL),
        ("v=spf1 unknown=is.left/out -all", Spf.FAIL),
        ("v=spf1 exp=why.dest.test -all", Spf.FAIL),
        ("v=spf10 -all", Spf.NONE),
        ("v=spf2.0/pra -all", Spf.NONE),
        ("spf1 -all", Spf.NONE),
    ],
)
def test_a_record_without_look_ups_is_read_from_left_to_right(record: str, result: Spf) -> None:
    assert of(record) is result


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 all:dest.test",
        "v=spf1 mystery -all",
        "v=spf1 ip4:192.0.2.300 -all",
        "v=spf1 ip4:192.0.2.0/33 -all",
        "v=spf1 ip4:192.0.2.0/08 -all",
        "v=spf1 ip4 -all",
        "v=spf1 ip6:::1%eth0 -all",
        "v=spf1 include -all",
        "v=spf1 include: -all",
        "v=spf1 exists:/24 -all",
        "v=spf1 a:dest.test/ -all",
        "v=spf1 a:dest.test/24/64 -all",
        "v=spf1 a/24//129 -all",
        "v=spf1 a:nodots -all",
        "v=spf1 a:numbers.123 -all",
        "v=spf1 exists:%{x}.dest.test -all",
        "v=spf1 exists:%{i}%(d).dest.test -all",
        "v=spf1 exists:%{d0}.dest.test -all",
        "v=spf1 redirect=a.test redirect=b.test",
        "v=spf1 exp=a.test exp=b.test -all",
        "v=spf1 -all mistake.later",
        "v=spf1 caf\u00e9 -all",
        "v=spf1 " + "ip4:192.0.2.7 " * 1000,
    ],
)
def test_one_mistake_anywhere_makes_the_record_an_error(record: str) -> None:
    assert of(record) is Spf.PERMERROR


def test_two_records_are_an_error() -> None:
    found = check({("TXT", "dest.test"): ["v=spf1 -all", "v=spf1 +all", "something else"]})
    assert (found.result, found.why) == (Spf.PERMERROR, "dest.test has 2 records")


def test_a_domain_that_does_not_exist_has_no_verdict_and_says_so() -> None:
    assert check({}) == SpfVerdict(Spf.NONE, "dest.test", exists=False)
    assert check({("TXT", "dest.test"): Missing.NODATA}) == SpfVerdict(Spf.NONE, "dest.test")


def test_a_record_that_cannot_be_had_now_is_a_temporary_error() -> None:
    assert check({("TXT", "dest.test"): Missing.TROUBLE}).result is Spf.TEMPERROR


@pytest.mark.parametrize(
    "domain", ["localhost", "[192.0.2.7]", "a..test", "x" * 64 + ".test", "a." * 127 + "test"]
)
def test_what_is_no_domain_name_has_no_verdict(domain: str) -> None:
    assert check({}, sender=f"ann@{domain}").result is Spf.NONE


def test_a_null_reverse_path_is_judged_by_helo() -> None:
    zone: Records = {
        ("TXT", "mx.dest.test"): ["v=spf1 exists:%{l}.%{o} -all"],
        ("A", "postmaster.mx.dest.test"): [IP],
    }
    assert check(zone, sender="") == SpfVerdict(Spf.PASS, "mx.dest.test", helo=True)


def test_a_and_mx_ask_for_the_clients_family_and_take_prefixes() -> None:
    zone: Records = {
        ("A", "dest.test"): ["192.0.2.1"],
        ("AAAA", "dest.test"): ["2001:db8::1"],
        ("MX", "dest.test"): ["mx1.dest.test", "mx2.dest.test"],
        ("A", "mx1.dest.test"): ["198.51.100.1"],
        ("A", "mx2.dest.test"): [IP],
    }
    assert of("v=spf1 a -all", zone) is Spf.FAIL
    assert of("v=spf1 a/24 -all", zone) is Spf.PASS
    assert of("v=spf1 a:dest.test//64 -all", zone) is Spf.FAIL
    assert of("v=spf1 a//64 -all", zone, ip="2001:db8::ffff") is Spf.PASS
    assert of("v=spf1 mx -all", zone) is Spf.PASS
    assert of("v=spf1 mx -all", zone, ip="::ffff:192.0.2.7") is Spf.PASS
    assert of("v=spf1 mx:dest.test/28 -all", zone, ip="198.51.100.14") is Spf.PASS


def test_include_matches_only_on_a_pass_and_needs_a_record() -> None:
    zone: Records = {("TXT", "good.test"): ["v=spf1 ip4:192.0.2.7 -all"], ("TXT", "bad.test"): ["v=spf1 -all"]}
    assert of("v=spf1 include:good.test -all", zone) is Spf.PASS
    assert of("v=spf1 include:bad.test ?all", zone) is Spf.NEUTRAL
    assert of("v=spf1 include:absent.test -all", zone) is Spf.PERMERROR
    assert of("v=spf1 include:late.test -all", {("TXT", "late.test"): Missing.TROUBLE}) is Spf.TEMPERROR


def test_redirect_takes_the_other_records_word_unless_something_matched() -> None:
    zone: Records = {("TXT", "other.test"): ["v=spf1 ~all"]}
    assert of("v=spf1 redirect=other.test", zone) is Spf.SOFTFAIL
    assert of("v=spf1 redirect=other.test ip4:192.0.2.7", zone) is Spf.PASS
    assert of("v=spf1 redirect=absent.test", zone) is Spf.PERMERROR


def test_ptr_needs_a_name_that_leads_back() -> None:
    zone: Records = {
        ("PTR", "7.2.0.192.in-addr.arpa"): ["liar.dest.test", "pc7.dest.test"],
        ("A", "liar.dest.test"): ["192.0.2.9"],
        ("A", "pc7.dest.test"): [IP],
    }
    assert of("v=spf1 ptr -all", zone) is Spf.PASS
    assert of("v=spf1 ptr:other.test -all", zone) is Spf.FAIL
    assert of("v=spf1 ptr -all", {("PTR", "7.2.0.192.in-addr.arpa"): Missing.TROUBLE}) is Spf.FAIL
    named: Records = {**zone, ("A", "pc7.dest.test.names.test"): ["127.0.0.2"]}
    assert of("v=spf1 exists:%{p}.names.test -all", named) is Spf.PASS


@pytest.mark.parametrize(
    ("macro", "name"),
    [
        ("%{s}", "strong-bad@email.example.test"),
        ("%{o4}", "email.example.test"),
        ("%{d2}", "example.test"),
        ("%{d1r}", "email"),
        ("%{dr}", "test.example.email"),
        ("%{l-}", "strong.bad"),
        ("%{lr-}.x", "bad.strong.x"),
        ("%{l1r-}.x", "strong.x"),
        ("%{ir}.%{v}._spf.%{d2}", "7.2.0.192.in-addr._spf.example.test"),
        ("%{h}", "mx.dest.test"),
        ("%{p}.x", "unknown.x"),
        ("a%%b%-c.test", "a%b%20c.test"),
        ("%{L}.x", "strong-bad.x"),
        ("%{S}.x", "strong-bad%40email.example.test.x"),
    ],
)
def test_macros_are_filled_in(macro: str, name: str) -> None:
    zone: Records = {("TXT", "email.example.test"): [f"v=spf1 exists:{macro} -all"]}
    asked: list[Question] = []
    verdict(spf.check(IP, "mx.dest.test", "strong-bad", "email.example.test"), zone, asked)
    assert asked[-1] == Question(name, "A")


def test_an_ipv6_client_is_written_in_nibbles() -> None:
    asked: list[Question] = []
    zone: Records = {("TXT", "dest.test"): ["v=spf1 exists:%{ir}.%{v}.dest.test -all"]}
    verdict(spf.check("2001:db8::cb01", "mx", "ann", "dest.test"), zone, asked)
    assert asked[-1].name == f"1.0.b.c.{'0.' * 20}8.b.d.0.1.0.0.2.ip6.dest.test"


def test_a_name_that_grew_too_long_loses_its_left_labels() -> None:
    asked: list[Question] = []
    zone: Records = {("TXT", "dest.test"): ["v=spf1 exists:" + "%{l}." * 6 + "dest.test -all"]}
    verdict(spf.check(IP, "mx", "x" * 60, "dest.test"), zone, asked)
    assert asked[-1].name == f"{'x' * 60}." * 4 + "dest.test"


def test_the_eleventh_look_up_is_an_error_and_the_tenth_is_none() -> None:
    zone: Records = {("A", f"h{n}.test"): ["192.0.2.1"] for n in range(12)}
    assert of("v=spf1 " + " ".join(f"a:h{n}.test" for n in range(10)) + " -all", zone) is Spf.FAIL
    assert of("v=spf1 " + " ".join(f"a:h{n}.test" for n in range(11)) + " -all", zone) is Spf.PERMERROR


def test_a_record_that_includes_itself_ends_at_the_limit() -> None:
    asked: list[Question] = []
    zone: Records = {("TXT", "dest.test"): ["v=spf1 include:dest.test -all"]}
    found = verdict(spf.check(IP, "mx", "ann", "dest.test"), zone, asked)
    assert (found.result, len(asked)) == (Spf.PERMERROR, 11)


def test_the_third_look_up_that_finds_nothing_is_an_error() -> None:
    assert of("v=spf1 a:n1.test a:n2.test -all") is Spf.FAIL
    assert of("v=spf1 a:n1.test exists:n2.test mx:n3.test -all") is Spf.PERMERROR
    assert of("v=spf1 ptr a:n1.test -all") is Spf.FAIL
    assert of("v=spf1 ptr a:n1.test a:n2.test -all") is Spf.PERMERROR


def test_more_than_ten_hosts_of_an_mx_are_an_error() -> None:
    hosts = [f"m{n}.test" for n in range(11)]
    assert of("v=spf1 mx -all", {("MX", "dest.test"): hosts}) is Spf.PERMERROR


def test_a_host_without_answer_is_a_temporary_error() -> None:
    assert of("v=spf1 a:late.test -all", {("A", "late.test"): Missing.TROUBLE}) is Spf.TEMPERROR


_TERMS = [
    "a",
    "mx",
    "ptr",
    "all",
    "-all",
    "~all",
    "include:a.test",
    "include:%{d}",
    "exists:%{ir}.a.test",
    "redirect=b.test",
    "mx:b.test/24",
    "a//64",
    "x=%",
    "%{",
    "ptr:%{p}",
    "exp=%{s}.test",
    "ip4:192.0.2.0/24",
    "ip6:2001:db8::/33",
    "ip4:/",
    ":",
    "=",
    "/",
    "exists:%{l9r-+}.%{o1}.b.test",
]
_terms = st.sampled_from(_TERMS)
_records = st.lists(_terms | st.text(max_size=12), max_size=14).map(lambda terms: "v=spf1 " + " ".join(terms))
_answers = st.lists(st.sampled_from(["192.0.2.7", "2001:db8::7", "a.test", "", "not an address"]), max_size=12)


@given(
    records=st.dictionaries(st.sampled_from(["dest.test", "a.test", "b.test"]), st.lists(_records, max_size=2)),
    others=_answers | st.sampled_from(list(Missing)),
    ip=st.sampled_from([IP, "2001:db8::7", "fe80::1%eth0", "::ffff:192.0.2.7"]),
    helo=st.text(max_size=30),
    local=st.text(max_size=64),
)
def test_whatever_zones_hold_a_check_ends_soon_with_a_verdict(
    records: dict[str, list[str]], others: list[str] | Missing, ip: str, helo: str, local: str
) -> None:
    zone: dict[tuple[str, str], list[str] | Missing] = {("TXT", name): texts for name, texts in records.items()}
    asking = spf.check(ip, helo, local, "dest.test")
    questions, result = 0, None
    try:
        question = next(asking)
        while True:
            questions += 1
            known = (question.type, question.name.lower()) in zone or question.type == "TXT"
            fallback: Records = {(question.type, question.name.lower()): others}
            question = asking.send(answer(zone if known else fallback, question))
    except StopIteration as end:
        result = end.value.result
    assert isinstance(result, Spf)
    assert questions <= 11 + 10 * 11 + 11


@given(st.text(max_size=300))
def test_any_text_is_a_record_or_a_syntax_error(text: str) -> None:
    try:
        found = spf_record.parse(f"v=spf1 {text}")
    except spf_record.SpfSyntax:
        return
    assert len(found.mechanisms) <= len(text)
