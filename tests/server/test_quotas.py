"""Quota notices through the whole server: who is told, once a day, also after a restart."""

from __future__ import annotations

import email
import time

from saywhy.config import object_rules
from saywhy.model.address import Address
from saywhy.model.event import Kind
from saywhy.model.organisation import AcceptedDomain, Folder, Mailbox, Organisation, TransportConfig
from saywhy.server.quotas import latest, readers
from tests.server.stage import Site, letter

ANN = "ann@worcester.example"
BEN = "ben@worcester.example"

FOLDER = """
[[folder]]
name = "problems"
addresses = ["problems@worcester.example"]
permissions = ["Default: Author", "ben@worcester.example: Owner"]
warning_quota = "1 KB"
"""


BODY = "At ten.\r\n" * 230  # some 2 KB


def subjects(raw: list[bytes]) -> list[str]:
    return [str(email.message_from_bytes(each)["Subject"]) for each in raw]


async def test_owners_of_full_mailboxes_and_folders_are_told_once_a_day() -> None:
    async with Site(organisation=FOLDER) as site:
        await site.ask(
            "recipient set", name="ann", default_quotas="no", warning_quota="1 KB", receive_quota="4 KB"
        )
        assert "Nobody is to be told" in (await site.ask("quota notify")).text
        big = letter(body=BODY)
        await site.send(BEN, [ANN], big)
        await site.send(BEN, ["problems@worcester.example"], big)
        await site.mail("ann")
        await site.mail("problems")
        assert (await site.ask("quota notify")).text == "The owners of 2 full recipients were told."
        assert subjects(await site.mail("ann", 2))[1:] == ["Your mailbox is almost full"]
        assert subjects(await site.mail("ben")) == ["The public folder problems is large"]
        assert site.found(Kind.QUOTA)[0].data["told"] == 2
        assert "Nobody is to be told" in (await site.ask("quota notify")).text
        await site.quiet()
        await site.stop()
        await site.start()
        assert "Nobody is to be told" in (await site.ask("quota notify")).text
        rows = (await site.ask("quota list", over=20)).rows
        states = {row["name"]: row["state"] for row in rows}
        assert states == {"problems": "warning-folder-unlimited", "ann": "warning-mailbox"}


async def test_the_notice_reaches_a_mailbox_that_takes_nothing_else() -> None:
    async with Site() as site:
        await site.send(BEN, [ANN], letter(body=BODY))
        await site.mail("ann")
        await site.ask("recipient set", name="ann", default_quotas="no", receive_quota="1 KB", language=["de"])
        await site.ask(
            "system-message set", about="prohibit-send-receive-mailbox", language="de", text="Voll: {size}."
        )
        await site.ask("quota notify")
        [_, notice] = await site.mail("ann", 2)
        await site.quiet()
        assert b"Voll: 2" in notice
        assert b"Subject: Ihr Postfach ist voll" in notice


async def test_a_mailbox_whose_name_can_be_no_folder_keeps_nobody_from_being_told() -> None:
    """120 letters of a name are 1,080 octets of a folder's."""
    name = 120 * "\u90f5"
    odd = f"""
[[mailbox]]
name = "{name}"
addresses = ["odd@worcester.example"]
default_quotas = false
warning_quota = "1 KB"
send_quota = "2 KB"
"""
    async with Site(organisation=odd) as site:
        await site.send(BEN, [ANN], letter(body=BODY))
        await site.mail("ann")
        await site.ask("recipient set", name="ann", default_quotas="no", warning_quota="1 KB")
        assert (await site.ask("quota notify")).text == "The owners of 1 full recipient were told."
        assert {row["name"] for row in (await site.ask("quota list")).rows} == {"ann", "ben", name}
        await site.quiet()


async def test_the_round_of_the_day_comes_by_itself_and_not_at_the_first_start() -> None:
    """The clock shows the hour: a minute ago is due, as soon as a round before that is remembered."""
    ago = time.strftime("%H:%M", time.localtime(time.time() - 90))
    async with Site(transport=f'quota_notices = "{ago}"\n') as site:
        await site.send(BEN, [ANN], letter(body=BODY))
        await site.mail("ann")
        await site.ask("recipient set", name="ann", default_quotas="no", warning_quota="1 KB")
        await site.quiet()
        await site.stop()
        memory = site.folder / "data" / "quota-notices.json"
        assert '"told": {}' in memory.read_text()
        assert len(site.lying("ann")) == 1
        memory.write_text('{"round": 5, "told": {}}')
        await site.start()
        await site.event(Kind.QUOTA)
        await site.event(Kind.DELIVER, mailbox="ann")
        assert len(site.lying("ann")) == 2
        await site.quiet()


def test_the_latest_hour_is_todays_or_yesterdays() -> None:
    noon = time.mktime((2026, 6, 10, 12, 0, 0, 0, 0, -1))
    assert latest("11:30", noon) == noon - 1800
    assert latest("12:00", noon) == noon
    assert latest("12:01", noon) == noon - 86400 + 60
    assert latest("", noon) == 0


def test_of_a_folder_its_owners_are_told_or_else_who_reads_replies() -> None:
    ann, ben = Address("ann", "corp.example"), Address("ben", "corp.example")
    folder = Folder(
        "f", (Address("f", "corp.example"),), permissions=("ann@corp.example: Owner", "Default: Owner")
    )
    organisation = Organisation(
        domains={"corp.example": AcceptedDomain("corp.example")},
        recipients={
            "ann": Mailbox("ann", (ann,), languages=("fr",)),
            "ben": Mailbox("ben", (ben,)),
        },
        transport=TransportConfig(reply_recipient="ben"),
    )
    [owner] = readers(folder, organisation)
    assert (owner.address, owner.languages) == (ann, "fr")
    [reply] = readers(Folder("g", folder.addresses, permissions=()), organisation)
    assert reply.address == ben


def test_a_time_of_day_that_is_none_is_refused() -> None:
    for text in ("1:00", "24:00", "01:60", "at one"):
        [violation] = object_rules.of(TransportConfig(quota_notices=text))
        assert violation.field == "quota_notices"
    assert not object_rules.of(TransportConfig(quota_notices=""))
