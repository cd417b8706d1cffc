"""The Failures that the queue itself makes: its store, its administrator, its own errors, a missing route."""

from __future__ import annotations

from dataclasses import replace

from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.moderation import Moderation
from saywhy.model.organisation import SendConnector
from saywhy.model.queued import HopKind, Message, Pending
from saywhy.model.status import Status

DEADLINE_MISSED = "deadline-missed"
POISON_MESSAGE = "poison-message"


def store_write_failed(why: str, at: float) -> Failure:
    """What a sender is told at the end of its data; `why` is for our own eyes (evidence)."""
    return Failure(
        status=Status(4, 3, 1),
        reply=452,
        cause="store-write-failed",
        text="Insufficient system resources",
        evidence=Evidence(Stage.QUEUE, name=why),
        permanent=False,
        at=at,
    )


def stopping(at: float) -> Failure:
    return Failure(
        status=Status(4, 3, 2),
        reply=421,
        cause="server-stopping",
        text="Service not available, closing transmission channel",
        evidence=Evidence(Stage.QUEUE),
        permanent=False,
        at=at,
    )


def removed_by_administrator(pending: Pending, at: float) -> Failure:
    """Spec A2 4.3.2 b: a class 4 status with a reply of class 5, which stands in reports only."""
    return Failure(
        status=Status(4, 3, 2),
        reply=550,
        cause="removed-by-administrator",
        text="removed by an administrator",
        evidence=Evidence(Stage.QUEUE, queue=pending.hop.key),
        permanent=True,
        tag="QUEUE.Admin",
        at=at,
    )


def waits_for_moderator(item: str, at: float) -> Failure:
    return Failure(
        status=Status(4, 7, 0),
        reply=451,
        cause="moderation-pending",
        text="waiting for a moderator",
        evidence=Evidence(Stage.QUEUE, name=item),
        permanent=False,
        tag="APPROVAL.Pending",
        at=at,
    )


def rejected(pending: Pending, comment: tuple[str, ...], at: float) -> Failure:
    """Spec 5.7.1 k; of a group within a group 5.7.2 c: the sender may not use that list."""
    waits = pending.moderation
    nested = waits is not None and waits.nested
    return Failure(
        status=Status(5, 7, 2) if nested else Status(5, 7, 1),
        reply=550,
        cause="moderator-refused",
        text="the moderator rejected the message",
        evidence=Evidence(Stage.QUEUE, name=waits.item if waits is not None else "", comment=comment),
        permanent=True,
        tag="RESOLVER.GRP.ExpansionDenied" if nested else "APPROVAL.Rejected",
        at=at,
    )


def nobody_decided(waits: Moderation, at: float) -> Failure:
    waited = int(at - waits.since)
    return Failure(
        status=Status(5, 7, 1),
        reply=550,
        cause="moderation-expired",
        text="no moderator decided in time",
        evidence=Evidence(Stage.QUEUE, name=waits.item, observed=waited, limit=int(waits.until - waits.since)),
        permanent=True,
        tag="APPROVAL.Expired",
        at=at,
    )


def no_moderator_reached(pending: Pending, at: float) -> Failure:
    """The questions to all of them came back."""
    waits = pending.moderation
    return Failure(
        status=Status(5, 2, 4),
        reply=550,
        cause="moderators-missing",
        text="the recipient is moderated, and no moderator gets mail",
        evidence=Evidence(Stage.QUEUE, name=waits.item if waits is not None else ""),
        permanent=True,
        tag="APPROVAL.NoModerators",
        at=at,
    )


def suspended(pending: Pending, at: float) -> Failure:
    """Spec A2 4.3.2 a."""
    return Failure(
        status=Status(4, 3, 2),
        reply=451,
        cause="queue-suspended",
        text="delivery is suspended by an administrator",
        evidence=Evidence(Stage.QUEUE, queue=pending.hop.key),
        permanent=False,
        tag="QUEUE.Suspended",
        at=at,
    )


def poison(crashes: int, limit: int, at: float) -> Failure:
    """Spec F8: put aside."""
    return Failure(
        status=Status(4, 3, 0),
        reply=451,
        cause=POISON_MESSAGE,
        text="Too many related errors",
        evidence=Evidence(Stage.QUEUE, observed=crashes, limit=limit),
        permanent=False,
        tag="QUEUE.Poison",
        at=at,
    )


def poison_removed(pending: Pending, at: float) -> Failure:
    """Spec A2 5.3.0 b: an administrator has taken it out of the poison queue."""
    last = pending.failure
    return replace(
        poison(-1, -1, at) if last is None else last,
        status=Status(5, 3, 0),
        reply=550,
        permanent=True,
        at=at,
    )


def kept(pending: Pending, at: float) -> Failure:
    """Why a recipient that is held back is."""
    match pending.hop.kind:
        case HopKind.POISON if pending.failure is not None:
            return pending.failure
        case HopKind.HELD:
            return held(pending, at)
        case _:
            return suspended(pending, at)


def content_altered(pending: Pending, why: str, at: float) -> Failure:
    """Spec A2 5.7.7 a."""
    return Failure(
        status=Status(5, 7, 7),
        reply=554,
        cause="stored-content-damaged",
        text="Message integrity failure; hash",
        evidence=Evidence(Stage.QUEUE, queue=pending.hop.key, name=why[:500]),
        permanent=True,
        tag="QUEUE.Integrity",
        at=at,
    )


