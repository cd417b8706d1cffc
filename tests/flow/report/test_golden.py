"""Reports as they leave, whole, in `golden/*.eml`.

After a change of wording: `SAYWHY_UPDATE_GOLDEN=1 pytest tests/flow/report`, then read the difference.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from saywhy.flow.stages import OutgoingReport, Settled
from saywhy.model.address import Address
from saywhy.model.envelope import OriginalRecipient
from saywhy.model.queued import HopKind, NextHop
from saywhy.model.system_messages import SystemMessage
from saywhy.wire.report.build import build
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import (
    ASKED,
    CONTENT,
    DELAYED,
    DELIVERED,
    EXPANDED,
    EXPIRED,
    EXPIRES,
    EXTERNAL,
    NOW,
    REFUSED,
    RELAYED,
    STRANGER,
    UNKNOWN,
    World,
    configured,
    message,
    pending,
    settled,
)

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "SAYWHY_UPDATE_GOLDEN"


def tried(one: Settled, attempts: int, first: float, last: float) -> Settled:
    hop = NextHop(HopKind.DNS, "partner.example", "Internet")
    return replace(
        one, pending=replace(one.pending, attempts=attempts, first_attempt=first, last_attempt=last, hop=hop)
    )


RONALD = "ronald@partner.example"


def own(name: str, text: str) -> World:
    world = configured(report_help_text="Help desk: 1234")
    return replace(
        world, organisation=replace(world.organisation, system_messages={name: SystemMessage(name, text)})
    )


REPORTS: dict[str, Callable[[], OutgoingReport]] = {
    "failed-unknown": lambda: World().only(message(envid="QQ314159"), settled(UNKNOWN)),
    "failed-remote": lambda: World().only(message(), tried(settled(REFUSED, RONALD), 1, NOW, NOW)),
    "failed-expired": lambda: World(now=EXPIRES).only(message(), tried(settled(EXPIRED, RONALD), 2, NOW, EXPIRES)),
    "failed-mixed": lambda: World().only(
        message(), settled(UNKNOWN), tried(settled(REFUSED, RONALD), 1, NOW, NOW)
    ),
    "failed-outside": lambda: World().only(message(STRANGER, EXTERNAL), settled(UNKNOWN)),
    "failed-text": lambda: configured(report_html=False, report_help_text="Help desk: 1234").only(
        message(), settled(UNKNOWN)
    ),
    "failed-utf8": lambda: World().only(
        message(Address("jürgen", "böse.example"), smtputf8=True), settled(UNKNOWN, "müller@corp.example")
    ),
    "failed-german": lambda: World().only(
        message(content=b"Content-Language: de-DE\r\n" + CONTENT),
        settled(UNKNOWN),
        tried(settled(REFUSED, RONALD), 1, NOW, NOW),
    ),
    "failed-own-words": lambda: own(
        r"en\internal\5.1.1",
        "<P>Nobody here has the address <b>{recipient}</b>.</P><P>The <A HREF='https://desk.corp.example/{code}'>"
        "help desk</A> knows more ({helpdesk}).",
    ).only(message(), settled(UNKNOWN), tried(settled(REFUSED, RONALD), 1, NOW, NOW)),
    "delayed": lambda: World(now=NOW + 14400).only(
        message(), tried(settled(DELAYED, RONALD), 29, NOW, NOW + 14400)
    ),
    "delivered": lambda: World().only(message(), settled(DELIVERED, notify=ASKED)),
    "relayed": lambda: World().only(message(), tried(settled(RELAYED, RONALD, ASKED), 1, NOW, NOW)),
    "expanded": lambda: World().only(
        message(),
        Settled(pending("staff@corp.example", ASKED, OriginalRecipient("rfc822", "Staff@corp.example")), EXPANDED),
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_the_golden_one(name: str) -> None:
    file, content = GOLDEN / f"{name}.eml", REPORTS[name]().content
    if os.environ.get(UPDATE):
        file.write_bytes(content)
    assert content.decode() == file.read_bytes().decode(), f"set {UPDATE}=1 if this change is meant"


@pytest.mark.parametrize("name", REPORTS)
def test_a_golden_report_is_parsed_to_values_that_build_it_again(name: str) -> None:
    content = (GOLDEN / f"{name}.eml").read_bytes()
    token = content.split(b'boundary="r-', 1)[1].split(b'"', 1)[0].decode()
    assert build(parse(content), token) == content


def test_there_is_no_golden_report_without_a_test() -> None:
    others = {"question", "question-german", "quota-warning", "quota-full-german"}
    assert {file.stem for file in GOLDEN.iterdir()} == set(REPORTS) | others
    assert CONTENT  # the original that all of them are about
