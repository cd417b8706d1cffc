"""Notices about quotas: whole in `golden/quota*.eml`, each kind in each language, in an organisation's words."""

from __future__ import annotations

import email
import email.policy
import os
from dataclasses import replace
from email.message import EmailMessage

import pytest

from saywhy.flow.report.quota_notice import Reader, quota_notice
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope
from saywhy.model.organisation import Organisation
from saywhy.model.quota_state import Fullness
from saywhy.model.system_messages import QuotaKind, SystemMessage
from saywhy.why.words import languages
from tests.flow.report.examples import HOST, NOW, ORGANISATION
from tests.flow.report.test_golden import GOLDEN, UPDATE

MIB = 1024 * 1024
ANN = Reader(Address("ann", "corp.example"))
WARNING = Fullness(QuotaKind.WARNING_MAILBOX, 1950 * MIB, 2000 * MIB, sends=True)


def notice(
    full: Fullness = WARNING, reader: Reader = ANN, organisation: Organisation = ORGANISATION
) -> tuple[Envelope, bytes]:
    return quota_notice("Ann", full, reader, organisation, HOST, NOW, "7b41c0de0001")


def text(content: bytes) -> str:
    body = email.message_from_bytes(content, policy=email.policy.default).get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return " ".join(str(body.get_content()).split())


@pytest.mark.parametrize(
    ("name", "full", "languages"),
    [
        ("quota-warning", WARNING, ""),
        ("quota-full-german", Fullness(QuotaKind.PROHIBIT_SEND_RECEIVE, 2400 * MIB, 2300 * MIB), "de-CH"),
    ],
)
def test_the_notice_is_the_golden_one(name: str, full: Fullness, languages: str) -> None:
    file, content = GOLDEN / f"{name}.eml", notice(full, replace(ANN, languages=languages))[1]
    if os.environ.get(UPDATE):
        file.write_bytes(content)
    assert content.decode() == file.read_bytes().decode(), f"set {UPDATE}=1 if this change is meant"


def test_it_is_from_the_system_to_its_owner_and_asks_for_no_answer() -> None:
    envelope, content = notice()
    assert envelope.sender is None
    assert [each.address for each in envelope.recipients] == [ANN.address]
    seen = email.message_from_bytes(content, policy=email.policy.default)
    assert seen["Auto-Submitted"] == "auto-generated"
    assert str(seen["From"]) == "Mail Delivery System <postmaster@corp.example>"


@pytest.mark.parametrize("kind", QuotaKind)
def test_each_kind_is_told_in_each_language_with_both_numbers(kind: QuotaKind) -> None:
    for language in ("en", *languages().values()):
        content = notice(Fullness(kind, 400, 300), replace(ANN, languages=language))[1]
        assert b"Content-Language: " + language.encode() in content
        assert "400" in text(content)
        assert "300" in text(content)
        assert "{" not in text(content)


def test_an_organisations_own_words_stand_in_the_place_of_ours() -> None:
    name = r"en\warning-mailbox"
    own = SystemMessage(name, "You have <b>{size}</b> of {limit}, {recipient}. {helpdesk}")
    organisation = replace(
        ORGANISATION,
        system_messages={name: own},
        transport=replace(ORGANISATION.transport, report_help_text="Call 1234."),
    )
    content = notice(organisation=organisation)[1]
    assert "You have 1.9 GB of 2.0 GB, ann@corp.example. Call 1234." in text(content)
    assert "Delete what is not needed" not in text(content)
    assert b"You have <b>1.9 GB</b> of" in content
    assert "Delete what" in text(notice(Fullness(QuotaKind.PROHIBIT_SEND, 2, 1), organisation=organisation)[1])


def test_a_name_cannot_open_a_tag_or_end_a_line() -> None:
    full = Fullness(QuotaKind.PROHIBIT_POST, 2, 1)
    content = quota_notice("<b>x\r\nBcc: y", full, ANN, ORGANISATION, HOST, NOW, "t")[1]
    assert b"\r\nBcc:" not in content
    assert b"<b>x" not in content.partition(b"<html")[2]
