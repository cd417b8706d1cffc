"""What happens when somebody connects: which connector takes them, and whether there is room (spec F1, F2).

`full` says whether the process has no descriptor to spare for a connection.
"""

from __future__ import annotations

from collections.abc import Callable

from saywhy.flow.receive import connectors, filters, refusals
from saywhy.flow.receive.services import Services
from saywhy.flow.receive.session import Session
from saywhy.infra.net.listen import Connection, Handler
from saywhy.model.event import Event, Kind
from saywhy.model.failure import Failure
from saywhy.wire.smtp.reply import Reply


class Door:
    """The factory of one listener: a session for each connection, or a refusal and None."""

    def __init__(
        self,
        listener: str,
        services: Services,
        *,
        tls_available: bool,
        implicit_tls: bool = False,
        full: Callable[[], bool] = lambda: False,
    ) -> None:
        self._listener = listener
        self._services = services
        self._tls_available = tls_available
        self._implicit_tls = implicit_tls
        self._full = full

    def __call__(self, connection: Connection, ip: str) -> tuple[Handler, float, float] | None:
        services = self._services
        connector = connectors.match(services.organisation(), self._listener, ip)
        if connector is None:
            self._turn_away(connection, ip, refusals.no_connector(self._listener))
            return None
        refusal = filters.check_client(services.organisation(), connector, ip)
        if refusal is not None:
            self._turn_away(connection, ip, refusal)
            return None
        if self._full():
            self._turn_away(connection, ip, refusals.no_room(connector.name))
            return None
        if not services.connections.enter(connector, ip):
            limit = connector.max_connections_per_source
            self._turn_away(connection, ip, refusals.too_many_connections(connector.name, limit))
            return None
        session = Session(
            services,
            connector,
            connection,
            ip,
            tls_available=self._tls_available,
            implicit_tls=self._implicit_tls,
        )
        return session, connector.inactivity_timeout, connector.connection_timeout

    def _turn_away(self, connection: Connection, ip: str, failure: Failure) -> None:
        if not self._implicit_tls:  # there, only a handshake could be understood, and would be a gift
            connection.write(Reply.from_failure(failure).encode())
        self._services.sink.emit(
            Event(
                Kind.CONNECT_REFUSE,
                self._services.clock.now(),
                status=str(failure.status),
                cause=failure.cause,
                text=failure.line(),
                data={"client": ip, "listener": self._listener, **failure.evidence.numbers()},
            )
        )
