"""Who has to act, as the reader knows the parties (spec B3.5).

The catalogue speaks of our administrator and theirs.  To a reader of ours, our server is "your mail server"; to
one outside, this server is the recipient's.
"""

from __future__ import annotations

from typing import assert_never

from saywhy.flow.report import phrases
from saywhy.flow.report.page import Party
from saywhy.why.explain import Act
from saywhy.why.words import Frame

_USUAL = (phrases.YOU, phrases.YOUR_SERVER, phrases.THEIR_SERVER)


def parties(act: Act, frame: Frame, *, internal: bool, waiting: bool) -> tuple[tuple[Party, ...], str]:
    """The boxes, ticked, and the same as a sentence."""
    name, sentence = _named(act, internal=internal, waiting=waiting)
    names = _USUAL if name in _USUAL else (*_USUAL, name)
    return tuple(Party(frame.say(each), each == name) for each in names), frame.say(sentence)


def _named(act: Act, *, internal: bool, waiting: bool) -> tuple[str, str]:
    match act:
        case Act.SENDER:
            return phrases.YOU, phrases.YOU_ACT
        case Act.OUR_ADMIN if internal:
            return phrases.YOUR_SERVER, phrases.YOUR_SERVER_ACTS
        case Act.OUR_ADMIN | Act.THEIR_ADMIN:
            return phrases.THEIR_SERVER, phrases.THEIR_SERVER_ACTS
        case Act.RECIPIENT:
            return phrases.RECIPIENT, phrases.RECIPIENT_ACTS
        case Act.NOBODY if waiting:
            return phrases.NOBODY_WAIT, phrases.WAITING_HELPS
        case Act.NOBODY:
            return phrases.NOBODY, phrases.NOBODY_ACTS
        case _:
            assert_never(act)
