"""An organisation in memory, a queue that remembers what it was asked, a clock that stands still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from saywhy.infra.store.memory import MemoryStore
from saywhy.infra.store.objects import MemoryObjects
from saywhy.infra.store.protocol import Change, Store
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope, Origin, Recipient
from saywhy.model.event import Event, Kind
from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.moderation import Answer, Decided
from saywhy.model.queued import Headline, HopKind, Message, NewMessage, NextHop, Pending, QueueId
from saywhy.model.status import Status
from saywhy.operations.context import Context
from saywhy.operations.declaration import OperationError, Result
from saywhy.operations.execute import execute
from saywhy.server.organisation import CurrentOrganisation

NOW = 1_795_000_000.0  # 2026-11-18 11:06:40Z

Run = Callable[..., Awaitable[Result]]


class Clock:
    def now(self) -> float:
        return NOW


class Events(list[Event]):
    """A Sink that keeps what it is given."""

    def emit(self, event: Event) -> None:
        self.append(event)

    def of(self, kind: Kind) -> list[Event]:
        return [event for event in self if event.kind is kind]


class FakeQueue:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[tuple[object, ...]] = []

    async def retry(self, key: str | None, message: QueueId | None) -> int:
        self.asked.append(("retry", key, message))
        return 2

    async def remove(self, message: QueueId, ndr: bool) -> bool:
        self.asked.append(("remove", message, ndr))
        return await self.store.message(message) is not None

    async def suspend(self, message: QueueId) -> int:
        self.asked.append(("suspend", message))
        return len(await self.store.pending(message))

    async def resume(self, message: QueueId) -> int:
        self.asked.append(("resume", message))
        return len([each for each in await self.store.pending(message) if each.suspended_at])

    async def resubmit(self, key: str) -> int:
        self.asked.append(("resubmit", key))
        return 3

    async def redirect(self, message: QueueId, old: Address, new: Address) -> int:
        self.asked.append(("redirect", message, old, new))
        return len([each for each in await self.store.pending(message) if each.address == old])

    async def dropped(self) -> list[tuple[str, int]]:
        return [("forged-reverse-path", 3), ("null-reverse-path", 9), ("remote-domain", 1)]

    async def release(self, key: str) -> int:
        self.asked.append(("release", key))
        return 5

    async def give_back(self, key: str) -> int:
        self.asked.append(("give back", key))
        return 6

    async def recheck(self, key: str | None) -> list[tuple[str, str, int]]:
        self.asked.append(("recheck", key))
        rows = await self.store.queues()
        return [(row.key, "421 4.4.1 no answer" if "partner" in row.key else "", row.recipients) for row in rows]

    async def decide(self, answer: Answer) -> Decided:
        self.asked.append(("decide", answer))
        return Decided.DONE

    async def moderate(self, message: QueueId, item: str, approve: bool, comment: Sequence[str], by: str) -> int:
        self.asked.append(("moderate", message, item, approve, comment, by))
        return len([each for each in await self.store.pending(message) if each.moderation is not None])


class FakePasswords:
    async def hash(self, password: str) -> str:
        if len(password) > 100:
            raise ValueError("a password has at most 100 octets")
        return f"$argon2id${len(password)}"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def queue(store: MemoryStore) -> FakeQueue:
    return FakeQueue(store)


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects()


@pytest.fixture
async def context(store: MemoryStore, objects: MemoryObjects, queue: FakeQueue, events: Events) -> Context:
    organisation = CurrentOrganisation(objects)
    await organisation.reload()
    return Context(
        store,
        queue,
        organisation,
        FakePasswords(),
        events,
        Clock(),
        listeners=frozenset({"smtp", "submission"}),
        actor="root",
    )


@pytest.fixture
def run(context: Context) -> Run:
    """`await run("domain add", name="worcester.example")`."""

    async def call(name: str, /, **parameters: object) -> Result:
        return await execute(context, name, parameters)

    return call


@pytest.fixture
async def worcester(run: Run) -> None:
    """The organisation of most tests."""
    await run("domain add", name="worcester.example", default=True)
    await run(
        "recipient add", kind="mailbox", name="anna", address=["anna@worcester.example", "a@worcester.example"]
    )
    await run("recipient add", kind="mailbox", name="ben", address=["ben@worcester.example"])


async def refused(awaitable: Awaitable[Result]) -> OperationError:
    with pytest.raises(OperationError) as raised:
        await awaitable
    return raised.value


def failure(text: str = "no answer") -> Failure:
    return Failure(Status(4, 4, 1), 421, "no-answer", text, Evidence(Stage.SEND), permanent=False)


async def enqueue(
    store: MemoryStore,
    *recipients: str,
    hop: NextHop | None = None,
    sender: str = "guy@worcester.example",
    tried: bool = False,
    subject: str = "Secret",
) -> QueueId:
    """A message that waits for `hop`, arrived an hour ago, due in ten minutes."""
    number = store.next_id()
    addresses = [Address.parse(text) for text in recipients]
    message = Message(
        number,
        Envelope(Address.parse(sender) if sender else None, tuple(map(Recipient, addresses))),
        Origin("Client", "ESMTPSA", "192.0.2.7", "pc7", "guy"),
        arrived=NOW - 3600,
        expires=NOW + 2 * 86400,
        size=2048,
        headline=Headline(f"<{number}@worcester.example>", subject),
    )
    where = hop or NextHop(HopKind.DNS, "partner.example", "Internet")
    pending = tuple(
        Pending(
            number,
            index,
            Recipient(address),
            address,
            where,
            due=NOW + 600,
            attempts=3 if tried else 0,
            failure=failure() if tried else None,
        )
        for index, address in enumerate(addresses)
    )
    received = Event(
        Kind.RECEIVE,
        NOW - 3600,
        message=str(number),
        message_id=f"<{number}@worcester.example>",
        sender=sender,
        data={"connector": "Client"},
    )
    await store.commit(Change(add=[NewMessage(message, b"Subject: x\r\n\r\nx\r\n", pending)], events=[received]))
    return number
