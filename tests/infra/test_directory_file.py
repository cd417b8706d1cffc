"""Recipients from a TOML or CSV file, beside those of the store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from saywhy.infra.directory.combined import CombinedDirectory
from saywhy.infra.directory.file import LOOK, FileDirectory
from saywhy.infra.directory.table import TableDirectory
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.organisation import Contact, Group, Mailbox, Organisation

TOML = """
[[mailbox]]
name = "anna"
addresses = ["anna@corp.example"]
max_receive_size = "10 MB"
[[group]]
name = "staff"
addresses = ["staff@corp.example"]
members = ["anna@corp.example", "gone@corp.example"]
"""
CSV = """\
kind,name,addresses,external,members,max_receive_size,require_sender_auth
mailbox,anna,anna@corp.example a@corp.example,,,10 MB,yes
contact,con,con@corp.example,x@else.example,,,
group,staff,staff@corp.example,,anna@corp.example;x@else.example,,no
"""


def at(name: str) -> Address:
    return Address.parse(f"{name}@corp.example")


class Desk:
    """A directory on a file, with a clock that moves when told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.time = 0.0
        self.told: list[str] = []
        self.directory = FileDirectory(path, self.told.append, lambda: self.time)

    def write(self, text: str) -> None:
        """A new state of the file, whatever the grain of its time."""
        self.path.write_text(text)
        os.utime(self.path, ns=(0, len(text) + int(self.time)))
        self.time += LOOK


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "recipients.toml")


def test_a_toml_file_is_a_directory(desk: Desk) -> None:
    desk.write(TOML)
    [anna] = desk.directory.find(at("Anna"))
    assert anna == Mailbox("anna", (at("anna"),), max_receive_size=10 * 1024 * 1024)
    assert desk.directory.near(at("ana")) == [at("anna")]
    assert desk.told == []


def test_a_csv_file_is_one_too(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "recipients.csv")
    desk.write(CSV)
    [anna], [con], [staff] = (desk.directory.find(at(name)) for name in ("a", "con", "staff"))
    assert isinstance(anna, Mailbox)
    assert (anna.addresses, anna.max_receive_size, anna.require_sender_auth) == (
        (at("anna"), at("a")),
        10 * 1024 * 1024,
        True,
    )
    assert isinstance(con, Contact)
    assert str(con.external) == "x@else.example"
    assert isinstance(staff, Group)
    assert [str(member) for member in staff.members] == ["anna@corp.example", "x@else.example"]


def test_a_file_that_changes_is_read_again(desk: Desk) -> None:
    desk.write(TOML)
    assert desk.directory.find(at("ben")) == ()
    desk.write(TOML.replace("anna", "ben"))
    assert desk.directory.find(at("ben"))
    assert not desk.directory.find(at("anna"))


def test_a_file_with_faults_leaves_what_was_read_last_and_is_told_once(desk: Desk) -> None:
    desk.write(TOML)
    assert desk.directory.find(at("anna"))
    desk.write(TOML.replace("10 MB", "big"))
    for _ in range(3):
        assert desk.directory.find(at("anna"))
        desk.time += LOOK
    [told] = desk.told
    assert "what was read last stays in force" in told
    assert "line 5" in told


def test_without_a_file_that_was_ever_read_the_directory_is_down(desk: Desk) -> None:
    with pytest.raises(DirectoryDown, match=r"recipients.toml"):
        desk.directory.find(at("anna"))
    assert len(desk.told) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kind,name,addresses\nmailbox,anna,anna@@\n", "line 2"),
        ("kind,name,addresses\nperson,anna,anna@corp.example\n", '"person" is no kind of recipient'),
        ("kind,name,addresses,colour\nmailbox,anna,anna@corp.example,red\n", "colour"),
    ],
)
def test_a_csv_with_faults_names_the_line(tmp_path: Path, text: str, why: str) -> None:
    desk = Desk(tmp_path / "recipients.csv")
    desk.write(text)
    with pytest.raises(DirectoryDown):
        desk.directory.find(at("anna"))
    assert why in desk.told[0]


async def test_the_store_goes_before_the_file(desk: Desk) -> None:
    desk.write(TOML.replace("[[mailbox]]", "[[mailbox]]\nattributes = ['x=1']"))
    own = Mailbox("Anna of the store", (at("anna"),), attributes=("x=1",))
    organisation = Organisation(1, recipients={"own": own})
    combined = CombinedDirectory(TableDirectory(lambda: organisation), desk.directory)
    assert combined.find(at("anna")) == (own,)
    found = await combined.fetch([at("anna"), at("staff"), at("nobody")])
    assert [[item.name for item in found[at(name).key]] for name in ("anna", "staff", "nobody")] == [
        ["Anna of the store"],
        ["staff"],
        [],
    ]
    assert [item.name for item in await combined.select("x = 1", "") or ()] == ["Anna of the store", "anna"]
    assert await combined.select("x = 1", "gone") is None
    assert combined.near(at("stafff")) == [at("staff")]


@pytest.mark.parametrize("suffix", ["toml", "csv"])
def test_an_address_that_is_none_spoils_its_own_recipient_and_not_the_file(tmp_path: Path, suffix: str) -> None:
    desk = Desk(tmp_path / f"recipients.{suffix}")
    csv = "kind,name,addresses,external,members\ncontact,con,con@corp.example,x@@else.example,\n"
    csv += "group,staff,staff@corp.example,,anna@corp.example b@@c\nmailbox,anna,anna@corp.example,,\n"
    toml = TOML.replace('"gone@corp.example"', '"b@@c"')
    toml += '[[contact]]\nname = "con"\naddresses = ["con@corp.example"]\nexternal = "x@@else.example"\n'
    desk.write(csv if suffix == "csv" else toml)
    [con], [staff], [anna] = (desk.directory.find(at(name)) for name in ("con", "staff", "anna"))
    assert con == Contact("con", (at("con"),), bad_external="x@@else.example")
    assert staff == Group("staff", (at("staff"),), (at("anna"),), bad_members=("b@@c",))
    assert anna.name == "anna"
    assert desk.told == []
