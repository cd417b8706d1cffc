from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.config.faults import ConfigError
from saywhy.config.organisation import parse_organisation, write
from saywhy.config.snapshot import key_of, kind_of, organisation, snapshot, stored
from saywhy.model.address import Address
from saywhy.model.organisation import (
    AcceptedDomain,
    Contact,
    DomainType,
    ExpiryStatus,
    Folder,
    Group,
    Mailbox,
    MailboxType,
    OrganisationObject,
    ReceiveConnector,
    SendConnector,
    TransportConfig,
    UnreachableAction,
    User,
)
from saywhy.model.record import dump

DOMAIN = "worcester.example"

names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20).map(str.strip)
words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
seconds = st.one_of(st.integers(5, 10**6).map(float), st.floats(5, 10**6))
counts = st.integers(1, 10**6)


def locals_() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z0-9]{1,12}(\.[a-z0-9]{1,5})?", fullmatch=True)


@st.composite
def organisations(draw: st.DrawFn) -> list[OrganisationObject]:
    """Objects that keep all the rules."""
    spellings = draw(st.lists(locals_(), unique=True, max_size=12))
    addresses = [Address(local, DOMAIN) for local in spellings]
    keys = draw(
        st.lists(
            names.filter(bool),
            unique_by=lambda name: name.lower(),
            min_size=len(addresses),
            max_size=len(addresses),
        )
    )
    items: list[OrganisationObject] = [AcceptedDomain(DOMAIN, DomainType.AUTHORITATIVE, draw(st.booleans()))]
    for name, address in zip(keys, addresses, strict=True):
        items.append(draw(recipients(name, address, addresses)))
    if draw(st.booleans()):
        items.append(User("anna", "$argon2id$" + draw(words), tuple(addresses[:2])))
    items += draw(st.lists(send_connectors(), unique_by=lambda item: item.name.lower(), max_size=2))
    items += draw(receive_connectors())
    if draw(st.booleans()):
        items.append(draw(transports()))
    return items


def recipients(name: str, address: Address, known: list[Address]) -> st.SearchStrategy[OrganisationObject]:
    others = [other for other in known if other != address]
    own = (st.just(name), st.just((address,)))
    external = st.just(Address("x", "else.example"))
    shared = {
        "surname": words,
        "attributes": st.sampled_from([(), ("city=Worcester", "x=")]),
        "accept_from": st.lists(st.sampled_from(known), max_size=3).map(tuple),
        "max_receive_size": st.integers(0, 2**40),
        "require_sender_auth": st.booleans(),
    }
    kinds: list[st.SearchStrategy[OrganisationObject]] = [
        st.builds(
            Mailbox,
            *own,
            words,
            type=st.sampled_from(MailboxType),
            forwarding_address=st.sampled_from([None, *others]),
            forwarding_smtp_address=st.one_of(st.none(), external),
            receive_quota=st.integers(0, 2**40),
            **shared,
        ),
        st.builds(Contact, *own, external, words, **shared),
        st.builds(
            Folder, *own, words, path=words, permissions=st.sampled_from([(), ("Default: Owner",)]), **shared
        ),
    ]
    if others:
        members = st.lists(st.sampled_from(others), unique=True, min_size=1).map(tuple)
        kinds.append(st.builds(Group, *own, members, words, filter=st.sampled_from(["", "city = Rome"]), **shared))
    return st.one_of(kinds)


def send_connectors() -> st.SearchStrategy[SendConnector]:
    return st.builds(
        SendConnector,
        name=names.filter(bool),
        address_spaces=st.lists(st.sampled_from(["*", "a.example", "*.b.example"]), min_size=1).map(tuple),
        cost=st.integers(0, 100),
        smart_hosts=st.lists(st.sampled_from(["relay.example", "[192.0.2.1]:26"]), max_size=2).map(tuple),
        port=st.integers(1, 65535),
        ignore_starttls=st.booleans(),
        max_message_size=st.integers(0, 2**40),
        enabled=st.booleans(),
        networks=st.sampled_from([(), ("127.0.0.0/8",)]),
    )


