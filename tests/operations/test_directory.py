"""Properties of recipients, members, folders, address policies, and the check."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.organisation import Folder, Group, Mailbox
from saywhy.operations.context import Context
from tests.operations.conftest import Run, refused

pytestmark = pytest.mark.usefixtures("worcester")


def at(name: str) -> Address:
    return Address.parse(f"{name}@worcester.example")


class TestProperties:
    async def test_every_property_can_be_given_at_once(self, run: Run, context: Context) -> None:
        await run(
            "recipient add",
            kind="mailbox",
            name="carl",
            address=["carl@worcester.example"],
            type="shared",
            max_receive_size="10 MB",
            max_recipients=20,
            accept_from=["anna@worcester.example"],
            forwarding_address="ben@worcester.example",
            deliver_and_forward="yes",
            attribute=["department=Brewery"],
        )
        carl = context.organisation().recipients["carl"]
        assert isinstance(carl, Mailbox)
        assert (carl.type.value, carl.max_receive_size, carl.max_recipients) == ("shared", 10 * 1024 * 1024, 20)
        assert (carl.accept_from, carl.forwarding_address) == ((at("anna"),), at("ben"))
        assert carl.deliver_and_forward
        assert carl.attributes == ("department=Brewery",)

    async def test_a_property_is_changed_and_brought_back(self, run: Run, context: Context) -> None:
        result = await run("recipient set", name="anna", max_send_size="1 MB", disabled="yes")
        assert result.text == (
            "The mailbox anna was changed: max_send_size: 0 -> 1048576; disabled: no -> yes. Revision 4."
        )
        again = await run("recipient set", name="anna", disabled="yes")
        assert again.text == "The mailbox anna is so already: nothing to do."
        await run("recipient set", name="anna", clear=["max-send-size", "disabled"])
        anna = context.organisation().recipients["anna"]
        assert isinstance(anna, Mailbox)
        assert (anna.max_send_size, anna.disabled) == (0, False)

    @pytest.mark.parametrize(
        ("parameters", "why", "cure"),
        [
            ({"name": "anna"}, "nothing is to change", "name a property, as in --max-receive-size '10 MB'"),
            (
                {"name": "anna", "managed_by": ["ben@worcester.example"]},
                "a mailbox has no --managed-by",
                "leave it out, or add a group",
            ),
            (
                {"name": "anna", "max_send_size": "big"},
                '--max-send-size: "big" does not fit',
                'write it as "10 MB"',
            ),
            (
                {"name": "anna", "type": "contact"},
                '--type: "contact" does not fit',
                "choose one of user, shared, room, equipment, system",
            ),
            ({"name": "anna", "clear": ["name"]}, 'a mailbox has no "name"', "leave it out"),
            (
                {"name": "anna", "forwarding_address": "x@else.example"},
                "no recipient has the address x@else.example",
                "add the recipient first, or leave the address out",
            ),
        ],
    )
    async def test_what_does_not_fit_is_refused(
        self, run: Run, parameters: dict[str, object], why: str, cure: str
    ) -> None:
        error = await refused(run("recipient set", **parameters))
        assert (error.why, error.cure) == (why, cure)

    async def test_a_new_group_is_for_colleagues_unless_told_otherwise(self, run: Run, context: Context) -> None:
        for name, given in (("staff", {}), ("public", {"require_sender_auth": "no"})):
            address, members = [f"{name}@worcester.example"], ["anna@worcester.example"]
            await run("recipient add", kind="group", name=name, address=address, member=members, **given)
        recipients = context.organisation().recipients
        assert [recipients[name].require_sender_auth for name in ("staff", "public")] == [True, False]

    async def test_show_tells_what_was_set_and_the_quotas_in_force(self, run: Run) -> None:
        await run("recipient set", name="anna", max_receive_size="10 MB", default_quotas="no", send_quota="1 GB")
        await run(
            "recipient add", kind="group", name="staff", address=["s@worcester.example"], member=[str(at("anna"))]
        )
        rows = {row["property"]: row["value"] for row in (await run("recipient show", name="anna")).rows}
        assert rows == {
            "kind": "mailbox",
            "name": "anna",
            "addresses": "anna@worcester.example a@worcester.example",
            "max_receive_size": "10 MiB",
            "default_quotas": "no",
            "send_quota": "1 GiB",
            "warning_quota in force": "no limit",
            "send_quota in force": "1 GiB",
            "receive_quota in force": "no limit",
            "member of": "staff",
        }
        everything = (await run("recipient show", name="ben", all=True)).rows
        assert {"property": "moderated", "value": "no"} in everything

    async def test_a_deleted_recipient_keeps_its_addresses_and_comes_back(
        self, run: Run, context: Context
    ) -> None:
        await run("recipient remove", name="anna", keep_addresses=True)
        assert context.organisation().recipients["anna"].unusable == "deleted"
        error = await refused(run("recipient add", kind="mailbox", name="x", address=["a@worcester.example"]))
        assert "belongs to" in error.why
        await run("recipient set", name="anna", clear=["unusable"])
        assert context.organisation().recipients["anna"].unusable == ""


class TestImports:
    FILE = """
