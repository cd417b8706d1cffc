"""A DNS of a dictionary: (type, name) -> records, or why there are none; anything else does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from saywhy.wire.auth.lookups import Answer, Asking, Missing, Question

T = TypeVar("T")
Records = Mapping[tuple[str, str], Sequence[str] | Missing]


def answer(records: Records, question: Question) -> Answer:
    found = records.get((question.type, question.name.lower()), Missing.NXDOMAIN)
    return Answer(missing=found) if isinstance(found, Missing) else Answer(tuple(found))


def verdict(asking: Asking[T], records: Records, asked: list[Question] | None = None) -> T:
    """What a check concludes; `asked` gathers its questions."""
    try:
        question = next(asking)
        while True:
            if asked is not None:
                asked.append(question)
            question = asking.send(answer(records, question))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
