"""What a bare reply code means at each step of a session: the table of spec A5 with errata 50 to 57.

A cell is subject and detail; the class is the reply's, except where a cell names it.  A cell that is absent means
nothing there: X.0.0, as RFC 3461 section 6.3 (g) has it.  `UNKNOWN` is for replies whose step was not seen.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from saywhy.model.evidence import Step

Cell = tuple[int, int]


class Column(enum.Enum):
    OPEN = "at connect or EHLO"
    AUTH = "at AUTH"
    MAIL = "at MAIL"
    RCPT = "at RCPT"
    DATA = "at DATA or the end of data"
    UNKNOWN = "at an unknown step"


COLUMNS: Mapping[Step, Column] = {
    Step.NONE: Column.UNKNOWN,
    Step.CONNECT: Column.OPEN,
    Step.GREETING: Column.OPEN,
    Step.EHLO: Column.OPEN,
    Step.STARTTLS: Column.OPEN,
    Step.AUTH: Column.AUTH,
    Step.MAIL: Column.MAIL,
    Step.RCPT: Column.RCPT,
    Step.DATA: Column.DATA,
    Step.END_OF_DATA: Column.DATA,
}


def _everywhere(subject: int, detail: int, **others: Cell) -> dict[Column, Cell]:
    row = dict.fromkeys(Column, (subject, detail))
    row.update({Column[name]: cell for name, cell in others.items()})
    return row


def _only(**cells: Cell) -> dict[Column, Cell]:
    return {Column[name]: cell for name, cell in cells.items()}


TABLE: Mapping[int, Mapping[Column, Cell]] = {
    421: _everywhere(3, 2),
    432: _everywhere(7, 12),  # RFC 5248 section 2.4: a password transition is needed
    # Errata 54: most are greylisting or rate limits, not disabled mailboxes.
    # RFC 5321 section 4.3.2: at DATA it is a policy.
    450: _everywhere(2, 0, MAIL=(0, 0), DATA=(7, 0), AUTH=(0, 0)),
    451: _everywhere(3, 0),
    452: _everywhere(3, 1),  # errata 53: system storage; after accepted recipients see `cell`
    454: _only(OPEN=(7, 0), AUTH=(7, 0), MAIL=(7, 0), UNKNOWN=(7, 0)),
    455: _everywhere(5, 4),
    500: _everywhere(5, 1, OPEN=(5, 0)),
    501: _everywhere(5, 4, RCPT=(1, 3), DATA=(5, 2)),
    502: _everywhere(5, 1),
    503: _everywhere(5, 1),
    504: _everywhere(5, 4, RCPT=(1, 3), DATA=(5, 2)),
    521: _everywhere(3, 2),  # RFC 7504 section 3: this host takes no mail
    523: _everywhere(7, 10),
    524: _everywhere(7, 11),
    525: _everywhere(7, 13),
    530: _everywhere(7, 0),
    534: _everywhere(7, 9),
    535: _everywhere(7, 8, OPEN=(7, 0), RCPT=(7, 0)),
    538: _everywhere(7, 11),
    # Errata 50, 51, 57: policy refusals use 550 at every step; at RCPT the number alone says nothing.
    550: _only(OPEN=(7, 1), MAIL=(1, 0), DATA=(7, 1), AUTH=(7, 0)),
    551: _only(RCPT=(1, 6), UNKNOWN=(1, 6)),
    552: _only(MAIL=(3, 4), RCPT=(2, 2), DATA=(3, 4), UNKNOWN=(2, 2)),
    553: _only(MAIL=(1, 7), RCPT=(1, 3), UNKNOWN=(1, 3)),
    554: _only(OPEN=(3, 2), MAIL=(7, 1), RCPT=(7, 1)),  # errata 51: at the end of data nothing without words
    555: _only(MAIL=(5, 4), RCPT=(5, 4), UNKNOWN=(5, 4)),
    556: _everywhere(1, 10),  # RFC 7504 section 4: this domain takes no mail
}

# After accepted recipients 452, and 552 too, mean: no more in this transaction (RFC 5321 section 4.5.3.1.10).
TOO_MANY_NOW: Cell = (5, 3)


def cell(reply_code: int, step: Step, accepted: bool) -> Cell:
    """Subject and detail for a reply that says nothing else."""
    if accepted and step is Step.RCPT and reply_code in (452, 552):
        return TOO_MANY_NOW
    return TABLE.get(reply_code, {}).get(COLUMNS[step], (0, 0))
