"""`trace`: what became of a message, recipient by recipient, in plain words.

The tracking rows are the source: they are written in the same commit as the changes they tell of.  What still
waits is read from the queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saywhy.infra.store.protocol import TrackingFilter
from saywhy.model.event import Event, Kind
from saywhy.model.queued import Pending, QueueId
from saywhy.operations import story, telling
from saywhy.operations.context import Context
from saywhy.operations.declaration import (
    Column,
    Format,
    Operation,
    OperationError,
    Parameter,
    Result,
    Row,
)

# Of the message as a whole, also where it has one recipient only.
_WHOLE = {Kind.RECEIVE, Kind.REPORT, Kind.RETRY}


async def run(context: Context, *, message_id: str) -> Result:
    wanted = _wanted(message_id)
    events = await context.store.tracking(wanted)
    if wanted.message and events and events[0].message_id:
        events = await _with_copies(context, wanted.message, events[0].message_id)
    if not events:
        why = "no message of this id was accepted, or it is too long ago"
        cure = "give a queue id (`saywhy message list`), or a Message-ID header in quotes: '<...@...>'"
        raise OperationError("not-found", f"message {message_id}", why, cure)
    lines: list[str] = []
    for message in dict.fromkeys(event.message for event in events):
        own = [event for event in events if event.message == message]
        lines += ["", *_story(own, await _waiting(context, message), context.clock.now())]
    return Result(tuple(map(_row, events)), "\n".join(lines[1:]))


def _wanted(text: str) -> TrackingFilter:
    try:
        return TrackingFilter(message=str(QueueId.parse(text)))
    except ValueError:
        bare = text.strip().removeprefix("<").removesuffix(">")
        return TrackingFilter(message_id=f"<{bare}>")


async def _with_copies(context: Context, message: str, message_id: str) -> list[Event]:
    """The message and what was made of it: copies for lists and for forwardings have its Message-ID."""
    events = await context.store.tracking(TrackingFilter(message_id=message_id))
    ours = {message}
    for event in events:
        if event.kind is Kind.COPY and event.data.get("of") in ours:
            ours.add(event.message)
    return [event for event in events if event.message in ours]


async def _waiting(context: Context, message: str) -> Sequence[Pending]:
    try:
        return await context.store.pending(QueueId.parse(message))
    except ValueError:
        return ()


def _row(event: Event) -> Row:
    return {
        "time": event.at,
        "message": event.message,
        "event": event.kind.name,
        "recipient": event.recipient,
        "status": event.status,
        "cause": event.cause,
        "text": event.text,
        "facts": _facts(event),
    }


def _facts(event: Event) -> list[str]:
    return [f"{name}={value}" for name, value in event.data.items()]


def _story(events: Sequence[Event], waiting: Sequence[Pending], now: float) -> Iterator[str]:
    """The message first, then each recipient in the order in which something happened to it."""
    first = events[0]
    yield f"Message {first.message} from {first.sender or telling.NULL_PATH}"
    for name, value in (("Message-ID", first.message_id), ("Subject", str(first.data.get("subject", "")))):
        if value:
            yield f"  {name}: {value}"
    yield from (line for event in events if _of_whole(event) for line in _lines(event, "  "))
    single: dict[str, list[Event]] = {}
    for event in events:
        if not _of_whole(event):
            single.setdefault(event.recipient, []).append(event)
    owed = {str(pending.recipient.address): pending for pending in waiting}
    for recipient in dict.fromkeys([*single, *owed]):
        yield f"  {recipient}"
        yield from (line for event in single.get(recipient, ()) for line in _lines(event, "    "))
        if recipient in owed:
            yield f"    {telling.clock(now)}  {telling.waiting(owed[recipient], now)}"


def _of_whole(event: Event) -> bool:
    """Of the message, not of one recipient."""
    return not event.recipient or event.kind in _WHOLE


def _lines(event: Event, indent: str) -> Iterator[str]:
    yield f"{indent}{telling.clock(event.at)}  {story.sentence(event)}"
    if why := story.why(event):
        yield f"{indent}{' ' * 22}{why}"


OPERATION = Operation(
    name="trace",
    help="Tell what became of a message, recipient by recipient.",
    example="saywhy trace 1-8f31",
    run=run,
    parameters=(
        Parameter("message_id", "A queue id, or a Message-ID header (in quotes).", positional=True, required=True),
    ),
    columns=(
        Column("time", "When.", Format.TIME),
        Column("message", "Queue id."),
        Column("event", "What happened (docs/events.md)."),
        Column("recipient", "To whom; empty for the whole message."),
        Column("status", "The enhanced status code."),
        Column("cause", "`saywhy explain` takes it."),
        Column("text", "What was said."),
        Column("facts", "Further facts by name.", Format.LIST),
    ),
    prose=True,
)
