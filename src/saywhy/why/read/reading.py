"""The dialects in the order in which they are asked; the first that knows the message reads it."""

from __future__ import annotations

from saywhy.why.read import ours, standard
from saywhy.why.read.values import NotAReport, ReadReport
from saywhy.wire import mime
from saywhy.wire.encoded_word import decode

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
