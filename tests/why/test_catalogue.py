"""The catalogue's files: complete, consistent, read one at a time."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from saywhy.why import catalogue
from saywhy.why.catalogue import By, Permanence, Unknown
from saywhy.why.schema import span
from saywhy.why.template import FIELDS, compile_template

# The causes that this journey was promised to have; others may join them, none may go.
PROMISED = """
recipient-unknown recipient-address-syntax sender-address-syntax domain-name-invalid relay-denied
authentication-required authentication-failed sender-not-own message-too-large header-too-large
too-many-recipients-now too-many-recipients hop-count-exceeded bare-line-feed content-invalid command-unknown
command-out-of-order command-syntax wrong-protocol too-many-errors too-many-connections session-timeout
tls-required tls-handshake-failed system-resources server-stopping smtputf8-required mechanism-unknown
recipient-ambiguous directory-unavailable directory-loop no-route domain-not-found no-mail-host null-mx
dns-unavailable mail-loops-back smart-host-unresolved no-answer connection-lost remote-timeout
remote-user-unknown remote-mailbox-full remote-mailbox-disabled remote-policy remote-too-large
remote-host-takes-no-mail remote-domain-takes-no-mail remote-deferred remote-refused
remote-too-many-recipients remote-relay-denied remote-greylisted remote-rate-limited remote-lacks-smtputf8
tls-not-offered tls-failed smart-host-sign-in-failed mailbox-unwritable mail-store-full expired
removed-by-administrator store-write-failed
"""

# Marks of a sentence from which something fell out.
HOLES = re.compile(r"  | [.,;:]|[{}]|\.\.|\( ?\)|\[(?!192)")


@pytest.mark.parametrize("id_", catalogue.causes())
def test_every_cause_keeps_to_the_schema_and_has_a_cure_for_every_reader(id_: str) -> None:
    cause = catalogue.cause(id_)  # SchemaError names file, place and cure
    assert cause.sender
    assert cause.admin
    assert cause.theirs
    assert cause.references
    assert (cause.permanence is Permanence.PERMANENT) == (cause.waiting == "")


@pytest.mark.parametrize("status", catalogue.codes())
def test_every_code_keeps_to_the_schema_and_has_causes_that_exist(status: str) -> None:
    code = catalogue.code(status)
    assert code.causes
    for likely in code.causes:
        catalogue.cause(likely.cause)


def test_every_promised_cause_has_its_file() -> None:
    assert sorted(set(PROMISED.split()) - set(catalogue.causes())) == []


def test_every_cause_stands_behind_some_code() -> None:
    behind = {likely.cause for status in catalogue.codes() for likely in catalogue.code(status).causes}
    assert sorted(set(catalogue.causes()) - behind) == []


def test_causes_ask_for_checks_that_are_named_and_every_named_check_is_asked_for() -> None:
    asked = {check.name for id_ in catalogue.causes() for check in catalogue.cause(id_).checks}
    assert asked == set(catalogue.checks())


def test_every_failing_cause_names_a_check_that_would_confirm_it() -> None:
    success = {"delivered", "relayed", "expanded"}
    without = [id_ for id_ in catalogue.causes() if not catalogue.cause(id_).checks]
    assert set(without) == success


def test_a_code_of_class_5_is_never_given_only_to_causes_that_can_only_pass() -> None:
    """What saywhy itself says for good must have a cause whose text fits a final failure."""
    for status in catalogue.codes():
        for likely in catalogue.code(status).causes:
            assert catalogue.cause(likely.cause).happened, (status, likely.cause)


def test_texts_still_read_when_nothing_was_seen() -> None:
    """No sentence may fall apart, or be empty, for want of evidence."""
    for id_ in catalogue.causes():
        cause = catalogue.cause(id_)
        for text in (cause.happened, cause.waiting):
            filled = compile_template(text).fill({})
            assert not HOLES.search(filled), (id_, filled)
            assert filled or not text, id_
        for steps in (cause.sender, cause.admin, cause.theirs):
            assert [step for step in (compile_template(text).fill({}) for text in steps) if step], id_


def test_texts_read_when_everything_was_seen() -> None:
    everything = dict.fromkeys(FIELDS, "x")
    for id_ in catalogue.causes():
        cause = catalogue.cause(id_)
        for text in (cause.happened, cause.waiting, *cause.sender, *cause.admin, *cause.theirs):
            filled = compile_template(text).fill(everything)
            assert not HOLES.search(filled), (id_, filled)


def test_codes_come_in_the_order_of_their_numbers() -> None:
    codes = catalogue.codes()
    assert codes.index("5.1.2") < codes.index("5.1.10")
    assert list(codes) == sorted(codes, key=span)


@pytest.mark.parametrize(
    "id_", ["", "../codes/5.1.1", "no-such-cause", "a" * 10_000, "Recipient-Unknown", "a\0b", "."]
)
def test_a_cause_that_is_not_there_is_unknown_whatever_a_stranger_writes(id_: str) -> None:
    with pytest.raises(Unknown):
        catalogue.cause(id_)


@pytest.mark.parametrize("status", ["", "5.1", "5.1.999", "05.1.1", "5.01.1", "../causes/expired", "5.1.1\n"])
def test_a_code_that_is_not_there_is_unknown(status: str) -> None:
    with pytest.raises(Unknown):
        catalogue.code(status)


def test_nothing_is_read_before_it_is_asked_for_and_then_only_that_file() -> None:
    program = (
        "import sys, pathlib\n"
        "opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(str(a[0])) if e == 'open' else None)\n"
        "from saywhy.why import catalogue\n"
        "before = [n for n in opened if n.endswith('.toml')]\n"
        "catalogue.cause('null-mx'); catalogue.cause('null-mx')\n"
        "print(before, [pathlib.Path(n).name for n in opened if n.endswith('.toml')])\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "[] ['null-mx.toml']\n"


def test_what_only_a_remote_can_say_is_listed_for_remotes() -> None:
    """Replies of others are given causes from `by = them`: such a code needs one."""
    for status in ("5.1.1", "5.2.2", "5.7.1", "4.2.2", "4.3.2", "5.0.0", "4.0.0"):
        assert any(likely.by is By.THEM for likely in catalogue.code(status).causes), status
