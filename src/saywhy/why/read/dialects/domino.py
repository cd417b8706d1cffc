"""Lotus Domino and Notes: what was not delivered to whom, and because of what.

was not delivered to:
  bob@dest.test
because:
  User bob (bob@dest.test) not listed in Domino Directory
"""

from __future__ import annotations

import re

from saywhy.why.read import text
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail

_BECAUSE = re.compile(
    r"^[ \t]*(?:because|weil|car|perché|porque|omdat|parce que|aus folgendem grund|por|reason)[^\n:]{0,40}:[ "
    r"\t]*\n+([^\n]+(?:\n[ \t]*\S[^\n]*){0,10})",
    re.I | re.M,
)


def _because(mail: Mail, found: Found) -> None:
    reasons = list(_BECAUSE.finditer(mail.notice))
    for number, entry in enumerate(found.entries):
        if reasons:
            reason = reasons[min(number, len(reasons) - 1)]
            text.describe(mail, entry, reason[1], reason.start(1))


DIALECT = textual(
    "Domino",
    "Domino",
    signs=(
        "Domino Directory",
        "was not delivered to:",
        "------- Failure Reasons",
        "wurde nicht zugestellt an:",
        "n'a pas été remis à :",
        "Router: ",
        "No route found to domain",
        "non è stato recapitato a:",
    ),
    rules=(text.alone, text.angled, text.told),
    finish=_because,
)
