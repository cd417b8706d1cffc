"""The SMTP command that was refused, where the notice tells it: it says whether the recipient or the message was
refused.  Each system has its own words for it."""

from __future__ import annotations

import re

from saywhy.why.read.entry import Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import holds

_COMMAND = re.compile(
    r"in reply to (end of DATA|RCPT|MAIL|DATA|EHLO|HELO)|after (?:pipelined )?(?:sending )?(RCPT TO|RCPT|MAIL "
    r"FROM|MAIL|end of data|END OF DATA|DATA|"
    r"EHLO|HELO)|SMTP:(RCPT|MAIL|DATA)|did not like our (?:final )?(RCPT|MAIL|DATA|EHLO|HELO)|\[(RCPT|MAIL|"
    r"DATA|BODY)_?\w{0,6}\]|"
    r"(does not like recipient|recipient was rejected)|(does not like sender|sender was rejected)|"
    r"(failed on DATA command|failed after I sent the message)"
)
_SENT = re.compile(
    r"^[> \t]{0,4}>>>[ \t]*(RCPT|MAIL|DATA|EHLO|HELO)[^\n]*\n(?:[> \t]{0,4}<<<[ \t]*[23][^\n]*\n)*[> "
    r"\t]{0,4}<<<[ \t]*[45]",
    re.I | re.M,
)
_STEMS = (
    "in reply to",
    "after ",
    "SMTP:",
    " not like",
    "_TO]",
    "FROM]",
    "BODY]",
    "was rejected",
    "failed ",
    ">>>",
)
_CLEAR = (".1", ".4", ".6")  # subjects that say what was refused
_BY_GROUP = {6: "RCPT", 7: "MAIL", 8: "DATA"}


def refused(words: str) -> str:
    """`MAIL`, `RCPT`, `DATA`, `EHLO`, or nothing."""
    if not holds(words, _STEMS):
        return ""
    found = _COMMAND.search(words)
    if found is None:
        sent = _SENT.search(words) if ">>>" in words else None
        return sent[1].upper() if sent is not None else ""
    group = found.lastindex or 0
    if group in _BY_GROUP:
        return _BY_GROUP[group]
    word = found[group].upper().partition(" ")[0]
    return "DATA" if word in ("END", "BODY") else word


def add(mail: Mail, found: Found) -> None:
    """For each entry: from its own words, else from what the notice says behind its address."""
    for entry in found.entries:
        entry.command = entry.command or refused(entry.diagnostic)
    open_ = [entry for entry in found.entries if not entry.command and entry.status[1:3] not in _CLEAR]
    if not open_ or len(open_) > 20:
        return
    notice = mail.notice
    if len(found.entries) == 1:
        open_[0].command = refused(notice[:6000])
        return
    for entry in open_:
        at = notice.find(entry.recipient)
        end = notice.find("\n\n", at) if at >= 0 else -1
        if at >= 0:
            entry.command = refused(notice[at : end if end >= 0 else len(notice)])
