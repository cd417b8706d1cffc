"""Transport rules: what makes one match, which of several decides, and what the sender hears."""

from __future__ import annotations

from dataclasses import replace

import pytest

from saywhy.flow.receive import rules
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Recipient
from saywhy.model.organisation import RuleAction, TransportRule
from saywhy.model.system_messages import SystemMessage
from saywhy.wire.header import headline
from tests.flow.receive.support import ORGANISATION

CONTENT = b"Subject: The merger\r\nX-Spam-Flag: YES\r\n\r\n" + b"x" * 2000 + b"\r\n"
BOB = Address("bob", "partner.example")


def verdict(*found: TransportRule, sender: Address | None = BOB, content: bytes = CONTENT) -> str:
    organisation = replace(ORGANISATION, rules={rule.name: rule for rule in found})
    envelope = Envelope(sender, (Recipient(Address("guy", "worcester.example")),))
    failure = rules.check(organisation, "c", envelope, headline(content), content)
    return failure.line() if failure is not None else ""


@pytest.mark.parametrize(
    ("conditions", "matches"),
    [
        ({}, True),
        ({"senders": ("partner.example",)}, True),
        ({"senders": ("other.example",)}, False),
        ({"recipients": ("guy@worcester.example",)}, True),
        ({"recipients": ("ann@worcester.example",)}, False),
        ({"subject_contains": ("lunch", "MERGER")}, True),
        ({"subject_contains": ("lunch",)}, False),
        ({"header_contains": ("X-Spam-Flag: yes",)}, True),
        ({"header_contains": ("X-Spam: yes",)}, False),
        ({"message_size_over": 1000}, True),
        ({"message_size_over": 9000}, False),
        ({"attachment_size_over": 1000}, True),
        ({"attachment_size_over": 9000}, False),
        ({"subject_contains": ("merger",), "message_size_over": 9000}, False),
        ({"outside_only": True}, True),
        ({"enabled": False}, False),
    ],
)
def test_a_rule_matches_when_all_its_conditions_hold(conditions: dict, matches: bool) -> None:
    assert bool(verdict(TransportRule("r", **conditions))) is matches


def test_a_rule_for_outsiders_passes_our_own_senders() -> None:
    assert verdict(TransportRule("r", outside_only=True), sender=Address("guy", "worcester.example")) == ""


def test_the_rule_of_the_lowest_priority_decides_and_its_words_reach_the_sender() -> None:
    first = TransportRule("z", priority=1, status="5.7.901", text="Ask the lawyers")
    assert verdict(TransportRule("a"), first) == "550 5.7.901 TRANSPORT.RULES.RejectMessage; Ask the lawyers"


def test_a_quarantine_without_a_mailbox_refuses_with_5_2_1() -> None:
    assert verdict(TransportRule("r", action=RuleAction.QUARANTINE)).startswith("550 5.2.1 AGENT.Content; ")


def test_a_rule_without_a_text_says_what_the_system_message_of_its_code_says() -> None:
    rule = TransportRule("sunday", status="5.7.912")
    name = r"en\external\5.7.912"
    words = {name: SystemMessage(name, "Not on <b>Sundays</b>.<br>Code {code}")}
    organisation = replace(ORGANISATION, rules={"sunday": rule}, system_messages=words)
    envelope = Envelope(BOB, (Recipient(Address("guy", "worcester.example")),))
    failure = rules.check(organisation, "c", envelope, headline(CONTENT), CONTENT)
    assert failure is not None
    assert failure.line() == "550 5.7.912 TRANSPORT.RULES.RejectMessage; Not on Sundays. Code 5.7.912"
