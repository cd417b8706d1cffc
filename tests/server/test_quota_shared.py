"""Two workers fill one mailbox at the same moment: together they keep its quota."""

from __future__ import annotations

import smtplib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

QUOTA = 100 * 1024
QUOTAS = """
[transport]
warning_quota = "50 KB"
send_quota = "60 KB"
receive_quota = "100 KB"
"""
CLIENTS, EACH = 16, 6
BODY = "x" * 70 + "\r\n"


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for _ in range(EACH):
            client.sendmail("guy@worcester.example", ["ann@worcester.example"], f"Subject: x\r\n\r\n{BODY * 55}")


def test_together_they_bring_no_more_into_a_mailbox_than_its_quota(tmp_path: Path) -> None:
    with Running(tmp_path, workers=2, connectors=QUOTAS) as server:
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(send, [server.port] * CLIENTS))
        server.until(lambda: _settled(server) == CLIENTS * EACH)
        shards = {event["message"].partition("-")[0] for event in server.events("RECEIVE")}
        failed = [event for event in server.events("FAIL") if event["recipient"] == "ann@worcester.example"]
    lying = sum(file.stat().st_size for file in (tmp_path / "data" / "mailboxes" / "ann" / "new").iterdir())
    print(f"\n{lying} octets of {QUOTA}, {len(failed)} of {CLIENTS * EACH} returned, by shards {shards}")
    assert shards == {"1", "2"}  # both took part
    assert QUOTA / 2 < lying < QUOTA
    assert {event["status"] for event in failed} == {"5.2.2"}


def _settled(server: Running) -> int:
    ends = [*server.events("DELIVER"), *server.events("FAIL")]
    return sum(event["recipient"] == "ann@worcester.example" for event in ends)
