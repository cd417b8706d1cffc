"""docs/reasons.md: every cause with its names in other systems, and how hard and soft are told apart."""

from __future__ import annotations

import textwrap

from saywhy.why import catalogue
from saywhy.why.book import MARK
from saywhy.why.entries import Cause
from saywhy.why.names import SISIMAI
from saywhy.why.phrases import common
from saywhy.why.reasons import HARD, HARD_UNLESS_TEMPORARY, OF_KIND

_HEAD = """\
# Reasons: our causes in the words of other systems

`saywhy read`, `saywhy explain` and `saywhy causes --json` name for each failure a **cause** of ours and, for
interchange, the nearest **reason** of Sisimai, the bounce class of KumoMTA, the classification number of
SparkPost, and hard or soft. Programs that know those words can go on using them.

Three answers are our own, and each has one meaning only:

- **permanence**: whether another attempt can help, from what is being done about the message, then from the cause;
  the class of the code comes last. A full mailbox that ended in `failed` is permanent for this message.
- **scope**: what else would meet the same trouble: the recipient, the domain, the message, the sender's identity,
  our address, the path, our server. Only trouble of the recipient is a ground to stop writing to an address.
- **act**: whose move it is.

**Hard or soft** is Sisimai's: {hard} are hard whatever the code,
{unless} is hard unless the code is temporary, all others are soft. So is one distinction of its reasons:
words about an unknown user are `filtered`, not `userunknown`, after DATA, and where the code is X.2.0 or X.2.1 and
nobody says that RCPT was refused. And a delay without any reason is `expired`. The cause is `remote-user-unknown`
or `remote-deferred` all the same.

Confidence is `high` where the code and the words agree, a system's own tag names the condition, or the code has
one cause only; `medium` where words decide alone, or a whole sentence stands against the code; `low` where only a
single word, the likeliest cause of a code, or the bare reply code is left. `words` and their place in the text
say what decided.

The 36 reasons of Sisimai: {reasons}. {kinds}

## Causes

| cause | reason | hard | KumoMTA | SparkPost | scope | act |
|---|---|---|---|---|---|---|
"""
_WORDS = """
## Words that Sisimai files elsewhere than their cause

| cause | reason | words |
|---|---|---|
"""


def page() -> str:
    """The text of docs/reasons.md."""
    rows = [_row(catalogue.cause(id_)) for id_ in catalogue.causes()]
    head = _HEAD.format(
        hard=", ".join(f"`{name}`" for name in sorted(HARD)),
        unless=", ".join(f"`{name}`" for name in sorted(HARD_UNLESS_TEMPORARY)),
        reasons=", ".join(sorted(SISIMAI)),
        kinds=" ".join(f"`{reason}` is a message of the kind {kind}." for kind, reason in OF_KIND.items()),
    )
    return f"{MARK}\n{_short(head)}" + "\n".join(rows) + "\n" + _WORDS + "\n".join(_elsewhere()) + "\n"


def _short(text: str) -> str:
    """Lines of names, broken where they grow too long."""
    lines = (
        textwrap.wrap(line, 115, break_on_hyphens=False) if len(line) > 115 else [line]
        for line in text.split("\n")
    )
    return "\n".join(part for line in lines for part in line or [""])


def hard(reason: str) -> str:
    """Whether a reason is a hard bounce: yes, no, or unless the code is temporary."""
    if reason in HARD_UNLESS_TEMPORARY:
        return "unless temporary"
    return "yes" if reason in HARD else "no"


def names_of(cause: Cause) -> dict[str, str | int]:
    """What other systems call a cause, and whether it is a hard bounce: `yes`, `no`, `unless temporary`."""
    names = cause.names
    return {
        "sisimai": names.sisimai,
        "kumomta": names.kumomta,
        "sparkpost": names.sparkpost,
        "hard_bounce": hard(names.sisimai),
    }


def _row(cause: Cause) -> str:
    names = cause.names
    link = f"[{cause.id}](codes/causes/{cause.id}.md)"
    cells = (link, names.sisimai, hard(names.sisimai), names.kumomta, str(names.sparkpost))
    return f"| {' | '.join(cells)} | {cause.scope.value} | {cause.act.value} |"


def _elsewhere() -> list[str]:
    rows: dict[tuple[str, str], list[str]] = {}
    for table in common.TABLES.values():
        for row in table:
            if row.reason and row.reason != catalogue.cause(row.cause).names.sisimai:
                rows.setdefault((row.cause, row.reason), []).extend(row.each())
    return [f"| {cause} | {reason} | {'; '.join(words)} |" for (cause, reason), words in sorted(rows.items())]
