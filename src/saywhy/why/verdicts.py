"""The words with which a moderator decides by mail, in each language that we speak.

English is understood whatever the language of the question.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from saywhy.model.moderation import Verdict
from saywhy.why import words

APPROVE = words.mark("APPROVE")
REJECT = words.mark("REJECT")


@cache
def verdicts() -> Mapping[str, str]:
    """Each word, case-folded, and the value of the Verdict that it stands for."""
    found = {"approved": Verdict.APPROVE.value, "rejected": Verdict.REJECT.value}
    for language in (words.ENGLISH, *words.languages().values()):
        frame = words.frame(language)
        found[frame.say(APPROVE).casefold()] = Verdict.APPROVE.value
        found[frame.say(REJECT).casefold()] = Verdict.REJECT.value
    return found
