"""Made-up reports, and archives of them."""

from __future__ import annotations

from pathlib import Path


def report(number: int, *, status: str = "5.1.1", said: str = "550 5.1.1 User unknown", body: str = "") -> bytes:
    address = f"user{number}@dom{number % 7}.example"
    day = 1 + number % 9
    text = f"""From: MAILER-DAEMON@mx.example
To: list@here.example
Subject: Undelivered {number}
Date: Mon, {day:02} Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b{number}"

--b{number}
Content-Type: text/plain

It did not work.
{body}
--b{number}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, {day:02} Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; {address}
Action: failed
Status: {status}
Diagnostic-Code: smtp; {said}

--b{number}--
"""
    return text.encode()


def mbox(path: Path, count: int, first: int = 0) -> list[str]:
    """Write an mbox; the recipients that its rows must have, in order."""
    with path.open("ab") as file:
        for number in range(first, first + count):
            file.write(b"From MAILER-DAEMON Mon Nov  2 10:00:00 2026\n" + report(number) + b"\n")
    return [f"user{number}@dom{number % 7}.example" for number in range(first, first + count)]
