"""One look at whether a next hop can be reached: a session up to the point at which mail could be sent, no mail.

The session that was opened waits in the pool for the first message, so that nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from saywhy.flow.deliver import facts, trouble
from saywhy.flow.deliver.facts import Scene
from saywhy.flow.deliver.pool import Line, Manner, Pool
from saywhy.flow.deliver.tls import FindTlsPolicy
from saywhy.flow.deliver.trouble import Decision, Move, Tried
from saywhy.flow.stages import Host
from saywhy.infra.errors import ConnectError, TlsError
from saywhy.infra.net.connect import SessionBroken
from saywhy.model.clock import Clock
from saywhy.model.failure import Failure
from saywhy.model.queued import NextHop

MAX_HOSTS = 4  # that one look goes to


class Probe:
    def __init__(
        self, hop: NextHop, manner: Manner, pool: Pool, clock: Clock, find_policy: FindTlsPolicy | None = None
    ) -> None:
        self._hop = hop
        self._manner = manner
        self._pool = pool
        self._clock = clock
        self._find_policy = find_policy

    async def run(self, hosts: Sequence[Host]) -> Failure | None:
        """What is in the way with the first hosts, or None when one of them is ready."""
        tried: list[Tried] = []
        for host in hosts[:MAX_HOSTS]:
            decision = await self._open(host, clear=False)
            if decision is not None and decision.move is Move.IN_CLEAR:
                decision = await self._open(host, clear=True)
            if decision is None:
                return None
            tried.append(Tried(host, decision.failure))
        return trouble.verdict(tried)

    async def _open(self, host: Host, *, clear: bool) -> Decision | None:
        policy = await self._manner.policy(self._hop, host, self._find_policy)
        line = Line(self._hop.key, host.ip, host.port, self._manner, policy)
        try:
            session = await self._pool.open(line, host.name, clear=clear)
        except (ConnectError, TlsError, SessionBroken) as error:
            scene = Scene(self._hop, host, self._clock.now(), may_clear=not clear and policy.use == "may")
            return trouble.decide(facts.of_error(error, policy), scene)
        self._pool.give_back(session)
        return None