@st.composite
def receive_connectors(draw: st.DrawFn) -> list[ReceiveConnector]:
    listeners = draw(st.lists(st.sampled_from(["smtp", "submission", "internal"]), unique=True))
    return [
        ReceiveConnector(
            name,
            listeners=(name,),
            relay_ranges=draw(st.sampled_from([(), ("10.0.0.0/8", "2001:db8::/32")])),
            auth=("PLAIN",),
            require_auth=draw(st.booleans()),
            max_recipients=draw(counts),
            inactivity_timeout=draw(counts),
            tarpit=draw(seconds),
        )
        for name in listeners
    ]


def transports() -> st.SearchStrategy[TransportConfig]:
    return st.builds(
        TransportConfig,
        glitch_interval=seconds,
        steady_interval=seconds,
        expire_after=seconds,
        retry_jitter=st.floats(0, 0.5),
        expiry_status=st.sampled_from(ExpiryStatus),
        unreachable_action=st.sampled_from(UnreachableAction),
        report_html=st.booleans(),
        report_max_return_size=st.integers(0, 2**40),
        report_help_text=words,
    )


def comparable(items: object) -> dict[tuple[str, str], OrganisationObject]:
    return {(kind_of(item), key_of(item)): item for item in items}  # type: ignore[attr-defined]


@given(organisations())
def test_an_organisation_written_is_read_back_equal(items: list[OrganisationObject]) -> None:
    assert comparable(parse_organisation(write(items), "own")) == comparable(items)


@given(organisations())
def test_rows_of_the_store_make_the_same_organisation(items: list[OrganisationObject]) -> None:
    rows = [(kind_of(item), key_of(item), dump(item)) for item in items]
    built = snapshot(7, rows)
    assert built == organisation(7, items)
    kept = [item for item in items if item != TransportConfig()]
    assert comparable(stored(built)) == comparable(kept)


def test_the_order_of_objects_does_not_change_the_file() -> None:
    items = [AcceptedDomain("b.example"), AcceptedDomain("a.example")]
    assert write(items) == write(reversed(items))


def test_units_and_defaults_are_written_as_people_would() -> None:
    text = write([TransportConfig(delay_after=8 * 3600, report_max_return_size=0), SendConnector("x", port=26)])
    assert 'delay_after = "8 h"\n' in text
    assert 'report_max_return_size = "0 B"\n' in text
    assert "expire_after" not in text
    assert tomllib.loads(text)["send_connector"] == [{"name": "x", "port": 26}]


def test_without_connectors_the_built_in_ones_are_in_force() -> None:
    built = snapshot(1, [])
    frontend, client = built.receive_connectors.values()
    assert (frontend.name, frontend.listeners, frontend.auth, frontend.relay_ranges) == (
        "Default Frontend",
        ("smtp",),
        (),
        (),
    )
    assert (client.listeners, client.require_auth) == (("submission", "submissions"), True)
    assert (frontend.recipient_lookup, client.recipient_lookup) == (True, False)
    assert [connector.address_spaces for connector in built.send_connectors.values()] == [("*",)]
    assert stored(built) == []


def test_a_first_connector_takes_the_place_of_the_built_in_ones() -> None:
    connector = ReceiveConnector("Own", ("smtp",))
    built = organisation(1, [connector])
    assert list(built.receive_connectors.values()) == [connector]
    assert stored(built) == [connector]


def test_a_row_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match="mailbox 'anna' cannot be read"):
        snapshot(1, [("mailbox", "anna", {"name": "anna", "colour": "blue"})])


def test_what_may_be_for_want_of_a_faulty_object_is_not_said() -> None:
    text = f"""
        [[domain]]
        name = "{DOMAIN}"
        type = "authoritive"
        [[mailbox]]
        name = "anna"
        addresses = ["anna@{DOMAIN}"]
    """
    with pytest.raises(ConfigError) as raised:
        parse_organisation(text, "own.toml")
    assert [fault.key for fault in raised.value.faults] == ["domain[1].type"]
