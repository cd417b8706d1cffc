"""Local delivery through a server of mailboxes (Dovecot, Cyrus) that speaks LMTP: RFC 2033, TCP or a Unix socket.

Each recipient has an outcome of its own: the server's words stand for what it refuses.  When it does not answer as
it should, the store is offline and the mail waits.  The server adds Return-Path; nothing is added here.
"""

from __future__ import annotations

from dataclasses import replace

from saywhy.flow.deliver import failures
from saywhy.flow.deliver.attempt import Attempt
from saywhy.flow.deliver.mailstore import MailStore
from saywhy.flow.deliver.pool import Manner, Pool
from saywhy.flow.deliver.probe import Probe
from saywhy.flow.stages import Host, Transmission
from saywhy.infra.net.connect import Timeouts
from saywhy.model.clock import Clock
from saywhy.model.evidence import Step
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Failed, Outcome
from saywhy.model.queued import Pending
from saywhy.wire.smtp.client import ClientOptions

BEFORE_A_RECIPIENT = frozenset({Step.NONE, Step.CONNECT, Step.GREETING, Step.EHLO, Step.STARTTLS, Step.AUTH})


class LmtpMailboxes:
    """In the place of local.LocalDelivery.  `address` is `unix:/path`, `192.0.2.1:24` or `[2001:db8::1]:24`."""

    def __init__(
        self, address: str, hostname: str, clock: Clock, *, timeouts: Timeouts, store: MailStore | None = None
    ) -> None:
        self._store = store  # None: mailboxes take any number at once
        self._hosts = [host_of(address)]
        self._manner = Manner(ClientOptions(hostname, lmtp=True))
        self._pool = Pool(timeouts)
        self._clock = clock

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        """Mailboxes that are being delivered to often enough already wait their turn (spec 4.3.2 f)."""
        store = self._store
        if store is None:
            return await self._send(transmission)
        own = transmission.message.origin.own
        refusals = [store.enter(each, own=own) for each in transmission.pending]
        pairs = zip(transmission.pending, refusals, strict=True)
        going = tuple([each for each, refusal in pairs if refusal is None])
        try:
            outcomes = iter(await self._send(replace(transmission, pending=going)) if going else ())
        finally:
            for each in going:
                store.leave(each)
        return [next(outcomes) if refusal is None else Deferred(refusal) for refusal in refusals]

    async def _send(self, transmission: Transmission) -> list[Outcome]:
        attempt = Attempt(transmission, self._manner, self._pool, self._clock)
        outcomes = await attempt.run(self._hosts)
        return [self._ours(transmission, outcome) for outcome in outcomes]

    async def check(self, pending: Pending) -> Failure | None:
        """What is in the way of the mailboxes now, or None."""
        found = await Probe(pending.hop, self._manner, self._pool, self._clock).run(self._hosts)
        return failures.store_offline(pending.hop, found, self._clock.now()) if found is not None else None

    async def stop(self) -> None:
        await self._pool.stop()

    def _ours(self, transmission: Transmission, outcome: Outcome) -> Outcome:
        """What concerns the server and no recipient is our own store's trouble."""
        if not isinstance(outcome, Deferred | Failed):
            return outcome
        seen = outcome.failure
        if seen.from_remote and seen.evidence.step not in BEFORE_A_RECIPIENT:
            return outcome
        if seen.permanent and not seen.from_remote:  # lacking SIZE or SMTPUTF8: about this message
            return outcome
        return Deferred(failures.store_offline(transmission.hop, seen, self._clock.now()))


def host_of(address: str) -> Host:
    if address.startswith("unix:"):
        return Host("localhost", address, 0)
    ip, _, port = address.rpartition(":")
    return Host(ip, ip.strip("[]"), int(port))
