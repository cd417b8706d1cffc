"""DMARC: which record counts, what is aligned, and what the owner asks for (RFC 7489)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.wire.auth import dmarc
from saywhy.wire.auth.dmarc import Dmarc, DmarcVerdict, Policy, Proofs
from saywhy.wire.auth.lookups import Missing
from tests.wire.auth.answers import Records, verdict

REJECT: Records = {("TXT", "_dmarc.dest.test"): ["v=DMARC1; p=reject"]}


def organizational(domain: str) -> str:
    """Two labels; three under co.test."""
    labels = domain.split(".")
    return ".".join(labels[-3:] if labels[-2:] == ["co", "test"] else labels[-2:])


def check(
    records: Records,
    *,
    domain: str = "dest.test",
    spf: str = "",
    dkim: tuple[str, ...] = (),
    unsure: bool = False,
    chance: float = 0.5,
) -> DmarcVerdict:
    return verdict(dmarc.check(domain, Proofs(spf, dkim, unsure), organizational, chance), records)


def of(
    record: str, *, domain: str = "dest.test", chance: float = 0.5, absent: Missing | None = None
) -> DmarcVerdict:
    """What a record at the organisation's domain means for a message without proofs."""
    records: dict[tuple[str, str], list[str] | Missing] = {("TXT", "_dmarc.dest.test"): [record]}
    records["A", domain] = absent if absent is not None else ["192.0.2.1"]
    return check(records, domain=domain, chance=chance)


def test_a_domain_without_record_has_no_policy() -> None:
    assert check({}) == DmarcVerdict(Dmarc.NONE, "dest.test")


def test_nothing_proved_meets_the_policy() -> None:
    assert check(REJECT) == DmarcVerdict(Dmarc.FAIL, "dest.test", Policy.REJECT, Policy.REJECT)


@pytest.mark.parametrize(
    ("spf", "dkim", "result"),
    [
        ("dest.test", (), Dmarc.PASS),
        ("DEST.TEST", (), Dmarc.PASS),
        ("bounces.dest.test", (), Dmarc.PASS),
        ("", ("dest.test",), Dmarc.PASS),
        ("", ("other.test", "mail.dest.test"), Dmarc.PASS),
        ("other.test", ("another.test",), Dmarc.FAIL),
        ("notdest.test", (), Dmarc.FAIL),
    ],
)
def test_one_aligned_proof_is_enough(spf: str, dkim: tuple[str, ...], result: Dmarc) -> None:
    assert check(REJECT, spf=spf, dkim=dkim).result is result


def test_strict_alignment_wants_the_very_domain() -> None:
    strict: Records = {("TXT", "_dmarc.dest.test"): ["v=DMARC1; p=reject; adkim=s; aspf=s"]}
    assert check(strict, spf="dest.test").result is Dmarc.PASS
    assert check(strict, spf="a.dest.test").result is Dmarc.FAIL
    assert check(strict, dkim=("a.dest.test",)).result is Dmarc.FAIL


def test_neighbours_under_a_public_suffix_are_not_aligned() -> None:
    zone: Records = {("TXT", "_dmarc.one.co.test"): ["v=DMARC1; p=reject"]}
    assert check(zone, domain="one.co.test", spf="two.co.test").result is Dmarc.FAIL
    assert check(zone, domain="a.one.co.test", spf="b.one.co.test").result is Dmarc.PASS


def test_a_subdomain_goes_by_its_own_record_and_else_by_the_organisations() -> None:
    assert of("v=DMARC1; p=reject; sp=none", domain="a.dest.test").policy is Policy.NONE
    assert of("v=DMARC1; p=quarantine", domain="a.dest.test").policy is Policy.QUARANTINE
    own: Records = {**REJECT, ("TXT", "_dmarc.a.dest.test"): ["v=DMARC1; p=none"]}
    assert check(own, domain="a.dest.test").policy is Policy.NONE


def test_np_is_for_names_that_do_not_exist() -> None:
    record = "v=DMARC1; p=none; sp=quarantine; np=reject"
    assert of(record, domain="a.dest.test").policy is Policy.QUARANTINE
    assert of(record, domain="a.dest.test", absent=Missing.NODATA).policy is Policy.QUARANTINE
    assert of(record, domain="a.dest.test", absent=Missing.NXDOMAIN).policy is Policy.REJECT


@pytest.mark.parametrize(
    ("policy", "chance", "asked"),
    [
        ("reject", 0.29, Policy.REJECT),
        ("reject", 0.3, Policy.QUARANTINE),
        ("quarantine", 0.99, Policy.NONE),
        ("none", 0.99, Policy.NONE),
    ],
)
def test_what_the_percentage_leaves_out_meets_the_next_weaker_policy(
    policy: str, chance: float, asked: Policy
) -> None:
    assert of(f"v=DMARC1; p={policy}; pct=30", chance=chance).asked is asked


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=DMARC1;p=reject;", Dmarc.FAIL),
        ("v = DMARC1 ; p = REJECT", Dmarc.FAIL),
        ("v=DMARC1; p=reject; pct=many", Dmarc.FAIL),
        ("v=DMARC1; p=nonsense; rua=mailto:ann@dest.test", Dmarc.FAIL),
        ("v=DMARC1; p=nonsense", Dmarc.NONE),
        ("v=DMARC1", Dmarc.NONE),
        ("p=reject; v=DMARC1", Dmarc.NONE),
        ("v=DMARC2; p=reject", Dmarc.NONE),
        ("v=dmarc1; p=reject", Dmarc.NONE),
        ("v=DMARC1; p=reject; p=none", Dmarc.NONE),
        ("v=DMARC1; p=reject; " + "x" * 5000, Dmarc.NONE),
    ],
)
def test_only_a_record_that_can_be_read_counts(record: str, result: Dmarc) -> None:
    assert of(record).result is result


def test_two_records_count_as_none() -> None:
    assert check({("TXT", "_dmarc.dest.test"): ["v=DMARC1; p=reject", "v=DMARC1; p=none"]}).result is Dmarc.NONE


def test_a_policy_that_cannot_be_had_now_is_no_failure() -> None:
    found = check({("TXT", "_dmarc.dest.test"): Missing.TROUBLE})
    assert (found.result, found.asked) == (Dmarc.TEMPERROR, Policy.NONE)


def test_where_a_proof_had_no_answer_nothing_is_failed() -> None:
    found = check(REJECT, unsure=True)
    assert (found.result, found.asked) == (Dmarc.TEMPERROR, Policy.NONE)
    assert check(REJECT, dkim=("dest.test",), unsure=True).result is Dmarc.PASS


@given(st.text(max_size=100), st.text(alphabet="abc.", max_size=20))
def test_any_record_and_any_domain_have_a_verdict(text: str, domain: str) -> None:
    found = check({("TXT", f"_dmarc.{domain}"): [f"v=DMARC1;{text}"]}, domain=domain)
    assert isinstance(found.result, Dmarc)
