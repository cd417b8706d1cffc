"""The directory of the snapshot: who owns an address, and which addresses are near one that nobody owns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.infra.directory.near import MAX_COMPARED, Names, distance
from saywhy.infra.directory.table import TableDirectory
from saywhy.model.address import Address
from saywhy.model.organisation import Contact, DirectoryObject, Group, Mailbox, Organisation


def at(text: str) -> Address:
    return Address.parse(text if "@" in text else f"{text}@corp.example")


def box(name: str, *addresses: str) -> Mailbox:
    return Mailbox(name, tuple(map(at, addresses or (name,))))


def directory(*recipients: DirectoryObject) -> TableDirectory:
    organisation = Organisation(1, recipients={item.name.lower(): item for item in recipients})
    return TableDirectory(lambda: organisation)


def test_every_address_of_every_kind_of_object_is_found() -> None:
    ann = box("ann", "ann", "ann.oakley@branch.example")
    con = Contact("con", (at("con"),), at("con@else.example"))
    team = Group("team", (at("team"),), (at("ann"),))
    table = directory(ann, con, team)
    assert list(table.find(at("Ann.Oakley@BRANCH.example"))) == [ann]
    assert list(table.find(at("con"))) == [con]
    assert list(table.find(at("team"))) == [team]
    assert list(table.find(at("nobody"))) == []


def test_where_a_contact_s_mail_goes_is_no_address_of_ours() -> None:
    table = directory(Contact("con", (at("con"),), at("secret@else.example")))
    assert list(table.find(at("secret@else.example"))) == []


def test_all_owners_of_an_address_are_found_by_name() -> None:
    zoe, ann = box("Zoe", "info"), box("ann", "info", "INFO@corp.example")
    assert list(directory(zoe, ann).find(at("info"))) == [ann, zoe]


def test_unicode_and_a_label_spellings_find_the_same_object() -> None:
    jurgen = box("j", "jürgen@bücher.example")
    table = directory(jurgen)
    assert list(table.find(at("JÜRGEN@xn--bcher-kva.example"))) == [jurgen]


def test_a_new_snapshot_is_used_at_once() -> None:
    current = Organisation(1, recipients={"ann": box("ann")})
    table = TableDirectory(lambda: current)
    assert table.find(at("ann"))
    assert table.near(at("anne")) == [at("ann")]
    current = Organisation(2, recipients={"bob": box("bob")})
    assert not table.find(at("ann"))
    assert table.near(at("anne")) == []
    assert table.near(at("bobb")) == [at("bob")]


def test_near_misses_come_nearest_first_then_by_spelling() -> None:
    table = directory(box("jethro.b"), box("jethr"), box("jetro"), box("jethroo"), box("zoe"))
    assert table.near(at("jethro")) == [at("jethr"), at("jethroo"), at("jetro")]
    assert table.near(at("jethro"), limit=9)[-1] == at("jethro.b")


def test_near_misses_are_of_the_same_domain() -> None:
    table = directory(box("jethr", "jethr@branch.example"), box("ann"))
    assert table.near(at("jethro")) == []
    assert table.near(at("jethro@branch.example")) == [at("jethr@branch.example")]


def test_near_misses_never_tell_where_a_contact_s_mail_goes() -> None:
    table = directory(Contact("con", (at("connie"),), at("jethr@corp.example")))
    assert table.near(at("jethro")) == []


def test_an_address_is_not_near_itself() -> None:
    assert directory(box("ann")).near(at("Ann")) == []


@pytest.mark.parametrize(("asked", "found"), [("a", []), ("zo", ["zoe"]), ("xyz", []), ("zoo", ["zoe"])])
def test_of_a_short_name_half_must_be_right(asked: str, found: list[str]) -> None:
    assert directory(box("zoe"), box("b")).near(at(asked)) == [at(each) for each in found]


def test_an_empty_directory_has_no_near_misses() -> None:
    assert directory().near(at("ann")) == []


def test_a_search_among_many_like_names_is_cut_off_and_still_gives_the_same_each_time() -> None:
    names = [at(f"user{number:05}") for number in range(3 * MAX_COMPARED)]
    found = Names(reversed(names)).near("user0000x", 3)
    assert found == Names(names).near("user0000x", 3)
    assert len(found) == 3


WORDS = st.text("abc.", max_size=7)


@given(WORDS, WORDS, st.integers(0, 3))
@settings(deadline=None)
def test_the_distance_is_levenshtein_s_up_to_the_limit(one: str, other: str, limit: int) -> None:
    assert distance(one, other, limit) == min(_levenshtein(one, other), limit + 1)


def _levenshtein(one: str, other: str) -> int:
    above = list(range(len(other) + 1))
    for row, left in enumerate(one, 1):
        line = [row]
        for column, right in enumerate(other, 1):
            line.append(min(above[column] + 1, line[-1] + 1, above[column - 1] + (left != right)))
        above = line
    return above[-1]


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=8), max_size=30), st.text("abcdefgh", min_size=4, max_size=8)
)
@settings(deadline=None)
def test_no_near_miss_is_overlooked(names: list[str], asked: str) -> None:
    wanted = sorted((steps, name) for name in set(names) if 0 < (steps := _levenshtein(asked, name)) <= 2)
    assert [each.local for each in Names(map(at, names)).near(asked, 100)] == [name for _, name in wanted]
