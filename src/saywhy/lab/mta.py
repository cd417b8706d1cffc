"""A remote MTA for tests and the demo: real SMTP on its own loopback address, misbehaving as its script says."""

from __future__ import annotations

from dataclasses import dataclass, field

from saywhy.lab.script import Script


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """`parameters` and those of the recipients are as given: ("RET=HDRS", "ENVID=abc")."""

    helo: str
    sender: str  # without angle brackets; "" is the null reverse-path
    parameters: tuple[str, ...]
    recipients: tuple[tuple[str, tuple[str, ...]], ...]
    content: bytes  # dots unstuffed
    client_ip: str
    tls: str
    user: str


@dataclass(slots=True)
class Session:
    """One connection.  `lines` are "C: ..." and "S: ..."; message content is left out."""

    client_ip: str
    lines: list[str] = field(default_factory=list)
    tls: str = ""
    user: str = ""
    ended: str = ""  # "quit", "closed by client", "closed", "reset"; empty while it lasts


class FakeMta:
    """`script` may be replaced at any time; running sessions follow it from their next command."""

    def __init__(self, name: str, script: Script = Script(), *, ip: str = "127.77.0.1", port: int = 0) -> None:  # noqa: B008
        self.name = name
        self.script = script
        self.ip = ip
        self.port = port
        self.messages: list[ReceivedMessage] = []
        self.sessions: list[Session] = []

    def start(self) -> None:
        """Listen (at once: connections wait until the loop runs).  OSError when the address cannot be bound."""
        raise NotImplementedError

    async def stop(self) -> None:
        raise NotImplementedError

    async def __aenter__(self) -> FakeMta:
        self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def received(self, n: int = 1, within: float = 60.0) -> list[ReceivedMessage]:
        """Wait until `n` messages in all have arrived; TimeoutError after `within` seconds means 'hung'."""
        raise NotImplementedError
