"""The dialects in the order in which they are asked; the first that knows the message reads it."""

from __future__ import annotations

from saywhy.why import catalogue
from saywhy.why.read import ours, standard
from saywhy.why.read.values import Kind, NotAReport, ReadRecipient, ReadReport, Recipient, Report, Why
from saywhy.wire import mime
from saywhy.wire.encoded_word import decode
from saywhy.wire.report.values import Action

_DIALECTS = (ours.read, standard.read)

MAX_RECIPIENTS = 1000  # of one report


def read_report(content: bytes) -> ReadReport:
    """A whole message -> what it reports; NotAReport if no dialect knows it."""
    root = mime.read(content)
    for dialect in _DIALECTS:
        found = dialect(root)
        if found is not None:
            subject = decode(found.subject)
            return ReadReport(found.dialect, found.reporting, found.recipients[:MAX_RECIPIENTS], subject)
    raise NotAReport("it has no message/delivery-status part with a recipient (RFC 3464)")


def read(data: bytes) -> Report:
    """Any octets -> what they report."""
    try:
        found = read_report(data)
    except NotAReport as error:
        return Report(Kind.NONE, note=str(error))
    kind = min((Kind(each.action.value) for each in found.recipients), key=list(Kind).index)
    recipients = tuple(map(_recipient, found.recipients))
    return Report(kind, recipients, found.dialect, reporting_mta=found.reporting, subject=found.subject)


def _recipient(told: ReadRecipient) -> Recipient:
    failure = told.failure
    cause = catalogue.cause(failure.cause)
    why = Why(
        cause.id,
        cause.names.sisimai,
        told.action is Action.FAILED and cause.names.sisimai in ("userunknown", "hostunknown", "hasmoved"),
        cause.scope.value,
        cause.act.value,
        cause.permanence.value,
        told.confidence,
        told.rule,
        told.grounds,
        kumomta=cause.names.kumomta,
        sparkpost=cause.names.sparkpost,
    )
    return Recipient(told.address, told.action, failure, why, status=str(failure.status), diagnostic=failure.text)
