"""Recipients from Debian's slapd with Active Directory's attribute names, and what happens when it goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from saywhy.flow.categorize.categorizer import Categorizer
from saywhy.flow.stages import Resolved
from saywhy.infra.directory.combined import CombinedDirectory
from saywhy.infra.directory.ldap import LdapDirectory, LdapServer
from saywhy.infra.directory.table import TableDirectory
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.organisation import AcceptedDomain, Organisation, TransportConfig
from saywhy.model.outcome import Deferred, Failed
from saywhy.model.queued import Message, QueueId
from tests.interop.slapd import ADMIN, BASE, PASSWORD, Slapd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Entries = dict[str, Mapping[str, Sequence[str]]]


def user(name: str, **values: Sequence[str]) -> Entries:
    return {
        f"cn={name},{BASE}": {
            "objectClass": ["inetOrgPerson", "exchangeRecipient"],
            "sn": [name],
            "mail": [f"{name}@corp.example"],
            **values,
        }
    }


def group(name: str, *members: str, **values: Sequence[str]) -> Entries:
    return {
        f"cn={name},{BASE}": {
            "objectClass": ["groupOfNames", "exchangeRecipient"],
            "mail": [f"{name}@corp.example"],
            "member": [dn(member) for member in members],
            **values,
        }
    }


def dn(name: str) -> str:
    return f"cn={name},{BASE}"


PEOPLE: Entries = {
    **user("anna", proxyAddresses=["SMTP:anna.b@corp.example", "smtp:info@corp.example", "X500:/o=corp/cn=old"]),
    **user("ben", altRecipient=[dn("anna")], deliverAndRedirect=["TRUE"]),
    **user("cyd", authOrig=[dn("anna")], delivContLength=["1"]),
    **user("dan", proxyAddresses=["smtp:info@corp.example"]),
    **user("ext", targetAddress=["SMTP:ext@else.example"]),
    **user("closed", msExchRequireAuthToSendTo=["TRUE"]),
    **user("off", userAccountControl=["514"]),
    **user("bad", mail=["bad@@else.example"]),
    **user("lost", targetAddress=["SMTP:lost@@else.example"]),
    **user("stored", homeMDB=[f"CN=Store 1,CN=HUB1,{BASE}"]),
    **user("a", altRecipient=[dn("b")]),
    **user("b", altRecipient=[dn("a")]),
}
GROUPS: Entries = {
    **group("staff", "anna", "ben", "ext"),
    **group("outer", "staff", "cyd"),
    **group("mixed", "anna", "bad", "lost"),
    **{
        f"cn={name},{BASE}": {
            "objectClass": ["msExchDynamicDistributionList", "exchangeRecipient"],
            "mail": [f"{name}@corp.example"],
            **values,
        }
        for name, values in {
            "dynamic": {"msExchDynamicDLFilter": ["(|(cn=anna)(cn=dan))"]},
            "badrule": {"msExchDynamicDLFilter": ["(cn=anna"]},
            "badbase": {"msExchDynamicDLFilter": ["(cn=*)"], "msExchDynamicDLBaseDN": [f"ou=gone,{BASE}"]},
        }.items()
    },
}


@pytest.fixture(params=[True, False], ids=["memberOf", "no memberOf"])
def slapd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Slapd]:
    server = Slapd(tmp_path, member_of=request.param)
    server.fill(PEOPLE)
    server.start()
    try:
        server.add(GROUPS)
        yield server
    finally:
        server.stop()


class Site:
    """A categorizer over an empty store and the server."""

    def __init__(self, slapd: Slapd, keep: float = 60.0, homes: bool = False, **config: object) -> None:
        organisation = Organisation(
            1,
            {"corp.example": AcceptedDomain("corp.example", default=True)},
            transport=TransportConfig(**config),  # type: ignore[arg-type]
        )
        server = LdapServer(slapd.url, BASE, ADMIN, PASSWORD, timeout=30.0, keep=keep, homes=homes)
        self.ldap = LdapDirectory(server)
        store = TableDirectory(lambda: organisation)
        self.categorizer = Categorizer(lambda: organisation, CombinedDirectory(store, self.ldap))

    async def __call__(self, *names: str, sender: str = "x@else.example", internal: bool = False) -> list[str]:
        recipients = tuple(Recipient(Address.parse(f"{name}@corp.example")) for name in names)
        envelope = Envelope(Address.parse(sender), recipients)
        origin = Origin("Client" if internal else "Internet", internal=internal)
        found = await self.categorizer(Message(QueueId(1, 1), envelope, origin, 0, 1e9, 2000))
        return [_told(each) for each in found]

    async def asked(self, name: str) -> str:
        """What RCPT answers."""
        address = Address.parse(f"{name}@corp.example")
        waiting = self.categorizer.bring(address)
        if waiting is not None:
            await waiting
        refused = self.categorizer.lookup(address, internal=False)
        return refused.failure.line() if refused else "taken"


def _told(resolved: Resolved) -> str:
    match resolved.outcome:
        case None:
            return resolved.mailbox or str(resolved.address)
        case Failed(failure) | Deferred(failure):
            return f"{failure.status} {failure.tag}"
        case expanded:
            return f"{expanded.group}>{expanded.members}"


@pytest.fixture
def site(slapd: Slapd) -> Iterator[Site]:
    made = Site(slapd)
    yield made
    made.ldap.close()


async def test_people_are_found_by_every_address_and_treated_as_their_properties_say(site: Site) -> None:
    assert await site("anna.b", "ANNA", "ben", "ext") == ["anna", "ben", "ext@else.example"]
    assert await site("nobody") == ["5.1.1 RESOLVER.ADR.RecipNotFound"]
    assert await site("info") == ["5.1.4 RESOLVER.ADR.Ambiguous"]
    assert await site("closed") == ["5.7.1 RESOLVER.RST.AuthRequired"]
    assert await site("cyd") == ["5.7.1 RESOLVER.RST.NotAuthorized"]
    assert await site("cyd", sender="anna.b@corp.example", internal=True) == ["5.2.3 RESOLVER.RST.RecipSizeLimit"]
    assert await site("off") == ["5.2.1 STOREDRV.Deliver"]
    assert await site("a") == ["5.4.6 RESOLVER.FWD.Loop"]
    assert await site("IMCEAEX-_o=corp_cn=old") == ["anna"]
    assert await site("IMCEAEX-_o=corp_cn=gone") == ["5.1.1 RESOLVER.ADR.ExRecipNotFound"]


async def test_groups_are_expanded_by_memberof_or_by_name(site: Site) -> None:
    assert sorted(await site("outer")) == ["5.7.1 RESOLVER.RST.NotAuthorized", *sorted(
        ["outer>2", "staff>3", "anna", "ben", "ext@else.example"]
    )]  # fmt: skip


async def test_an_address_that_is_none_fails_and_the_other_members_get_the_message(site: Site) -> None:
    assert await site("lost") == ["5.1.3 STOREDRV.Submit"]
    assert sorted(await site("mixed")) == ["5.1.3 STOREDRV.Submit", "5.1.3 STOREDRV.Submit", "anna", "mixed>2"]


async def test_the_store_of_a_mailbox_is_read_where_it_is_asked_for(slapd: Slapd) -> None:
    site = Site(slapd, homes=True, mailbox_stores=("store 1",))
    try:
        assert await site("stored", "anna") == ["stored", "5.1.0 RESOLVER.ADR.HomeDatabaseUnclear"]
    finally:
        site.ldap.close()


async def test_dynamic_lists_are_expanded_by_their_own_filter(site: Site) -> None:
    assert await site("dynamic") == ["dynamic>2", "anna", "dan"]
    assert await site("badrule") == ["5.2.4 RESOLVER.GRP.BadFilter"]
    assert await site("badbase") == ["5.2.4 RESOLVER.GRP.BadContainer"]


async def test_rcpt_asks_the_server(site: Site) -> None:
    assert [await site.asked(name) for name in ("anna", "staff", "nobody")] == [
        "taken",
        "taken",
        "550 5.1.1 User unknown",
    ]


async def test_a_server_that_goes_away_defers_and_never_says_user_unknown(slapd: Slapd) -> None:
    site = Site(slapd, keep=0.1)
    try:
        assert await site.asked("anna") == "taken"
        slapd.stop()
        time.sleep(0.2)
        for name in ("anna", "nobody"):
            assert (await site.asked(name)).startswith("451 4.3.0 ")
            assert await site(name) == ["4.3.0 RESOLVER.ADR.DirectoryDown"]
        slapd.start()
        site.ldap._down_until = 0.0
        assert await site.asked("anna") == "taken"
        assert await site("nobody") == ["5.1.1 RESOLVER.ADR.RecipNotFound"]
    finally:
        site.ldap.close()


async def test_a_wrong_password_defers_too(slapd: Slapd) -> None:
    directory = LdapDirectory(LdapServer(slapd.url, BASE, ADMIN, "wrong"))
    organisation = Organisation(1, {"corp.example": AcceptedDomain("corp.example", default=True)})
    try:
        combined = CombinedDirectory(TableDirectory(lambda: organisation), directory)
        recipients = (Recipient(Address.parse("anna@corp.example")),)
        message = Message(QueueId(1, 1), Envelope(None, recipients), Origin("Internet"), 0, 1e9, 1)
        [resolved] = await Categorizer(lambda: organisation, combined)(message)
        assert isinstance(resolved.outcome, Deferred)
        assert "bind as" in resolved.outcome.failure.evidence.name
    finally:
        directory.close()
