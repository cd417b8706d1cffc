"""AUTH: who says that he is who, and how often one connection may be wrong (RFC 4954, spec F2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from saywhy.flow.receive import refusals
from saywhy.flow.receive.journal import Journal
from saywhy.flow.receive.services import Services
from saywhy.infra.errors import InfraError
from saywhy.model.event import Kind
from saywhy.model.failure import Failure
from saywhy.model.organisation import ReceiveConnector, User
from saywhy.wire.smtp import events as smtp

MAX_NAME = 255  # characters of a wrong name that are told on


@dataclass(frozen=True, slots=True)
class SignInRefused:
    failure: Failure
    close: bool = False  # it was one too many


class SignIn:
    """The attempts of one connection."""

    def __init__(self, services: Services, connector: ReceiveConnector, journal: Journal) -> None:
        self._services = services
        self._connector = connector
        self._journal = journal
        self._failed = 0

    async def attempt(self, event: smtp.Auth) -> User | SignInRefused:
        connector, name = self._connector, event.identity[:MAX_NAME]
        try:
            user = await self._services.authenticate(event.identity, event.password)
        except InfraError:
            return SignInRefused(refusals.sign_in_later(connector.name))
        if user is not None and event.authorize_as in ("", event.identity):
            self._journal.tell(Kind.AUTH, data={"user": user.name, "mechanism": event.mechanism})
            return user
        self._failed += 1
        self._journal.tell(Kind.AUTH_FAIL, data={"user": name, "mechanism": event.mechanism})
        await asyncio.sleep(connector.tarpit)
        most = connector.max_logon_failures
        if self._failed >= most:
            return SignInRefused(refusals.too_many_sign_ins(connector.name, self._failed, most), close=True)
        return SignInRefused(refusals.bad_sign_in(connector.name, name))
