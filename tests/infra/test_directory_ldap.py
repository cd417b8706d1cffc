"""Entries of Active Directory as recipients, and a server that does not answer."""

from __future__ import annotations

import socket

import pytest

from saywhy.infra.directory.ldap import PAUSE, LdapDirectory, LdapServer
from saywhy.infra.directory.ldap_attributes import Entry, directory_object, unreadable
from saywhy.infra.errors import DirectoryDown
from saywhy.model.address import Address
from saywhy.model.organisation import Contact, Group, Mailbox, MailboxType

TREE = {"CN=Ben,DC=corp": "ben@corp.example", "CN=Cyd,DC=corp": "cyd@corp.example"}


def at(name: str) -> Address:
    return Address.parse(f"{name}@corp.example")


def resolve(names: object) -> tuple[Address, ...]:
    return tuple(Address.parse(TREE[name]) for name in names if name in TREE)  # type: ignore[attr-defined]


def entry(**values: object) -> Entry:
    return {name.lower(): value if isinstance(value, list) else [str(value)] for name, value in values.items()}


ANNA = entry(
    objectClass=["top", "person", "user"],
    cn="Anna",
    displayName="Anna B.",
    mail="anna@corp.example",
    proxyAddresses=["smtp:a@corp.example", "SMTP:anna.b@corp.example", "X500:/o=corp/cn=old"],
    legacyExchangeDN="/o=corp/cn=anna",
    altRecipient="CN=Ben,DC=corp",
    deliverAndRedirect="TRUE",
    authOrig=["CN=Ben,DC=corp", "CN=Gone,DC=corp"],
    dLMemSubmitPerms="CN=Cyd,DC=corp",
    unauthOrig="CN=Cyd,DC=corp",
    msExchRequireAuthToSendTo="TRUE",
    delivContLength="10240",
    submissionContLength="20480",
    msExchRecipLimit="50",
    mDBUseDefaults="FALSE",
    mDBStorageQuota="100",
    mDBOverQuotaLimit="200",
    mDBOverHardQuotaLimit="300",
    publicDelegates="CN=Ben,DC=corp",
    userAccountControl="514",
    department="Brewery",
    sn="Brewer",
)


def test_a_user_is_a_mailbox_with_all_its_properties() -> None:
    anna = directory_object("CN=Anna", ANNA, resolve)
    assert anna == Mailbox(
        "Anna",
        (at("anna.b"), at("a"), at("anna")),
        "Anna B.",
        disabled=True,
        default_quotas=False,
        warning_quota=100 * 1024,
        send_quota=200 * 1024,
        receive_quota=300 * 1024,
        max_recipients=50,
        forwarding_address=at("ben"),
        deliver_and_forward=True,
        delegates=(at("ben"),),
        surname="Brewer",
        attributes=("department=Brewery",),
        other_addresses=("X500:/o=corp/cn=old", "EX:/o=corp/cn=anna"),
        address_policy=False,
        max_receive_size=10 * 1024 * 1024,
        max_send_size=20 * 1024 * 1024,
        accept_from=(at("ben"), at("cyd")),
        reject_from=(at("cyd"),),
        require_sender_auth=True,
    )


def test_plain_ldap_has_mail_and_uid() -> None:
    found = directory_object(
        "uid=ben", entry(objectClass=["inetOrgPerson"], uid="ben", mail="ben@corp.example"), resolve
    )
    assert isinstance(found, Mailbox)
    assert (found.name, found.addresses, found.disabled) == ("ben", (at("ben"),), False)


def test_the_disabled_account_of_a_shared_mailbox_is_how_it_should_be() -> None:
    shared = entry(cn="x", mail="x@corp.example", msExchRecipientTypeDetails="4", userAccountControl="514")
    found = directory_object("x", shared, resolve)
    assert isinstance(found, Mailbox)
    assert (found.type, found.disabled) == (MailboxType.SHARED, False)


def test_an_entry_with_a_target_address_is_a_contact() -> None:
    found = directory_object(
        "x", entry(cn="x", mail="x@corp.example", targetAddress="SMTP:x@else.example"), resolve
    )
    assert isinstance(found, Contact)
    assert str(found.external) == "x@else.example"


