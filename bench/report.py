"""What one report costs: microseconds of CPU for each kind and for each step, best of several rounds.

python -m bench.report
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from saywhy.flow.report import compose, html, text
from saywhy.flow.report.occasion import occasion
from saywhy.flow.report.reporter import Reporter
from saywhy.flow.stages import Settled
from saywhy.model.address import Address
from saywhy.model.clock import SystemClock
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.organisation import AcceptedDomain, Organisation, TransportConfig
from saywhy.model.outcome import Failed
from saywhy.model.queued import HopKind, Message, NextHop, Pending, QueueId
from saywhy.model.status import Status
from saywhy.wire.header import headline
from saywhy.wire.report.values import Action

HOST = "worcester.corp.example"
GUY = Address("guy", "corp.example")
RONALD = Address("ronald", "partner.example")
HEADER = (
    b"Received: from pc7.corp.example ([192.0.2.7])\r\n by worcester.corp.example with ESMTPSA id 1-8f31;\r\n"
    b" Tue, 06 May 2008 21:23:08 +0000\r\nFrom: Guy <guy@corp.example>\r\nTo: ronald@partner.example\r\n"
    b"Subject: Secret\r\nDate: Tue, 06 May 2008 22:23:07 +0100\r\nMessage-ID: <a1b2@corp.example>\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\nX-Mailer: bench\r\nX-Priority: 3\r\n\r\n"
)
CONTENT = HEADER + (b"x" * 70 + b"\r\n") * 50
MESSAGE = Message(
    QueueId(1, 0x8F31),
    Envelope(GUY, ()),
    Origin("Client", "ESMTPSA", "192.0.2.7", "pc7.corp.example", internal=True),
    arrived=1210108988.0,
    expires=1210281788.0,
    size=len(CONTENT),
    headline=headline(CONTENT),
)
UNKNOWN = Failure(
    Status(5, 1, 1),
    550,
    "recipient-unknown",
    "not found",
    Evidence(Stage.CATEGORIZE),
    permanent=True,
    tag="RESOLVER.ADR.RecipNotFound",
)
REFUSED = Failure(
    Status(5, 1, 1),
    550,
    "remote-user-unknown",
    "user unknown",
    Evidence(
        Stage.SEND,
        Step.RCPT,
        queue="dns/partner.example/Internet",
        remote_host="mail.partner.example",
        remote_ip="203.0.113.5",
        command="RCPT TO:<ronald@partner.example>",
        reply=("550 5.1.1 <ronald@partner.example>: Recipient address rejected: User unknown",),
        hosts=("mail.partner.example [203.0.113.5]:25: 550 at RCPT",),
    ),
    permanent=True,
)
PLAIN = Organisation(domains={"corp.example": AcceptedDomain("corp.example", default=True)})
TEXT_ONLY = replace(PLAIN, transport=TransportConfig(report_html=False))
OUTSIDE = replace(MESSAGE, origin=replace(MESSAGE.origin, internal=False))


def settled(failure: Failure) -> Settled:
    hop = NextHop(HopKind.DNS, "partner.example", "Internet")
    return Settled(Pending(QueueId(1, 0x8F31), 0, Recipient(RONALD), RONALD, hop, due=0.0), Failed(failure))


def best(work: Callable[[], object], rounds: int = 7, times: int = 300) -> float:
    """The least CPU time of one call, in microseconds."""
    least = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            work()
        least = min(least, time.process_time() - start)
    return least / times * 1e6


def main() -> None:
    reporter, text_only = (
        Reporter(lambda organisation=organisation: organisation, HOST, SystemClock())
        for organisation in (PLAIN, TEXT_ONLY)
    )
    about = occasion(MESSAGE, GUY, CONTENT, PLAIN, HOST, 1210108989.0)
    one = compose.told(settled(REFUSED), "en")
    page = compose.page(about, Action.FAILED, [one])
    administrators = text.administrators(page)
    rows: tuple[tuple[str, Callable[[], object]], ...] = (
        ("headline of a message (4 KiB)", lambda: headline(CONTENT)),
        ("report, unknown here, text and HTML", lambda: reporter(MESSAGE, CONTENT, [settled(UNKNOWN)])),
        ("report, refused there, text and HTML", lambda: reporter(MESSAGE, CONTENT, [settled(REFUSED)])),
        ("report, refused there, text alone", lambda: text_only(MESSAGE, CONTENT, [settled(REFUSED)])),
        ("report, refused there, reader outside", lambda: reporter(OUTSIDE, CONTENT, [settled(REFUSED)])),
        ("of which: the explanation", lambda: compose.told(settled(REFUSED), "en")),
        ("of which: composing the page", lambda: compose.page(about, Action.FAILED, [one])),
        ("of which: laying out text", lambda: text.render(page, text.administrators(page))),
        ("of which: laying out HTML", lambda: html.render(page, administrators)),
    )
    for name, work in rows:
        print(f"{name:<42}{best(work):8.1f} us")


if __name__ == "__main__":
    main()
