"""The report that is written when the usual one cannot be: plain text in English, and the status part.

Nothing is composed, laid out, translated or read out of the original, since one of these has just broken.  Of the
message stand in it what SMTP has accepted (the reverse-path, the recipients, ENVID), the failures' own lines in
ASCII, and the Message-ID if it is one.  Beyond ASCII is only a reverse-path that is so itself (RFC 6533).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from saywhy.flow.report.facts import delivery_report, failure_of, status_of
from saywhy.flow.report.postmaster import postmaster
from saywhy.flow.stages import Settled
from saywhy.model.address import Address
from saywhy.model.organisation import Organisation
from saywhy.model.queued import Message
from saywhy.wire.report.build import build
from saywhy.wire.report.clean import message_id
from saywhy.wire.report.values import Action, DeliveryReport, RecipientReport, ReportMessage, Returned
from saywhy.wire.smtp.reply import plain

MAX_LINE = 400  # characters of a failure in the text; the status part has all of it

_NEWS = {
    Action.FAILED: ("Undeliverable", "Delivery has failed to these recipients:"),
    Action.DELAYED: ("Delivery delayed", "Delivery is delayed to these recipients; we keep trying:"),
    Action.DELIVERED: ("Delivered", "Delivered to these recipients:"),
    Action.RELAYED: ("Relayed", "Handed on for these recipients:"),
    Action.EXPANDED: ("Expanded", "Handed on to the members of these groups:"),
}


def bare(
    message: Message,
    reverse_path: Address,
    action: Action,
    settled: Sequence[Settled],
    organisation: Organisation,
    hostname: str,
    now: float,
    token: str,
    *,
    several: bool,
) -> bytes:
    """`several`: `settled` are of more messages than `message`, of which nothing else is said then."""
    subject, _ = _NEWS[action]
    original = "" if several else message_id(message.headline.message_id)
    status = delivery_report(message, settled, [""] * len(settled), action, hostname, now, several=several)
    return build(
        ReportMessage(
            sender=postmaster(organisation, hostname),
            to=str(reverse_path),
            subject=subject,
            date=now,
            message_id=f"<{token}@{hostname}>",
            in_reply_to=original,
            text="".join(f"{line}\n" for line in _lines(action, settled, original, hostname)),
            html="",
            status=_in_ascii(status),
            returned=Returned(f"Message-ID: {original}\r\n".encode("ascii") if original else b"", full=False),
        ),
        token,
    )


def _lines(action: Action, settled: Sequence[Settled], original: str, hostname: str) -> Iterator[str]:
    yield from (f"This is the mail system at {plain(hostname)}.", "", _NEWS[action][1], "")
    for one in settled:
        failure = failure_of(one.outcome)
        yield f"  {plain(str(one.pending.recipient.address))}"
        yield f"    {plain(failure.line())[:MAX_LINE] if failure else status_of(one.outcome)}"
    if original:
        yield from ("", f"Your message had the Message-ID {original}")
    yield from (
        "",
        "The usual report could not be written for this message; the part that follows has the details.",
    )


def _in_ascii(report: DeliveryReport) -> DeliveryReport:
    """Recipients stay as they are: the status part has a form of its own for those beyond ASCII."""
    return replace(
        report,
        envid=plain(report.envid),
        received_from=plain(report.received_from),
        recipients=tuple(map(_recipient, report.recipients)),
    )


def _recipient(report: RecipientReport) -> RecipientReport:
    return replace(
        report,
        original=report.original if report.original and report.original.address.isascii() else None,
        remote_mta=plain(report.remote_mta),
        diagnostic=replace(report.diagnostic, lines=tuple(map(plain, report.diagnostic.lines))),
    )
