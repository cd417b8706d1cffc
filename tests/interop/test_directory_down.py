"""slapd is stopped under a real server: RCPT answers 451, what was taken waits, and leaves when it is back."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.slapd import ADMIN, BASE, PASSWORD, Slapd
from tests.interop.test_slapd import Entries, user
from tests.server.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PEOPLE = [f"person{number}" for number in range(10)]
SETTINGS = """
[directory]
source = "ldap"
url = "{url}"
base = "{base}"
user = "{user}"
password_file = "password"
timeout = 2
keep = 1
"""


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[Slapd]:
    folder = tmp_path / "slapd"
    folder.mkdir()
    server = Slapd(folder)
    entries: Entries = {}
    for name in PEOPLE:
        entries |= user(name, proxyAddresses=[f"SMTP:{name}@worcester.example"])
    server.fill(entries)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("lookup", [True, False])
def test_a_directory_that_is_down_refuses_nobody_for_good_and_loses_nothing(
    slapd: Slapd, tmp_path: Path, lookup: bool
) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    settings = SETTINGS.format(url=slapd.url, base=BASE, user=ADMIN)
    with Running(tmp_path, lookup=lookup, settings=settings, workers=2) as server:
        assert send(server, PEOPLE[0]) == "250"
        server.until(lambda: server.mail(PEOPLE[0]))
        slapd.stop()
        answers = {send(server, name) for name in PEOPLE[1:]}
        if lookup:
            assert answers == {"451 4.3.0 RESOLVER.ADR.DirectoryDown; recipient directory not available"}
        else:
            assert answers == {"250"}
            server.until(lambda: server.events("HOP_DOWN"))
            assert {event["cause"] for event in server.events("HOP_DOWN")} == {"directory-unavailable"}
        slapd.start()
        taken = {PEOPLE[0]}
        for name in PEOPLE[1:]:
            server.until(lambda name=name: not lookup or send(server, name) == "250")
            taken.add(name)
        server.until(lambda: all(server.mail(name) for name in taken))
        assert server.events("FAIL") == []
        assert len(server.events("HOP_DOWN")) <= 2  # one for each worker


def send(server: Running, name: str) -> str:
    """250, or the refusal's line."""
    with smtplib.SMTP("127.0.0.1", server.port, "pc7.example", timeout=60) as client:
        try:
            client.sendmail("eve@partner.example", [f"{name}@worcester.example"], "Subject: x\r\n\r\nx\r\n")
        except smtplib.SMTPRecipientsRefused as error:
            [(code, text)] = error.recipients.values()
            return f"{code} {text.decode()}"
    return "250"