def deadline_missed(message: Message, pending: Pending, at: float) -> Failure:
    """RFC 2852 section 4.1.3, mode R (spec A2 5.4.7 a); what stood in the way goes along."""
    return _late(message, pending, at, "5.4.7", 550)


def late(message: Message, pending: Pending, at: float) -> Failure:
    """The same for mode N: the sender is told and delivery goes on (spec A2 4.4.7 b)."""
    return _late(message, pending, at, "4.4.7", 451)


def _late(message: Message, pending: Pending, at: float, status: str, reply: int) -> Failure:
    by, last = message.envelope.by, pending.failure
    seconds = by.seconds if by is not None else 0
    passed = int(at - by.at) if by is not None else 0
    evidence = last.evidence if last is not None else Evidence(Stage.QUEUE)
    return Failure(
        status=Status.parse(status),
        reply=reply,
        cause=DEADLINE_MISSED,
        text=f"not delivered within {seconds} s",
        evidence=replace(evidence, queue=pending.hop.key, reply=(), observed=seconds + passed, limit=seconds),
        permanent=status.startswith("5"),
        tag="QUEUE.DeliverBy",
        at=at,
        because=(replace(last, because=()), *last.because) if last else (),
    )


def held(pending: Pending, at: float) -> Failure:
    """What a sender is told who waits for an administrator to look at what the storm guard holds."""
    return Failure(
        status=Status(4, 3, 2),
        reply=451,
        cause="held-for-review",
        text="held back until an administrator has looked at it",
        evidence=Evidence(Stage.QUEUE, queue=pending.hop.key),
        permanent=False,
        tag="QUEUE.Held",
        at=at,
    )


def _no_way(pending: Pending, connector: SendConnector, at: float) -> Failure:
    """A connector covers the address and is closed or not ours (spec 5.4.3 b), or names no next hop (5.4.4 d)."""
    if connector.enabled and (connector.smart_hosts or connector.program or connector.dns_routing):
        status, cause, tag = "4.4.3", "connector-out-of-scope", "ROUTING.OutOfScope"
        text = "the route is for other servers"
    elif connector.enabled:
        status, cause, tag, text = "4.4.4", "route-without-host", "ROUTING.NoPath", "the route has no next hop"
    else:
        status, cause, tag, text = "4.4.3", "connector-gone", "ROUTING.NoAvailableRoute", "no available route"
    evidence = Evidence(Stage.ROUTE, connector=connector.name, queue=pending.hop.key, name=pending.address.domain)
    return Failure(Status.parse(status), 451, cause, text, evidence, permanent=False, tag=tag, at=at)


def server_fault(pending: Pending, error: BaseException | str, at: float) -> Failure:
    """An error of ours stood in the way: kept for later, never the recipient's fault."""
    name = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    return Failure(
        status=Status(4, 3, 0),
        reply=451,
        cause="server-fault",
        text="Temporary fault of the mail server",
        evidence=Evidence(Stage.QUEUE, queue=pending.hop.key, name=name[:500]),
        permanent=False,
        at=at,
    )


def intake_fault(why: str, at: float) -> Failure:
    """An error of ours before the message was queued: the client keeps it and tries again."""
    return Failure(
        status=Status(4, 3, 0),
        reply=451,
        cause="server-fault",
        text="Temporary fault of the mail server",
        evidence=Evidence(Stage.QUEUE, name=why[:500]),
        permanent=False,
        at=at,
    )


def no_path(pending: Pending, server: str, at: float) -> Failure:
    """The same for now: a connector may be made (spec 5.4.4 c)."""
    evidence = Evidence(Stage.ROUTE, queue=pending.hop.key, name=server)
    tag, text = "ROUTING.NoPathToServer", "no path between the servers"
    return Failure(Status(4, 4, 4), 451, "no-path-to-server", text, evidence, permanent=False, tag=tag, at=at)


def connector_gone(pending: Pending, at: float) -> Failure:
    """The connector that the recipient was routed to exists no more (spec 4.4.9 d): it is routed again."""
    evidence = Evidence(
        Stage.ROUTE, connector=pending.hop.connector, queue=pending.hop.key, name=pending.address.domain
    )
    tag, text = _GONE, "the route of this message is closed"
    return Failure(Status(4, 4, 9), 451, "connector-gone", text, evidence, permanent=False, tag=tag, at=at)


_GONE = "ROUTING.SmartHost.ConnectorGone"


def of_removed_connector(failure: Failure | None) -> str:
    """The connector that `failure` says is gone, or nothing."""
    return failure.evidence.connector if failure is not None and failure.tag == _GONE else ""


def no_route(pending: Pending, connector: SendConnector | None, at: float) -> Failure:
    """No connector takes this address now; the organisation's next revision may bring one."""
    if connector is not None:
        return _no_way(pending, connector, at)
    return Failure(
        status=Status(4, 4, 4),
        reply=451,
        cause="no-route",
        text="no route to the destination",
        evidence=Evidence(Stage.ROUTE, queue=pending.hop.key, name=pending.address.domain),
        permanent=False,
        tag="ROUTING.NoConnector",
        at=at,
    )
