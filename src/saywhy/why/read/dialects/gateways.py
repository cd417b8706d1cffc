"""Filters and gateways that write their own notices: MailMarshal, Mimecast, MailFoundry, InterScan, McAfee,
SurfControl, Barracuda, Symantec, Sophos, Proofpoint and others.  Each is known by its words, none by its name."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECTS = (
    textual(
        "MailMarshal",
        "MailMarshal",
        signs=("The following recipients were affected",),
        rules=(text.alone, text.labelled),
    ),
    textual(
        "Mimecast",
        "Mimecast",
        signs=("An email that you attempted to send to the following address",),
        rules=(text.alone, text.told),
    ),
    textual(
        "MailFoundry", "MailFoundry", signs=("Unable to deliver message to: <",), rules=(text.told, text.alone)
    ),
    textual(
        "InterScan",
        "InterScan",
        signs=("InterScan", "Sent <<< RCPT TO", "Sent >>> RCPT TO"),
        rules=(text.replied, text.angled, text.told, text.labelled),
    ),
    textual(
        "McAfee",
        "McAfee",
        signs=("addresses had delivery problems", "The user(s) could not be reached", "delivery problems ---"),
        rules=(text.alone, text.opening, text.told),
    ),
    textual(
        "SurfControl",
        "SurfControl",
        signs=("Your message could not be sent", "Your message could not be delivered"),
        rules=(text.angled, text.alone, text.labelled, text.told),
    ),
    textual(
        "delivery service",
        "",
        signs=(
            "SMTP:RCPT host",
            "SMTP:",
            "Delivery to the following recipients failed",
            "Delevery to the following recipients failed",
        ),
        rules=(text.alone, text.angled, text.told),
    ),
    textual(
        "trouble",
        "",
        signs=("We had trouble delivering your message", "The following recipients returned permanent errors"),
        rules=(text.told, text.alone),
    ),
)
