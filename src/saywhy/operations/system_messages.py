"""What the operations on system messages share: their parameters, and what a name stands for."""

from __future__ import annotations

from saywhy.model.system_messages import QUOTA_KINDS
from saywhy.operations.declaration import Parameter

ABOUT = Parameter(
    "about",
    f"A code of class 4 or 5, such as 5.1.1 or 5.7.912, or a quota notice: {', '.join(QUOTA_KINDS)}.",
    positional=True,
    required=True,
)
WHERE = (
    Parameter("language", "The language tag of the readers.", default="en"),
    Parameter("domain", "Only where this domain is concerned: the failed recipient's, else the reader's."),
)


def is_code(about: str) -> bool:
    """Not the name of a quota notice; whether it is a good one the rules say."""
    return about[:1].isdigit()
