"""Delivery by a program of this host, a delivery agent: gateways to fax, pagers, whatever has a command (spec F5).

The message comes on standard input, lines ending in LF, with the fields of final delivery on top.  What the exit
status means is sysexits.h's word: done, nobody there, try again, or a failure that is not explained (5.3.0).
What is wrong with the program or its host is ours, and the mail waits.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from saywhy.flow.deliver import program_failures as failures
from saywhy.flow.deliver import trouble
from saywhy.flow.deliver.failures import connector_gone
from saywhy.flow.deliver.local import trace
from saywhy.flow.stages import CurrentOrganisation, Transmission
from saywhy.infra.errors import ProgramError
from saywhy.infra.program import Programs
from saywhy.model import foreign
from saywhy.model.clock import Clock
from saywhy.model.failure import Failure
from saywhy.model.organisation import SendConnector
from saywhy.model.outcome import Outcome, Relayed
from saywhy.model.queued import Message, NextHop, Pending

_PLACE = re.compile(r"\{(address|type|recipient|sender|queue_id)\}")


class ProgramDelivery:
    """One outcome per pending recipient, one run for each."""

    def __init__(self, organisation: CurrentOrganisation, clock: Clock, programs: Programs | None = None) -> None:
        self._organisation = organisation
        self._clock = clock
        self._programs = programs or Programs()

    async def __call__(self, transmission: Transmission) -> list[Outcome]:
        body = transmission.content.replace(b"\r\n", b"\n")
        return [await self._deliver(transmission, pending, body) for pending in transmission.pending]

    async def check(self, hop: NextHop) -> Failure | None:
        """What is in the way of starting the program now, or None."""
        connector, now = self._connector(hop), self._clock.now()
        if connector is None:
            return connector_gone(hop, now)
        path = connector.program[0]
        if os.access(path, os.X_OK):
            return None
        why = "it may not be executed" if os.access(path, os.F_OK) else "there is no such file"
        return failures.not_started(hop, f"{path}: {why}", now)

    async def stop(self) -> None:
        await self._programs.stop()

    def _connector(self, hop: NextHop) -> SendConnector | None:
        found = self._organisation().send_connectors.get(hop.connector.lower())
        return found if found is not None and found.enabled and found.program else None

    async def _deliver(self, transmission: Transmission, pending: Pending, body: bytes) -> Outcome:
        hop, message = transmission.hop, transmission.message
        connector = self._connector(hop)
        if connector is None:
            return trouble.outcome(connector_gone(hop, self._clock.now()))
        facts = _facts(message, pending)
        argv = [connector.program[0], *(_filled(each, facts) for each in connector.program[1:])]
        wrong = _looks_like_an_option(connector, argv)
        if wrong:
            return trouble.outcome(failures.option(hop, wrong, self._clock.now()))
        environment = {f"SAYWHY_{name.upper()}": value for name, value in facts.items()}
        content = (trace(message, pending), body)
        try:
            ended = await self._programs.run(argv, environment, content, connector.program_timeout)
        except ProgramError as error:
            return trouble.outcome(failures.not_started(hop, str(error), self._clock.now()))
        failure = failures.ended(hop, ended, connector.program_timeout, self._clock.now())
        if failure is not None:
            return trouble.outcome(failure)
        return Relayed(connector.program[0], "", (), dsn=False)


def _facts(message: Message, pending: Pending) -> Mapping[str, str]:
    """No NUL can be in an argument, and nothing needs one."""
    other = pending.foreign
    facts = {
        "address": foreign.value_of(other) if other else str(pending.address),
        "type": foreign.type_of(other) if other else "SMTP",
        "recipient": str(pending.recipient.address),
        "sender": str(message.envelope.sender or ""),
        "queue_id": str(message.id),
    }
    return {name: value.replace("\0", "") for name, value in facts.items()}


def _filled(argument: str, facts: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: facts[found[1]], argument)


def _looks_like_an_option(connector: SendConnector, argv: list[str]) -> str:
    """What a stranger wrote must not become an option of the program: the argument that would."""
    pairs = zip(connector.program[1:], argv[1:], strict=True)
    return next((now for written, now in pairs if now.startswith("-") and _PLACE.match(written)), "")
