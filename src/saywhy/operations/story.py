"""A message event in plain words, from what the queue writes down with it (flow/queue/events)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from saywhy.model.event import Event, Kind
from saywhy.model.queued import GATHERED
from saywhy.operations import telling
from saywhy.why import catalogue


def sentence(event: Event) -> str:
    """`given up: 550 5.1.1 no such user`, without the time and the recipient."""
    return _SENTENCES[event.kind](event)


def why(event: Event) -> str:
    """The cause's title and where to read more; empty when nothing went wrong."""
    if not event.cause:
        return ""
    try:
        title = f"{catalogue.cause(event.cause).title}: "
    except catalogue.Unknown:
        title = ""
    return f"{title}`saywhy causes {event.cause}`"


def _fact(event: Event, name: str, form: str = "{}") -> str:
    """A fact set into `form`; empty when the event does not have it."""
    value = event.data.get(name, "")
    return form.format(value) if value not in ("", 0, False) else ""


def _accepted(event: Event) -> str:
    by = _fact(event, "user", " from {}") or _fact(event, "client-ip", " from [{}]")
    size, checks = _fact(event, "size", ", {} octets"), _fact(event, "checks", ", {}")
    return f"accepted{by}{_fact(event, 'connector', ' by {}')}{size}{checks}"


def _expanded(event: Event) -> str:
    members = event.data.get("members", 0)
    return f"replaced by {telling.count(int(members), 'member')} of the group{_fact(event, 'group', ' {}')}"


def _delivered(event: Event) -> str:
    return f"delivered into the mailbox{_fact(event, 'mailbox', ' {}')}{_converted(event)}"


def _sent(event: Event) -> str:
    host = _fact(event, "remote-host", " {}") + _fact(event, "remote-ip", " [{}]")
    return f"handed to{host or ' the next hop'}, which answers for it now{_text(event)}{_converted(event)}"


def _converted(event: Event) -> str:
    return _fact(event, "converted", "; converted: {}") + _fact(event, "lost", "; lost: {}")


def _deferred(event: Event) -> str:
    due = event.data.get("next", 0)
    again = f"; tried again {telling.clock(float(due))}" if due else ""
    return f"put off{_text(event)}{again}"


def _failed(event: Event) -> str:
    attempts = event.data.get("attempts", 0)
    after = f" after {attempts} {'attempt' if attempts == 1 else 'attempts'}" if attempts else ""
    return f"given up{after}{_text(event)}"


def _reported(event: Event) -> str:
    follow = _fact(event, "report", ": `saywhy trace {}` follows it")
    if event.data.get("kind") == "copy":
        return f"a copy of the report was queued to the reply recipient{follow}"
    return f"a report{_fact(event, 'kind', ' ({})')} was queued to the sender{follow}"


# The rules of flow/report/decide by their names.
_HELD_BACK: Mapping[str, str] = {
    "null-reverse-path": "the message has no sender to tell",
    "notify": "the sender did not want it (NOTIFY)",
    "moderation": "senders do not hear that a message was not approved (`moderation_notices` of the recipient)",
    "connector-dsn": "the receive connector honours no such wish (`dsn`)",
    "forged-reverse-path": "the sender's domain does not permit the server that sent the message (SPF)",
    "reverse-path-nowhere": "the sender's domain does not exist or takes no mail",
    "unverified-reverse-path": "nothing proves the sender, and `report_unverified` is off",
    "dial-plan": "switched off for its dial plan: `saywhy dial-plan list`",
    "lockdown": "switched off for a while: `saywhy lockdown show`",
    "remote-domain": "switched off for the sender's domain: `saywhy remote-domain list`",
    "delay-reports": "reports of delays are switched off",
}


def _dropped(event: Event) -> str:
    why = _HELD_BACK.get(event.text)
    return f"a report was due and was held back{_text(event)}{f', {why}' if why else ''}"


def _bad(event: Event) -> str:
    return f"nothing could be made of{_fact(event, 'file', ' {}')}{_fact(event, 'folder', ' in {}')}{_text(event)}"


def _removed(event: Event) -> str:
    told = "with a report to the sender" if event.data.get("ndr") else "and nobody was told"
    return f"removed by an administrator, {told}"


def _retried(event: Event) -> str:
    return f"an administrator asked for an attempt now{_text(event)}"


def _duplicate(event: Event) -> str:
    return f"left out: the message goes to{_fact(event, 'address', ' {}') or ' this address'} already"


def _copied(event: Event) -> str:
    reports = _fact(event, "reports-to", "; reports go to {}") or "; reports go to nobody"
    whom = _fact(event, "group", "the members of {}") or "whom it is forwarded to"
    return f"a copy for {whom}{_fact(event, 'of', ', made of {}')}{reports}"


def _held(event: Event) -> str:
    asked = _fact(event, "moderators", ", who were asked: {}")
    until = telling.clock(float(event.data.get("until", 0)))
    return f"waits until {until} for a moderator{_fact(event, 'item', ' of {}')}{asked}"


def _kept(event: Event) -> str:
    if str(event.data.get("queue", "")).startswith(f"held/{GATHERED}/"):
        return f"failed, and is reported together with others of the same sender{_text(event)}; `report_rate`"
    return f"failed, and is held by the storm guard{_text(event)}; `saywhy storm list`"


def _text(event: Event) -> str:
    return f": {event.text}" if event.text else ""


_SENTENCES: Mapping[Kind, Callable[[Event], str]] = {
    Kind.RECEIVE: _accepted,
    Kind.EXPAND: _expanded,
    Kind.DELIVER: _delivered,
    Kind.SEND: _sent,
    Kind.DEFER: _deferred,
    Kind.FAIL: _failed,
    Kind.REPORT: _reported,
    Kind.DROP: _dropped,
    Kind.BADMAIL: _bad,
    Kind.REMOVE: _removed,
    Kind.RETRY: _retried,
    Kind.DUPLICATE: _duplicate,
    Kind.COPY: _copied,
    Kind.HOLD: _kept,
    Kind.MODERATE: _held,
    Kind.APPROVE: lambda event: f"approved{_fact(event, 'by', ' by {}')}{_fact(event, 'item', ' for {}')}",
    Kind.REJECT: lambda event: f"rejected{_fact(event, 'by', ' by {}')}{_fact(event, 'item', ' for {}')}",
    Kind.SUSPEND: lambda _event: "held back by an administrator",
    Kind.POISON: lambda event: f"put aside: it was in work at {event.data.get('crashes', 'several')} crashes",
    Kind.RESUME: lambda _event: "let go on by an administrator",
    Kind.REDIRECT: lambda event: f"sent to another address by an administrator{_fact(event, 'address', ': {}')}",
}
