"""The other systems' words, as the reader takes them."""

from __future__ import annotations

import re

import pytest

from saywhy.lab.systems import STANDARD, About, reply, report, systems
from saywhy.why.read.reading import read
from saywhy.why.read.values import Kind
from saywhy.wire.report.values import Action

MESSAGE = (
    b"From: App <app@shop.example>\r\nTo: Bob <bob@lab.test>\r\nSubject: Your order\r\n"
    b"Message-ID: <order.1@shop.example>\r\n\r\nThank you, Bj\xf6rn.\r\n"
)
REPORTING = [name for name, system in systems().items() if system.template]
CODES = ["5.1.1", "5.2.2", "5.3.4", "5.4.1", "5.7.1", "5.7.26", "4.4.7"]
SYSTEM = {
    "amazonses": "Amazon SES",
    "exchange2003": "",  # nothing but X-DSNContext tells it from other reports of its form
    "exchange2007": "Exchange",
    "exchange2019": "Exchange",
    "microsoft365": "Exchange",
    "domino": "",
    "opensmtpd": "OpenSMTPD",
}


def about(recipient: str) -> About:
    return About("app@shop.example", recipient, "192.0.2.1", MESSAGE, 1_790_000_000.0)


def test_there_are_a_dozen_systems_that_send_reports() -> None:
    assert len(REPORTING) >= 12


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("name", REPORTING)
def test_a_report_is_read_back_to_its_recipient_and_code(name: str, code: str) -> None:
    recipient = f"bob+async-{name}-{code}@lab.test"
    raw = report(name, code, about(recipient))
    assert not re.search(rb"(?<!\r)\n|\$[a-z]", raw)
    found = read(raw)
    assert found.kind is Kind.FAILED
    [one] = found.recipients
    assert (one.recipient, one.status, one.action) == (recipient, code, Action.FAILED)
    assert found.system == SYSTEM.get(name, name.capitalize() if name != "qmail" else name)
    assert b"order.1@shop.example" in raw


def test_a_long_message_comes_back_in_part() -> None:
    long = About("app@shop.example", "bob@lab.test", "192.0.2.1", MESSAGE + b"x" * 70 + b"\r\n" * 100_000)
    raw = report("postfix", "5.1.1", long)
    assert 49_000 < len(raw) < 55_000
    assert read(raw).recipients[0].status == "5.1.1"


@pytest.mark.parametrize("name", systems())
def test_every_reply_has_its_code_on_each_line(name: str) -> None:
    for code in systems()[name].replies:
        lines = reply(name, code, about("bob@lab.test")).split("\n")
        assert len({line[:3] for line in lines}) == 1
        assert lines[0][0] == code[0] or code == "4.4.7"  # given up: 550 4.4.7 stands in reports
        assert all(line[3] == "-" for line in lines[:-1])
        assert lines[-1][3] == " "
        assert code in lines[-1]
        assert all(len(line) < 500 and "$" not in line for line in lines)


def test_a_code_that_a_system_has_no_words_for_is_said_in_ordinary_ones_or_the_catalogue_s() -> None:
    assert reply("qmail", "5.1.6", about("bob@lab.test")) == reply(STANDARD, "5.1.6", about("bob@lab.test"))
    assert reply("qmail", "5.7.30", about("bob@lab.test")).startswith("550 5.7.30 ")
    assert reply("qmail", "4.99.99", about("bob@lab.test")) == "451 4.99.99 Not accepted"
