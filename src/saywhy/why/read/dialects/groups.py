"""Google Groups, in its languages: the group is named by X-Failed-Recipients, the notice links to Groups' help."""

from __future__ import annotations

from saywhy.why.read.dialect import Dialect, action_of
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.text import describe
from saywhy.why.read.values import From


def _read(mail: Mail) -> Found | None:
    if not mail.failed or "groups.google.com" not in mail.notice:
        return None
    found = Found("Google Groups", "Google Groups", action=action_of(mail))
    for address in mail.failed:
        entry = Entry(address)
        entry.note("recipient", From.HEADER, "X-Failed-Recipients")
        describe(mail, entry, mail.notice[:1500], 0)
        entry.reply_code = entry.status = ""
        entry.meaning, entry.reason = "remote-recipient-restricted", "rejected"
        found.entries.append(entry)
    return found


DIALECT = Dialect("Google Groups", _read)
