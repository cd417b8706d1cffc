"""Dialogue scripts for the server engine: `C: ` lines are fed, `S: ` lines are what must come back.

An expected line may stop early with `...`; `C:` lines in a row are one read, so a script shows what is pipelined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.server import Limits, Offer, ServerEngine

OFFER = Offer("foo.com", size=100_000, starttls=True)
LIMITS = Limits(max_message_size=100_000, max_header_size=10_000)
UNANSWERED = (ev.Reset, ev.Quit, ev.Refused, ev.Gone)


def failure(reply: int = 550, status: str = "5.1.1", text: str = "User unknown", tag: str = "") -> Failure:
    evidence = Evidence(Stage.RECEIVE, Step.RCPT)
    return Failure(Status.parse(status), reply, "recipient-unknown", text, evidence, reply >= 500, tag)


@dataclass
class Driver:
    """Says yes to all but what `no` returns a Failure for; keeps every event."""

    engine: ServerEngine
    no: Callable[[ev.ServerEvent], Failure | None] = lambda event: None
    events: list[ev.ServerEvent] = field(default_factory=list)

    def pump(self) -> None:
        while (event := self.engine.next_event()) is not None:
            self.events.append(event)
            if isinstance(event, UNANSWERED):
                continue
            failure = self.no(event)
            if failure is not None:
                self.engine.refuse(failure)
            else:
                self.engine.accept()

    def feed(self, octets: bytes) -> str:
        self.engine.receive(octets)
        self.pump()
        return self.engine.output().decode("ascii")

    def of(self, kind: type[ev.ServerEvent]) -> list[ev.ServerEvent]:
        return [event for event in self.events if type(event) is kind]

    @property
    def contents(self) -> list[bytes]:
        return [event.data for event in self.events if isinstance(event, ev.Content)]

    @property
    def failures(self) -> list[Failure]:
        return [event.failure for event in self.events if isinstance(event, ev.Refused)]


def serving(
    offer: Offer = OFFER,
    limits: Limits = LIMITS,
    no: Callable[[ev.ServerEvent], Failure | None] = lambda event: None,
) -> Driver:
    """A driver whose engine has greeted."""
    engine = ServerEngine(offer, limits)
    engine.greet()
    engine.output()
    return Driver(engine, no)


def in_transaction(offer: Offer = OFFER, limits: Limits = LIMITS, recipients: int = 1) -> Driver:
    """A driver at the point where DATA may come."""
    driver = serving(offer, limits)
    driver.feed(b"EHLO bar.com\r\nMAIL FROM:<a@bar.com>\r\n" + b"RCPT TO:<b@foo.com>\r\n" * recipients)
    return driver


def refusing(*locals_: str) -> Callable[[ev.ServerEvent], Failure | None]:
    def no(event: ev.ServerEvent) -> Failure | None:
        unknown = isinstance(event, ev.Rcpt) and event.recipient.address.local in locals_
        return failure() if unknown else None

    return no


def play(script: str, driver: Driver) -> None:
    """Feed and compare; a greeting at the top of the script is compared with a fresh one."""
    said: list[bytes] = []
    expected: list[str] = []

    def exchange() -> None:
        if said or expected:
            _compare(driver.feed(b"".join(said)).split("\r\n")[:-1], expected)
        said.clear()
        expected.clear()

    for line in _lines(script):
        side, text = line[:2], line[3:]
        if side == "C:":
            if expected:
                exchange()
            said.append(text.encode() + b"\r\n")
        else:
            expected.append(text)
    exchange()


def _lines(script: str) -> Iterable[str]:
    for line in script.splitlines():
        stripped = line.strip()
        if stripped:
            assert stripped[:2] in ("C:", "S:"), stripped
            yield stripped


def _compare(got: list[str], expected: list[str]) -> None:
    matched = len(got) == len(expected) and all(map(_matches, got, expected))
    assert matched, "\n".join(["expected:", *expected, "got:", *got])


def _matches(got: str, expected: str) -> bool:
    if expected.endswith("..."):
        return got.startswith(expected[:-3])
    return got == expected
