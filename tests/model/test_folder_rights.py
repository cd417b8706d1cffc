"""Client permissions of public folders."""

from __future__ import annotations

import pytest

from saywhy.model.folder_rights import CREATE_ITEMS, RightsError, may, parse
from saywhy.model.organisation import Folder

PLAIN = Folder("f", ()).permissions


def test_a_role_stands_for_its_rights_and_rights_may_be_listed() -> None:
    assert parse("Anonymous: contributor") == ("anonymous", {CREATE_ITEMS, "FolderVisible"})
    assert parse("anna@corp.example: ReadItems, createitems")[1] == {CREATE_ITEMS, "ReadItems"}
    assert parse("Default: None")[1] == frozenset()


@pytest.mark.parametrize("text", ["Default", ": Author", "Default: Writer", "Default: "])
def test_what_is_no_permission_is_refused(text: str) -> None:
    with pytest.raises(RightsError):
        parse(text)


def test_by_default_colleagues_may_post_and_strangers_may_not() -> None:
    assert may(PLAIN, ["anna@corp.example"], CREATE_ITEMS, known=True)
    assert not may(PLAIN, [], CREATE_ITEMS, known=False)


def test_an_entry_of_ones_own_goes_before_default() -> None:
    permissions = (*PLAIN, "Anna@corp.example: None")
    assert not may(permissions, ["anna@corp.example"], CREATE_ITEMS, known=True)
    assert may(permissions, ["ben@corp.example"], CREATE_ITEMS, known=True)


def test_without_an_entry_nobody_may() -> None:
    assert not may((), ["anna@corp.example"], CREATE_ITEMS, known=True)
