"""A message whose data has ended: judged whole, given its trace header, and queued durably (spec F2)."""

from __future__ import annotations

from saywhy.flow.receive import trace
from saywhy.flow.receive.gate import Gate
from saywhy.flow.receive.policy import Client
from saywhy.flow.receive.services import Services
from saywhy.flow.stages import Submission
from saywhy.model.envelope import Envelope, Origin
from saywhy.model.failure import Refused
from saywhy.model.queued import QueueId
from saywhy.wire.header import headline


async def take(
    services: Services, gate: Gate, fqdn: str, client: Client, origin: Origin, envelope: Envelope, data: bytes
) -> QueueId:
    """Returns when the queue has committed it; raises model.failure.Refused when it will not."""
    heading = headline(data)
    if (refusal := gate.content(envelope, heading, data)) is not None:
        raise Refused(refusal)
    if gate.proves(origin):
        origin, data = await gate.proved(client, origin, envelope, data)
    id_, arrived = services.next_id(), services.clock.now()
    fields = trace.received(fqdn, id_, origin, envelope, arrived)
    if client.user is not None and not (heading.message_id and heading.date):
        added = trace.submission_fields(heading, id_, fqdn, arrived)
        data = added.encode() + data
        heading = headline(data)
    await services.submit(Submission(id_, envelope, origin, heading, fields.encode() + data, arrived))
    return id_
