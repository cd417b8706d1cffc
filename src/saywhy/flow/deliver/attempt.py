"""One attempt by SMTP: hosts in order, a session from the pool or a new one, transactions, an outcome for each.

This code reports facts to `trouble` and does what it says; it decides nothing about them itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from saywhy.flow.deliver import facts, failures, trouble
from saywhy.flow.deliver.facts import DELIVERBY, Break, Lacking, Refusal, Scene, Trouble
from saywhy.flow.deliver.pool import Line, Manner, Pool, Session
from saywhy.flow.deliver.tls import FindTlsPolicy, TlsPolicy
from saywhy.flow.deliver.transactions import chunk, transaction
from saywhy.flow.deliver.trouble import Decision, Move, Tried
from saywhy.flow.stages import Host, Transmission
from saywhy.infra.errors import ConnectError, ConnectProblem, TlsError
from saywhy.infra.net.connect import SessionBroken
from saywhy.model.clock import Clock
from saywhy.model.envelope import DeliverBy
from saywhy.model.evidence import Step
from saywhy.model.outcome import Delivered, Outcome, Relayed
from saywhy.wire.convert.sevenbit import seven_bit
from saywhy.wire.smtp.client import TransactionResult
from saywhy.wire.smtp.outgoing import least_deadline
from saywhy.wire.smtp.reply import Reply


class Attempt:
    def __init__(
        self,
        transmission: Transmission,
        manner: Manner,
        pool: Pool,
        clock: Clock,
        find_policy: FindTlsPolicy | None = None,
    ) -> None:
        self._transmission = transmission
        self._manner = manner
        self._pool = pool
        self._clock = clock
        self._find_policy = find_policy
        self._hop = transmission.hop.key
        self._waiting = dict(enumerate(transmission.pending))
        self._outcomes: dict[int, Outcome] = {}
        self._tried: list[Tried] = []
        self._seven: Transmission | None = None  # as servers without 8BITMIME get it

    async def run(self, hosts: Sequence[Host]) -> list[Outcome]:
        """One outcome per pending recipient, in order."""
        for host in self._pool.order(hosts):
            await self._try(host)
            if not self._waiting:
                break
        if self._waiting:
            self._settle(list(self._waiting), self._no_host())
        return [self._outcomes[number] for number in range(len(self._transmission.pending))]

    def _no_host(self) -> Outcome:
        return trouble.outcome(trouble.verdict(self._tried, give_up=self._manner.give_up))

    async def _try(self, host: Host) -> None:
        """Until nobody waits, or the host is no use."""
        clear = new = whole = False
        while self._waiting:
            decision = await self._once(host, clear=clear, new=new, whole=whole)
            if decision is not None and decision.move is Move.NEXT_HOST:
                self._tried.append(Tried(host, decision.failure))
                return
            whole = whole or (decision is not None and decision.move is Move.WHOLE)
            new = decision is not None and decision.move in (Move.NEW_CONNECTION, Move.IN_CLEAR)
            clear = clear or (decision is not None and decision.move is Move.IN_CLEAR)

    async def _once(self, host: Host, *, clear: bool, new: bool, whole: bool) -> Decision | None:
        """One transaction with `host`; the decision that concerns those who still wait, if any."""
        policy = await self._manner.policy(self._transmission.hop, host, self._find_policy)
        line = Line(self._hop, host.ip, host.port, self._manner, policy)
        session = None if new else self._pool.take(line)
        reused = session is not None
        try:
            if session is None:
                session = await self._pool.open(line, host.name, clear=clear)
            numbers = chunk(self._waiting)
            pending = [self._waiting[number] for number in numbers]
            sent = self._transmission
            if "8BITMIME" not in session.connection.extensions:
                sent = await self._seven_bit()
            saying = transaction(sent, pending, whole=whole, by=self._deadline())
            result = await session.connection.send(saying)
        except (ConnectError, TlsError, SessionBroken) as error:
            return self._broken(error, host, session, policy, clear=clear, reused=reused)
        except BaseException:
            if session is not None:
                session.connection.close()
            raise
        session.sent += 1
        decision = self._read(numbers, result, host, session, reused=reused, whole=whole)
        self._pool.give_back(session)
        return decision

    async def _seven_bit(self) -> Transmission:
        """RFC 6152 section 3; what is signed goes as it is, which in practice such servers pass on."""
        if self._seven is None:
            self._seven = self._transmission
            content = self._transmission.content
            if not content.isascii():
                made = await asyncio.to_thread(seven_bit, content)
                if made is not None:
                    self._seven = replace(self._transmission, content=made)
        return self._seven

    def _deadline(self) -> DeliverBy | None:
        """What is left of the sender's; LMTP's is the last delivery, with which it is kept."""
        by = self._transmission.message.envelope.by
        return None if by is None or self._manner.options.lmtp else by.left(self._clock.now())

    # -- no session, or no more --

    def _broken(
        self,
        error: ConnectError | TlsError | SessionBroken,
        host: Host,
        session: Session | None,
        policy: TlsPolicy,
        *,
        clear: bool,
        reused: bool,
    ) -> Decision:
        if session is not None:
            session.connection.close()
        elif _unreachable(error):
            self._pool.unreachable(host)
        tls, transcript = (error.tls, error.transcript) if isinstance(error, SessionBroken) else ("", ())
        scene = Scene(
            self._transmission.hop,
            host,
            self._clock.now(),
            may_clear=session is None and not clear and policy.use == "may",
            reused=reused,
            tls=tls,
            transcript=transcript,
        )
        fact = facts.of_error(error, policy)
        decision = trouble.decide(fact, scene)
        if decision.move is Move.STOP:
            self._stop(list(self._waiting), decision, host)
        return decision

    # -- the replies of a transaction --

    def _read(
        self,
        numbers: Sequence[int],
        result: TransactionResult,
        host: Host,
        session: Session,
        *,
        reused: bool,
        whole: bool,
    ) -> Decision | None:
        if self._all_relayed(numbers, result, host):
            return None
        connection = session.connection
        scene = Scene(
            self._transmission.hop,
            host,
            self._clock.now(),
            reused=reused,
            tls=connection.tls,
            transcript=connection.transcript,
        )
        going_on: Decision | None = None
        for place, number in enumerate(numbers):
            fact = self._fact(number, place, result, session, "DATA, as BDAT was refused" if whole else "DATA")
            if isinstance(fact, Reply):
                self._settle([number], self._taken(number, fact, host, result))
                continue
            decision = trouble.decide(fact, scene)
            if decision.move is Move.STOP:
                self._stop([number], decision, host)
            elif going_on is None or going_on.move is Move.REST:
                going_on = decision
        return going_on

    def _taken(self, number: int, reply: Reply, host: Host, result: TransactionResult) -> Outcome:
        """LMTP is the last delivery (RFC 2033), unless the server took over the reports as well."""
        if self._manner.options.lmtp and not result.dsn:
            pending = self._waiting[number]
            return Delivered(pending.mailbox or str(pending.address))
        return Relayed(host.name, host.ip, failures.words(reply), result.dsn, self._told(result))

    def _told(self, result: TransactionResult) -> bool:
        """RFC 2852 section 4.1.4: the trace is wanted, or the next hop will not tell that it is late."""
        by = self._transmission.message.envelope.by
        return by is not None and (by.trace or not result.by)

    def _all_relayed(self, numbers: Sequence[int], result: TransactionResult, host: Host) -> bool:
        """The ordinary case, at little cost: everybody was accepted."""
        data = result.data
        if data is None or not data.positive or self._manner.options.lmtp:
            return False
        if not all(reply is not None and reply.positive for reply in result.recipients):
            return False
        self._settle(numbers, Relayed(host.name, host.ip, failures.words(data), result.dsn, self._told(result)))
        return True

    def _fact(
        self, number: int, place: int, result: TransactionResult, session: Session, data_command: str
    ) -> Trouble | Reply:
        """What one recipient met; the positive reply to the content when it went well."""
        if result.unsupported:
            return self._lacking(result.unsupported, session)
        mail, rcpt, data = result.mail, result.recipients[place], result.data
        if mail is None or not mail.positive:
            return _refused(Step.MAIL, mail, f"MAIL FROM:<{self._transmission.message.envelope.sender or ''}>")
        if rcpt is None or not rcpt.positive:
            accepted = any(each is not None and each.positive for each in result.recipients[:place])
            command = f"RCPT TO:<{self._waiting[number].address}>"
            return _refused(Step.RCPT, rcpt or _goodbye(result), command, accepted=accepted)
        if result.finals:
            data = result.finals[place]
        if data is None or not data.positive:
            return _refused(Step.END_OF_DATA, data or _goodbye(result), "BDAT" if result.chunked else data_command)
        return data

    def _lacking(self, extension: str, session: Session) -> Lacking:
        if extension == DELIVERBY:
            return self._no_deadline(session)
        if extension != "SIZE":
            return Lacking(extension)
        limit = session.connection.extensions.get("SIZE", "")
        return Lacking("SIZE", len(self._transmission.content), int(limit) if limit.isdecimal() else -1)

    def _no_deadline(self, session: Session) -> Lacking:
        by, least = self._deadline(), least_deadline(session.connection.extensions)
        return Lacking(DELIVERBY, -1 if by is None else by.seconds, -1 if least is None else least)

    # -- outcomes --

    def _stop(self, numbers: Iterable[int], decision: Decision, host: Host) -> None:
        failure = trouble.with_hosts(decision.failure, [*self._tried, Tried(host, decision.failure)])
        self._settle(numbers, trouble.outcome(failure))

    def _settle(self, numbers: Iterable[int], outcome: Outcome) -> None:
        for number in numbers:
            del self._waiting[number]
            self._outcomes[number] = outcome


def _refused(step: Step, reply: Reply | None, command: str, *, accepted: bool = False) -> Trouble:
    if reply is None:
        return Break(step, "the session ended without a reply")
    return Refusal(step, reply, command, accepted)


def _goodbye(result: TransactionResult) -> Reply | None:
    """The 421 that ended a transaction before everybody had an answer."""
    for reply in (result.data, *reversed(result.recipients)):
        if reply is not None and reply.code == 421:
            return reply
    return None


def _unreachable(error: ConnectError | TlsError | SessionBroken) -> bool:
    """Nobody answers there: a connection that fails, or silence instead of a greeting."""
    if isinstance(error, ConnectError):
        return error.problem is not ConnectProblem.LOCAL
    return isinstance(error, SessionBroken) and error.timed_out and error.step is Step.GREETING
