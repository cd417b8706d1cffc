"""A worker's part of the limits that the organisation sets: each divided by the workers and rounded up.

So no count has to be shared between processes; together they may allow a little more than the limit, and a source
whose connections the kernel deals out unevenly may get less.  With limits that are counted in one place (a
database for several nodes) this is the function to replace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from saywhy.model.organisation import Organisation, ReceiveConnector, SendConnector, TransportConfig

Share = Callable[[Organisation], Organisation]


def part(limit: int, among: int) -> int:
    """ceil(limit / among)."""
    return -(-limit // among)


def told(whole: Organisation, workers: int, queues: int) -> list[str]:
    """Each worker's part in words; nothing when it is the whole."""
    out = []
    if workers > 1:
        for incoming in whole.receive_connectors.values():
            each = _receive(incoming, workers)
            out.append(
                f"{incoming.name}: each of {workers} workers takes {each.max_connections} of "
                f"{incoming.max_connections} connections, {each.max_connections_per_source} of "
                f"{incoming.max_connections_per_source} from one source."
            )
    if queues > 1:
        for outgoing in whole.send_connectors.values():
            each_way, limit = _send(outgoing, queues), outgoing.max_connections_per_destination
            out.append(
                f"{outgoing.name}: each of {queues} queues has {each_way.max_connections_per_destination} of "
                f"{limit} connections to a destination."
            )
        each_storm, most = _transport(whole.transport, queues).storm_messages, whole.transport.storm_messages
        out.append(f"Storm guard: each of {queues} queues returns {each_storm} of {most} messages of one cause.")
    return out


def share(workers: int, queues: int) -> Share:
    """For each of `workers` that take mail, and for each of `queues` that deliver it (adopted ones count)."""

    def shared(whole: Organisation) -> Organisation:
        return replace(
            whole,
            receive_connectors={
                key: _receive(connector, workers) for key, connector in whole.receive_connectors.items()
            },
            send_connectors={key: _send(connector, queues) for key, connector in whole.send_connectors.items()},
            transport=_transport(whole.transport, queues),
        )

    return (lambda whole: whole) if workers == queues == 1 else shared


def _receive(connector: ReceiveConnector, workers: int) -> ReceiveConnector:
    return replace(
        connector,
        max_connections=part(connector.max_connections, workers),
        max_connections_per_source=part(connector.max_connections_per_source, workers),
        message_rate=part(connector.message_rate, workers),
    )


def _transport(config: TransportConfig, queues: int) -> TransportConfig:
    return replace(
        config,
        storm_messages=part(config.storm_messages, queues),
        report_rate=part(config.report_rate, queues),
        report_domain_rate=part(config.report_domain_rate, queues),
    )


def _send(connector: SendConnector, queues: int) -> SendConnector:
    limit = part(connector.max_connections_per_destination, queues)
    return replace(connector, max_connections_per_destination=limit)
