"""Sending services without a delivery-status part, and hosts with words of their own."""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECTS = (
    textual(
        "SendGrid",
        "SendGrid",
        signs=("automatically generated message from SendGrid", "sendgrid.net"),
        rules=(text.angled, text.alone, text.labelled),
    ),
    textual(
        "Mailgun", "Mailgun", signs=("mailgun.org", "mailgun.net"), rules=(text.angled, text.alone, text.labelled)
    ),
    textual(
        "FML",
        "FML",
        signs=("has not been posted to", "from non-members are rejected", "your mail is not posted"),
        rules=(text.labelled, text.told),
    ),
)