def test_a_target_of_another_kind_is_for_a_connector_of_that_kind() -> None:
    found = directory_object("dn", entry(cn="x", mail="x@corp.example", targetAddress="FAX:+441905"), resolve)
    assert found == Contact("x", (at("x"),), foreign="FAX:+441905", address_policy=False)


def test_a_target_that_cannot_be_read_makes_the_contact_unusable_and_not_unknown() -> None:
    found = directory_object("x", entry(cn="x", mail="x@corp.example", targetAddress="SMTP:x@@"), resolve)
    assert found == Contact("x", (at("x"),), bad_external="SMTP:x@@", address_policy=False)


@pytest.mark.parametrize(
    ("held", "home", "unclear"),
    [
        (["CN=Store 1,CN=InformationStore,CN=HUB1,DC=corp"], "Store 1", ""),
        (["cn=Mail\\, old\\+new"], "Mail, old+new", ""),
        ([], "", "it has no homeMDB"),
        (["DC=corp"], "", "homeMDB: DC=corp"),
        (["CN=a,DC=corp", "CN=b,DC=corp"], "", "homeMDB: CN=a,DC=corp, CN=b,DC=corp"),
        (["CN="], "", "homeMDB: CN="),
    ],
)
def test_the_store_of_a_mailbox_is_in_home_mdb_where_the_settings_say_so(
    held: list[str], home: str, unclear: str
) -> None:
    values = entry(cn="x", mail="x@corp.example", homeMDB=held)
    found = directory_object("x", values, resolve, homes=True)
    assert isinstance(found, Mailbox)
    assert (found.home, found.home_unclear) == (home, unclear)
    unasked = directory_object("x", values, resolve)
    assert isinstance(unasked, Mailbox)
    assert (unasked.home, unasked.home_unclear) == ("", "")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"mail": "x@@corp.example"}, "x@@corp.example"),
        ({"targetAddress": "SMTP:x y@else.example"}, "SMTP:x y@else.example"),
        ({"mail": "x@corp.example"}, ""),
        ({}, ""),
    ],
)
def test_an_entry_is_asked_for_what_stands_in_place_of_its_address(values: dict[str, str], text: str) -> None:
    assert unreadable(entry(cn="x", **values)) == text


@pytest.mark.parametrize(
    ("values", "switches"),
    [
        ({}, (True, False)),
        ({"reportToOriginator": "FALSE"}, (False, False)),
        ({"reportToOriginator": "FALSE", "reportToOwner": "TRUE"}, (False, True)),
        ({"reportToOriginator": "TRUE", "reportToOwner": "TRUE"}, (True, False)),
    ],
)
def test_a_group_has_its_report_switches(values: dict[str, str], switches: tuple[bool, bool]) -> None:
    group = entry(
        objectClass=["top", "group"], cn="g", mail="g@corp.example", managedBy="CN=Ben,DC=corp", **values
    )
    found = directory_object("g", group, resolve, [at("ben")])
    assert isinstance(found, Group)
    assert (found.report_to_originator, found.report_to_manager) == switches
    assert (found.members, found.managed_by) == ((at("ben"),), (at("ben"),))


async def test_a_server_that_is_down_says_nothing_of_any_recipient_and_is_left_alone_for_a_while() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there
        now = 0.0
        directory = LdapDirectory(LdapServer(f"ldap://127.0.0.1:{taken.getsockname()[1]}", "dc=corp"), lambda: now)
        try:
            assert directory.find(at("anna")) is None
            with pytest.raises(DirectoryDown, match=r"ldap://127.0.0.1"):
                await directory.fetch([at("anna")])
            with pytest.raises(DirectoryDown):
                directory.find(at("anna"))
            now += PAUSE
            assert directory.find(at("anna")) is None
        finally:
            directory.close()


async def test_a_server_that_does_not_answer_is_down_when_its_time_is_over() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"ldap://127.0.0.1:{silent.getsockname()[1]}"
        directory = LdapDirectory(LdapServer(url, "dc=corp", timeout=0.2))
        try:
            with pytest.raises(DirectoryDown):
                await directory.fetch([at("anna")])
        finally:
            directory.close()
