"""Every cause and code that the sources raise has its file, and codes are used as the registry has them (R27)."""

from __future__ import annotations

import dataclasses
import re
import shlex

import pytest

from saywhy.model.status import Status
from saywhy.why import catalogue, classify
from saywhy.why.catalogue import By
from saywhy.why.phrases import common, numbers
from saywhy.why.template import compile_template
from tests.why.sources import scan, scan_text

FOUND = scan()
# What our own stages say; why/ itself speaks of others' codes too.
OURS = scan("why/", "doors/", "lab/")


def places(found: dict[str, list[str]], missing: set[str]) -> list[str]:
    return [f"{literal}: {', '.join(found[literal])}" for literal in sorted(missing)]


def test_every_cause_that_the_sources_name_has_its_file() -> None:
    assert FOUND.causes, "the scan finds nothing at all"
    assert places(FOUND.causes, set(FOUND.causes) - set(catalogue.causes())) == []


def test_every_status_that_the_sources_name_has_its_file() -> None:
    assert FOUND.statuses, "the scan finds nothing at all"
    assert places(FOUND.statuses, set(FOUND.statuses) - set(catalogue.codes())) == []


def test_r27_only_registered_code_semantics_for_own_use_and_departures_are_told_in_the_codes_file() -> None:
    """RFC 5248: what we say is registered for its class, or its file tells whose usage it is."""
    untold = []
    for status in set(OURS.statuses) & set(catalogue.codes()):
        code = catalogue.code(status)
        usual = code.registered and Status.parse(status).class_ in code.classes
        if not usual and not code.usage:
            untold.append(status)
    assert untold == []


def test_r27_a_code_that_vendors_made_up_names_the_vendor() -> None:
    for status in catalogue.codes():
        code = catalogue.code(status)
        if not code.registered:
            assert code.usage, status
            assert {meaning.source for meaning in code.meanings} - {"iana"}, status


def test_r27_what_we_derive_for_others_is_registered_too() -> None:
    for status in derivable():
        code = catalogue.code(status)
        assert code.registered, status
        assert Status.parse(status).class_ in code.classes or code.usage, status


def derivable() -> set[str]:
    """Every status that a reply without code can get."""
    rows = [row for table in common.TABLES.values() for row in table]
    meanings = [row.meaning for row in rows] + list(common.TAGS.values())
    found = {"4.0.0", "5.0.0", "4.5.3"}
    for meaning in meanings:
        for reply in (450, 550):
            clue = classify.Clue("words", meaning)
            found.add(str(classify._worded(reply // 100, clue, reply, numbers.Step.NONE).status))
    for reply, row in numbers.TABLE.items():
        found |= {f"{reply // 100}.{subject}.{detail}" for subject, detail in row.values()}
    return found


def test_every_status_that_can_be_derived_has_its_file() -> None:
    assert sorted(derivable() - set(catalogue.codes())) == []


def test_every_cause_that_the_tables_of_words_name_has_its_file() -> None:
    rows = [row for table in common.TABLES.values() for row in table]
    named = {row.cause for row in rows} | {meaning.cause for meaning in common.TAGS.values()}
    named |= set(classify._AT_STEP.values()) | set(classify._BY_SUBJECT.values()) | set(classify._SURE)
    assert sorted(named - set(catalogue.causes())) == []


def test_every_phrase_can_be_found_as_it_is_written() -> None:
    """A phrase that an earlier row always hides is a mistake in the table."""
    hidden = []
    for row in common.ROWS:
        for phrase in row.each():
            plain = phrase.replace(" ... ", " ")
            verdict = classify.classify_reply(550, None, (plain,), numbers.Step.NONE)
            if verdict.cause != row.cause:
                hidden.append(f"{plain!r} of {row.cause} is read as {verdict.cause}: {verdict.rule}")
    assert hidden == []


def test_a_code_that_our_stages_raise_lists_a_cause_of_ours() -> None:
    without = {
        status
        for status in (set(OURS.statuses) & set(catalogue.codes()))
        if not any(likely.by is By.US for likely in catalogue.code(status).causes)
    }
    assert places(OURS.statuses, without) == []


def test_the_scan_finds_causes_and_statuses_wherever_they_are_written() -> None:
    found = scan_text(
        """
FAIL = Failure(Status(5, 1, 1), 550, "recipient-unknown", "x", e, permanent=True)
replace(failure, cause="expired")
def f():
    return _failure(452, "4.3.1", "system-resources", "text", _at())
status, cause, tag = (Status(4, 7, 5), "tls-failed", "T") if x else (Status(4, 7, 4), "tls-not-offered", "T")
status, reply, cause = Status(4, 3, 0), 451, "mailbox-unwritable" if y else "mail-store-full"
TABLE = {"4.4.1": "no-answer"}
if failure.cause in ("null-mx", "no-mail-host"): pass
Status(a, b, c); log("5.1.1.", "not-a-cause"); _beside("some-thing", 5)
"""
    )
    assert set(found.causes) == {
        "recipient-unknown",
        "expired",
        "system-resources",
        "tls-failed",
        "tls-not-offered",
        "mailbox-unwritable",
        "mail-store-full",
        "no-answer",
        "null-mx",
        "no-mail-host",
    }
    assert set(found.statuses) == {"5.1.1", "4.3.1", "4.7.5", "4.7.4", "4.3.0", "4.4.1"}


def test_the_commands_in_cures_exist_with_their_options() -> None:
    pytest.importorskip("pydantic", reason="the operations need the server extra")
    from saywhy.doors.cli.main import main

    wrong = []
    for id_ in catalogue.causes():
        cause = catalogue.cause(id_)
        for step in (*cause.sender, *cause.admin, *cause.theirs):
            commands = compile_template(step).fill({}).split("`")[1::2]
            wrong += [
                f"{id_}: {each}" for each in commands if each.startswith("saywhy ") and not known(main, each)
            ]
    assert wrong == []


def test_the_settings_in_cures_exist() -> None:
    pytest.importorskip("pydantic", reason="the settings need the server extra")
    from saywhy.config.settings import Settings
    from saywhy.model import organisation

    objects = {field.name for kind in organisation.KINDS.values() for field in dataclasses.fields(kind)}
    settings = {
        f"{section}.{name}"
        for section, info in Settings.model_fields.items()
        if isinstance(info.annotation, type) and hasattr(info.annotation, "model_fields")
        for name in info.annotation.model_fields
    }
    unknown = []
    for id_ in catalogue.causes():
        cause = catalogue.cause(id_)
        text = " ".join((*cause.sender, *cause.admin, *cause.theirs))
        unknown += [
            f"{id_}: {name}" for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text) if name not in objects
        ]
        unknown += [
            f"{id_}: {name}"
            for name in re.findall(rf"\b(?:{'|'.join(Settings.model_fields)})\.[a-z]+\b", text)
            if name not in settings and not name.endswith(".toml")
        ]
    assert unknown == []


def known(main: object, command: str) -> bool:
    import click

    found = main
    words = shlex.split(command.partition(" > ")[0])[1:]
    while words and isinstance(found, click.Group):
        found = found.get_command(click.Context(found), words.pop(0))
    if not isinstance(found, click.Command) or isinstance(found, click.Group):
        return False
    options = {option for param in found.params for option in param.opts}
    return all(word in options for word in words if word.startswith("--"))