[[domain]]
name = "worcester.example"
[[mailbox]]
name = "anna"
addresses = ["anna@worcester.example", "info@worcester.example"]
delegates = ["gone@worcester.example"]
[[mailbox]]
name = "ben"
addresses = ["ben@worcester.example", "info@worcester.example"]
[[contact]]
name = "con"
addresses = ["con@worcester.example"]
[[group]]
name = "empty"
addresses = ["empty@worcester.example"]
"""

    async def test_what_an_import_brings_is_taken_when_asked_for_and_found_by_the_check(self, run: Run) -> None:
        file = {"name": "import.toml", "text": self.FILE}
        error = await refused(run("org apply", file=file))
        assert error.why == "it has 4 faults"
        await run("org apply", file=file, lenient=True)
        rows = (await run("recipient check")).rows
        assert [(row["name"], row["property"], row["reason"]) for row in rows] == [
            ("con", "external", "the contact has none"),
            ("empty", "members", "the group has none"),
            ("ben", "addresses", 'info@worcester.example belongs to the mailbox "anna" already'),
            ("anna", "delegates", "no recipient has the address gone@worcester.example"),
        ]

    async def test_an_address_that_is_none_is_taken_when_asked_for_and_found_by_the_check(
        self, run: Run, context: Context
    ) -> None:
        text = self.FILE + 'members = ["anna@worcester.example", "b@@c"]\n'
        text = text.replace('"con@worcester.example"]', '"con@worcester.example"]\nexternal = "x@@y"')
        error = await refused(run("org apply", file={"name": "import.toml", "text": text}))
        assert [line for line in error.details if "@@" in line]
        await run("org apply", file={"name": "import.toml", "text": text}, lenient=True)
        rows = {row["name"]: (row["property"], row["cure"]) for row in (await run("recipient check")).rows}
        assert rows["con"] == ("external", 'write an address for "x@@y", and leave bad_external out')
        assert rows["empty"] == ("members", 'write addresses for "b@@c", and leave bad_members out')
        again = (await run("org export")).text
        assert (
            "nothing to do"
            in (await run("org apply", file={"name": "again.toml", "text": again}, lenient=True)).text
        )

    async def test_a_sound_directory_is_said_to_be(self, run: Run) -> None:
        assert (await run("recipient check")).text == "Every address has one owner, and whoever is named exists."

    async def test_a_duplicate_can_be_added_on_purpose(self, run: Run) -> None:
        address = ["anna@worcester.example"]
        await refused(run("recipient add", kind="mailbox", name="other", address=address))
        await run("recipient add", kind="mailbox", name="other", address=address, allow_duplicate=True)
        [row] = (await run("recipient check")).rows
        assert row["name"] == "other"


class TestMembers:
    @pytest.fixture(autouse=True)
    async def staff(self, worcester: None, run: Run) -> None:
        address, members = ["staff@worcester.example"], ["anna@worcester.example"]
        await run("recipient add", kind="group", name="staff", address=address, member=members)

    async def test_members_come_and_go(self, run: Run, context: Context) -> None:
        added = await run("member add", group="staff", address=["ben@worcester.example", "x@else.example"])
        assert added.text == "2 members added to staff. Revision 5."
        error = await refused(run("member add", group="staff", address=["BEN@worcester.example"]))
        assert error.why == "they are members already"
        removed = await run("member remove", group="staff@worcester.example", address=["anna@worcester.example"])
        assert removed.text == "1 member removed from staff. Revision 6."
        staff = context.organisation().recipients["staff"]
        assert isinstance(staff, Group)
        assert [str(member) for member in staff.members] == ["ben@worcester.example", "x@else.example"]

    async def test_who_is_no_member_cannot_leave(self, run: Run) -> None:
        error = await refused(run("member remove", group="staff", address=["ben@worcester.example"]))
        assert (error.code, error.why) == ("not-found", "they are no members")

    async def test_a_mailbox_has_no_members(self, run: Run) -> None:
        error = await refused(run("member list", group="anna"))
        assert (error.what, error.why) == ("group anna", "it is a mailbox")

    async def test_the_list_shows_those_by_name_and_those_by_filter(self, run: Run) -> None:
        await run("recipient set", name="ben", attribute=["department=Brewery"])
        await run("recipient set", name="staff", filter="department = brewery", expansion_permission="members")
        await run("member add", group="staff", address=["x@else.example"])
        rows = (await run("member list", group="staff")).rows
        assert [(row["address"], row["kind"], row["by"]) for row in rows] == [
            ("anna@worcester.example", "mailbox", "name"),
            ("x@else.example", "elsewhere", "name"),
            ("ben@worcester.example", "mailbox", "filter"),
        ]


class TestFolders:
    @pytest.fixture(autouse=True)
    async def folder(self, worcester: None, run: Run) -> None:
        await run(
            "recipient add", kind="folder", name="ProblemFolder", address=["problem@worcester.example"],
            path="\\Help\\ProblemFolder",
        )  # fmt: skip

    async def test_the_article_s_line_lets_everybody_send_to_the_folder(self, run: Run, context: Context) -> None:
        rows = (await run("folder permission list", folder="\\ProblemFolder")).rows
        assert [(row["user"], row["may send mail"]) for row in rows] == [("Default", True), ("Anonymous", False)]
        result = await run(
            "folder permission add", folder="\\ProblemFolder", user="Anonymous", rights=["CreateItems"]
        )
        assert result.text == "Anonymous has CreateItems in the folder ProblemFolder. Revision 5."
        folder = context.organisation().recipients["problemfolder"]
        assert isinstance(folder, Folder)
        assert folder.permissions == ("Default: Author", "Anonymous: CreateItems")

    async def test_a_folder_is_found_by_path_name_and_address(self, run: Run) -> None:
        for named in ("\\Help\\ProblemFolder", "problemfolder", "problem@worcester.example"):
            assert (await run("folder permission list", folder=named)).rows

    async def test_an_entry_is_removed(self, run: Run) -> None:
        await run("folder permission add", folder="ProblemFolder", user="anna@worcester.example", rights=["None"])
        await run("folder permission remove", folder="ProblemFolder", user="Anna@worcester.example")
        error = await refused(
            run("folder permission remove", folder="ProblemFolder", user="anna@worcester.example")
        )
        assert error.why == "anna@worcester.example has no entry there"

    async def test_rights_that_there_are_not_are_refused(self, run: Run) -> None:
        error = await refused(run("folder permission add", folder="ProblemFolder", user="x", rights=["Write"]))
        assert error.code == "usage"
        error = await refused(run("folder permission add", folder="ProblemFolder", user="x", rights=["Author"]))
        assert error.why == '"x" is nobody'


class TestPolicies:
    @pytest.fixture(autouse=True)
    async def policies(self, worcester: None, run: Run) -> None:
        await run(
            "recipient set", name="anna", given_name="Anna", surname="Müller", attribute=["department=Brewery"]
        )
        await run("recipient set", name="ben", given_name="Anna", surname="Muller")
        await run("policy add", name="all", template=["%g.%s@worcester.example"])
        brewery = ["%1g%s@worcester.example", "%m@worcester.example"]
        await run("policy add", name="brewery", template=brewery, filter="department = Brewery", priority=10)

    async def test_the_first_that_matches_makes_the_addresses(self, run: Run, context: Context) -> None:
        tried = await run("policy apply", dry_run=True)
        assert tried.text == "2 recipients would change; nothing was done."
        await run("policy apply")
        recipients = context.organisation().recipients
        assert [str(each) for each in recipients["anna"].addresses] == [
            "AMuller@worcester.example",
            "anna@worcester.example",
            "a@worcester.example",
        ]
        assert recipients["ben"].addresses[0] == at("Anna.Muller")
        assert (await run("policy apply")).text == "Every recipient has the addresses of its policy already."

    async def test_an_address_that_another_has_gets_a_number(self, run: Run, context: Context) -> None:
        await run("recipient set", name="anna", clear=["attributes"])
        await run("policy apply")
        recipients = context.organisation().recipients
        assert {str(recipients[name].addresses[0]) for name in ("anna", "ben")} == {
            "Anna.Muller@worcester.example",
            "Anna.Muller2@worcester.example",
        }

    async def test_a_recipient_without_an_address_gets_those_of_its_policy(
        self, run: Run, context: Context
    ) -> None:
        await run("recipient add", kind="mailbox", name="carl", given_name="Carl", surname="Carlson")
        assert context.organisation().recipients["carl"].addresses == (at("Carl.Carlson"),)
        error = await refused(run("recipient add", kind="mailbox", name="dora"))
        assert error.why == "it has no address, and no policy makes one"

    async def test_who_wants_no_policy_is_left_alone(self, run: Run) -> None:
        await run("recipient set", name="anna", address_policy="no")
        result = await run("policy apply", recipient=["anna"])
        assert result.text == "Every recipient has the addresses of its policy already."

    async def test_policies_are_listed_in_their_order_and_removed(self, run: Run) -> None:
        rows = (await run("policy list")).rows
        assert [(row["name"], row["recipients"]) for row in rows] == [("brewery", 1), ("all", 1)]
        await run("policy remove", name="brewery")
        assert [row["recipients"] for row in (await run("policy list")).rows] == [2]
        error = await refused(run("policy remove", name="al"))
        assert error.cure == "did you mean all?"

    async def test_a_template_that_is_none_is_refused(self, run: Run) -> None:
        error = await refused(run("policy add", name="bad", template=["%x@worcester.example"]))
        assert "%x is none of" in error.why
