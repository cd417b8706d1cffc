"""Names of system messages, and which of several is used."""

from __future__ import annotations

import pytest

from saywhy.model.system_messages import NameFault, Place, SystemMessage, find, key, parse


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("de\\internal\\5.1.1", Place("de", "5.1.1", "internal")),
        ("Ja\\External\\5.7.912", Place("Ja", "5.7.912", "external")),
        ("pt-BR\\internal\\4.999.1\\corp.example", Place("pt-BR", "4.999.1", "internal", "corp.example")),
        ("en\\Warning-Mailbox", Place("en", "warning-mailbox")),
    ],
)
def test_a_name_says_what_it_is_for(name: str, place: Place) -> None:
    assert parse(name) == place


@pytest.mark.parametrize(
    "name",
    [
        "", "de", "de\\5.1.1", "de\\internal", "de\\internal\\2.1.1", "de\\internal\\5.1",
        "de\\internal\\5.1.1000", "d\\internal\\5.1.1", "de\\all\\5.1.1", "de\\internal\\warning-mailbox",
        "de\\internal\\5.1.1\\a..b", "de\\internal\\5.1.1\\a.example\\b",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(NameFault):
        parse(name)


def test_spellings_of_a_name_share_their_key() -> None:
    assert key("De\\Internal\\5.1.1\\B\xfccher.example") == "de\\internal\\5.1.1\\xn--bcher-kva.example"
    assert key("No Name") == "no name"


def messages(*names: str) -> dict[str, SystemMessage]:
    return {key(name): SystemMessage(name, name) for name in names}


def found(have: dict[str, SystemMessage], languages: tuple[str, ...], domains: tuple[str, ...] = ()) -> str:
    item = find(have, "5.1.1", "internal", languages, domains)
    return item.text if item else ""


def test_the_dearest_language_that_has_words_is_used() -> None:
    have = messages("de\\internal\\5.1.1", "en\\internal\\5.1.1", "de-CH\\internal\\5.1.2")
    assert found(have, ("de-ch", "de")) == "de\\internal\\5.1.1"
    assert found(have, ("en",)) == "en\\internal\\5.1.1"
    assert found(have, ("fr",)) == ""
    assert found({}, ("de",)) == ""


def test_the_first_domain_that_has_words_goes_before_the_next_and_all_before_what_is_for_all() -> None:
    have = messages("en\\internal\\5.1.1", "en\\internal\\5.1.1\\a.example", "en\\internal\\5.1.1\\b.example")
    assert found(have, ("en",), ("a.example", "b.example")) == "en\\internal\\5.1.1\\a.example"
    assert found(have, ("en",), ("c.example", "b.example")) == "en\\internal\\5.1.1\\b.example"
    assert found(have, ("en",), ("c.example",)) == "en\\internal\\5.1.1"
