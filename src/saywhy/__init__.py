"""saywhy: mail transport that says why.

`import saywhy` needs the base install only (click and the standard library).  The floors of the house are
described in the README; `ls src/saywhy/flow` is the journey of a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saywhy.why.read.values import Report

__version__ = "2026.11.0"


def read(data: bytes) -> Report:
    """Any message, or text, as octets -> what it says about mail that was not delivered; never raises for input.

    `Report.as_dict()` is the object of docs/schema/report.json.  Anything with a length that can be sliced to
    bytes will do, such as an mmap of a large file: at most 16 MiB of it are looked at.
    """
    from saywhy.why.read.reading import read as read_message

    return read_message(data)
