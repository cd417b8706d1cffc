"""Any other notice: from a mail system by its sender or its subject, about a failure by its words.

What it takes to be called a report here is deliberately much: a person may write about a bounce, too.
"""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import Dialect, action_of, complete, from_original
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.signs import failure_words, is_from_system, is_subject
from saywhy.why.read.values import From


def _read(mail: Mail) -> Found | None:
    by_system = is_from_system(mail) or mail.is_declared
    by_subject = is_subject(mail.subject) or mail.is_declared
    if not by_system and not by_subject:
        return None
    words = failure_words(mail)
    if not words or (not (by_system and by_subject) and words < 2 and not mail.failed):
        return None
    found = Found("free text", action=action_of(mail))
    if mail.failed:
        found.entries = [_failed(address) for address in mail.failed]
    found.entries = found.entries or text.recipients(mail)
    if not found.entries and by_system and (last := from_original(mail)) is not None:
        found.entries = [last]
    complete(mail, found)
    return found if found.entries or mail.is_declared else None


def _failed(address: str) -> Entry:
    entry = Entry(address)
    entry.note("recipient", From.HEADER, "X-Failed-Recipients")
    return entry


DIALECT = Dialect("free text", _read)
