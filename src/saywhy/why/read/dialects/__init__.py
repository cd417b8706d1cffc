"""The dialects in the order in which they are asked; the first that knows the message reads it.

Adding a system is adding a module here: its `DIALECT` (or `DIALECTS`) joins the list.  What has a machine-readable
part comes first, then systems that are known by their words, then what any system writes.
"""

from __future__ import annotations

from saywhy.why.read.dialect import Dialect, Other
from saywhy.why.read.dialects import (
    amazon,
    answers,
    aol,
    carriers,
    courier,
    dma,
    dmarc,
    domino,
    exchange,
    exim,
    feedback,
    free,
    gateways,
    gmail,
    groups,
    groupwise,
    imail,
    james,
    line,
    mdn,
    mfilter,
    opensmtpd,
    ours,
    postfix,
    providers,
    qmail,
    sendmail,
    standard,
    tls,
    yahoo,
    zoho,
)

# A line of a log or a reply, not a message.
ALONE: Dialect = line.DIALECT

# What is no delivery report although it may look like one.
OTHERS: tuple[Other, ...] = (feedback.OTHER, mdn.OTHER, tls.OTHER, dmarc.OTHER)

STRUCTURED: tuple[Dialect, ...] = (ours.DIALECT, standard.DIALECT, mdn.REJECTED, amazon.DIALECT)

TEXTUAL: tuple[Dialect, ...] = (
    groups.DIALECT,
    zoho.DIALECT,
    *gmail.DIALECTS,
    *exim.DIALECTS,
    *qmail.DIALECTS,
    yahoo.DIALECT,
    *postfix.DIALECTS,
    courier.DIALECT,
    *sendmail.DIALECTS,
    *exchange.DIALECTS,
    domino.DIALECT,
    groupwise.DIALECT,
    opensmtpd.DIALECT,
    dma.DIALECT,
    james.DIALECT,
    mfilter.DIALECT,
    *carriers.DIALECTS,
    *gateways.DIALECTS,
    *providers.DIALECTS,
    aol.DIALECT,
    imail.DIALECT,
)

LAST: tuple[Dialect, ...] = (standard.IN_TEXT, free.DIALECT)

AFTER: tuple[Other, ...] = (answers.CHALLENGE, answers.AUTO_REPLY)
