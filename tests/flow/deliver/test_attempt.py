"""An attempt against servers that do anything at all: it ends, and everybody has exactly one outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.flow.deliver.attempt import Attempt
from saywhy.flow.deliver.pool import Manner, Pool
from saywhy.flow.stages import Host
from saywhy.infra.errors import ConnectError, ConnectProblem, TlsError
from saywhy.infra.net.connect import SessionBroken, Timeouts
from saywhy.model.evidence import Step
from saywhy.model.outcome import Deferred, Failed, Relayed
from saywhy.wire.smtp.client import ClientOptions, Transaction, TransactionResult
from saywhy.wire.smtp.reply import Reply
from tests.flow.deliver.builders import FixedClock, transmission

HOSTS = [Host("mx1.test", "192.0.2.1", 25, 10), Host("mx2.test", "192.0.2.2", 25, 20)]
YES = Reply(250, None, ("ok",), ("250 ok",))
LINES = [
    "250 ok",
    "421 bye",
    "450 later",
    "452 4.5.3 enough",
    "552 enough",
    "521 none",
    "550 5.1.1 no",
    "554 no",
    "556 no",
]
REPLIES = st.sampled_from([Reply(int(line[:3]), None, (line[4:],), (line,)) for line in LINES])
SOME_REPLY = st.one_of(st.none(), REPLIES)
BROKEN = st.builds(
    SessionBroken,
    st.sampled_from(Step),
    SOME_REPLY,
    st.just("why"),
    timed_out=st.booleans(),
    tls=st.sampled_from(["", "T"]),
)
REFUSED = st.builds(ConnectError, st.just("h"), st.just("i"), st.just(25), st.sampled_from(ConnectProblem))


class Wild:
    """A connection that answers whatever hypothesis draws."""

    tls = ""
    extensions: Mapping[str, str] = {"SIZE": "10"}
    transcript: tuple[str, ...] = ()

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.usable = True

    async def send(self, transaction: Transaction) -> TransactionResult:
        self.usable = self._data.draw(st.booleans())
        if self._data.draw(st.integers(0, 3)) == 0:
            raise self._data.draw(BROKEN)
        return TransactionResult(
            self._data.draw(st.one_of(st.just(YES), SOME_REPLY)),
            tuple(self._data.draw(SOME_REPLY) for _ in transaction.recipients),
            self._data.draw(SOME_REPLY),
            True,
            self._data.draw(st.sampled_from(["", "", "", "SIZE", "SMTPUTF8"])),
        )

    async def quit(self) -> None:
        pass

    def close(self) -> None:
        self.usable = False


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(1, 4), st.sampled_from(["may", "must", "never"]))
def test_whatever_servers_do_everybody_has_one_outcome(data: st.DataObject, recipients: int, tls: str) -> None:
    opened = 0

    async def open_(*_args: object, **_options: object) -> Wild:
        nonlocal opened
        opened += 1
        assert opened < 100, "the attempt does not end"
        match data.draw(st.integers(0, 5)):
            case 0:
                raise data.draw(REFUSED)
            case 1:
                raise data.draw(BROKEN)
            case 2:
                raise TlsError("handshake failed")
        return Wild(data)

    async def main() -> None:
        pool = Pool(Timeouts(), open_)
        manner = Manner(ClientOptions("us.test", tls=tls), max_messages=2)  # type: ignore[arg-type]
        sent = transmission(*(f"r{number}@dest.test" for number in range(recipients)))
        for _ in range(2):  # the second time with whatever the pool has kept
            outcomes = await Attempt(sent, manner, pool, FixedClock()).run(HOSTS)
            assert len(outcomes) == recipients
            for outcome in outcomes:
                assert isinstance(outcome, Relayed | Deferred | Failed)
                if isinstance(outcome, Failed | Deferred):
                    failure = outcome.failure
                    assert failure.permanent == isinstance(outcome, Failed) == (failure.status.class_ == 5)
                    assert failure.evidence.hosts
        await pool.stop()

    asyncio.run(main())


async def test_a_mistake_of_ours_in_a_transaction_cuts_the_connection() -> None:
    class Mistaken(Wild):
        def __init__(self) -> None:
            self.usable = True

        async def send(self, transaction: Transaction) -> TransactionResult:
            raise ValueError("a command line cannot hold a line break")

    connection = Mistaken()

    async def open_(*_args: object, **_options: object) -> Mistaken:
        return connection

    attempt = Attempt(
        transmission("a@dest.test"), Manner(ClientOptions("us.test")), Pool(Timeouts(), open_), FixedClock()
    )
    with pytest.raises(ValueError, match="line break"):
        await attempt.run(HOSTS)
    assert not connection.usable
