"""Any report with delivery-status fields (RFC 3464, RFC 6533): in their part, in another part, or in text.

The part is taken as the field writes it (`fields`): what it leaves out is looked for in the notice.
"""

from __future__ import annotations

import re

from saywhy.why.read import command, fields, text
from saywhy.why.read.dialect import Dialect, action_of, complete, from_original
from saywhy.why.read.dialects import sendmail
from saywhy.why.read.entry import Entry, Found, unique
from saywhy.why.read.mail import Mail
from saywhy.why.read.systems import system_of
from saywhy.why.read.values import From
from saywhy.wire import charset, mime

_MAX_PARTS = 20
_FINAL = re.compile(r"^[>| \t]{0,4}(?:final|original)-recipient[ \t]*:", re.I | re.M)


def _read(mail: Mail) -> Found | None:
    found = Found("RFC 3464")
    for part in mail.statuses[:_MAX_PARTS]:
        _fields(mail, part, found)
    return _finished(mail, found) if mail.statuses else None


def _read_text(mail: Mail) -> Found | None:
    """The fields in the text of the report, where the parts were lost or the system never made any."""
    body = mail.body
    if "ecipient:" not in body and "ECIPIENT:" not in body:
        return None
    if not _FINAL.search(body):
        return None
    found = Found("RFC 3464 in text")
    for chosen, part in mail.texts:
        if _FINAL.search(chosen):
            fields.read(chosen, part.body_start, found, verbatim=False)
            break
    return _finished(mail, found)


def _fields(mail: Mail, part: mime.Part, found: Found) -> None:
    encoding = part.get("Content-Transfer-Encoding").lower()
    data = part.content[part.body_start : min(part.end, part.body_start + fields.MAX_TEXT)]
    verbatim = encoding not in ("base64", "quoted-printable") or (encoding == "base64" and b":" in data[:2000])
    if not verbatim:
        data = mime.decoded(data, encoding)
    ascii_ = data.isascii()
    words = data.decode("ascii") if ascii_ else charset.decode(data, part.parameters.get("charset", ""))
    if "\r" in words:
        words = words.replace("\r\n", "\n")
    fields.read(words, part.body_start, found, mail.octets, verbatim=verbatim and ascii_)


def _finished(mail: Mail, found: Found) -> Found | None:
    found.entries = [entry for entry in found.entries if entry.recipient or entry.original or entry.action]
    for entry in found.entries:
        _named(mail, entry)
        fields.supplement(entry)
    if not found.entries:
        return None
    if any(not entry.recipient for entry in found.entries):
        _recipients_from_elsewhere(mail, found)
    found.entries = [entry for entry in found.entries if entry.recipient]
    if not found.entries:
        return None
    found.entries = _distinct(found.entries)
    if any(not entry.action for entry in found.entries):
        found.action = action_of(mail)
    if any(_lacks(entry) for entry in found.entries):
        _from_notice(mail, found)
        sendmail.transcript(mail, found)
    command.add(mail, found)
    found.system = system_of(mail)
    return found


def _lacks(entry: Entry) -> bool:
    """Whether the reason, or its code, has to be looked for in the text.  Good news needs none."""
    return entry.action not in ("delivered", "relayed", "expanded") and not (entry.diagnostic and entry.reply_code)


def _named(mail: Mail, entry: Entry) -> None:
    """`recipient` is the address that failed: the original one where the final one is no address."""
    if entry.recipient and "@" not in entry.recipient:
        whole = next(
            (each for each in mail.failed if each.partition("@")[0].lower() == entry.recipient.lower()), ""
        )
        if whole or "@" in entry.original:
            entry.recipient = whole or entry.original
            entry.sources["recipient"] = entry.sources.get("original_recipient", entry.sources["recipient"])
    if not entry.recipient and entry.original:
        entry.recipient = entry.original
        entry.sources["recipient"] = entry.sources["original_recipient"]


def _distinct(entries: list[Entry]) -> list[Entry]:
    seen = {entry.recipient.lower() for entry in entries}
    return entries if len(seen) == len(entries) else unique(entries)


def _recipients_from_elsewhere(mail: Mail, found: Found) -> None:
    """Groups without an address: X-Failed-Recipients, the notice, or the only addressee of the original."""
    nameless = [entry for entry in found.entries if not entry.recipient]
    if len(nameless) != 1:
        return
    known = {entry.recipient.lower() for entry in found.entries}
    others = [Entry(address) for address in mail.failed] or text.recipients(mail)
    for other in others:
        if other.recipient.lower() not in known:
            nameless[0].recipient = other.recipient
            nameless[0].note("recipient", From.TEXT, "named in the text")
            return
    last = from_original(mail)
    if last is not None:
        nameless[0].recipient = last.recipient
        nameless[0].sources["recipient"] = last.sources["recipient"]


def _from_notice(mail: Mail, found: Found) -> None:
    """Reasons that stand only in the text for people."""
    without = [entry for entry in found.entries if _lacks(entry) and not entry.diagnostic]
    if without and "ranscript of session follows" not in mail.notice:
        told = {
            entry.recipient.lower(): entry
            for entry in text.recipients(mail, (text.angled, text.replied, text.alone))
        }
        for entry in without:
            other = told.get(entry.recipient.lower()) or told.get(entry.original.lower())
            if other is not None and other.diagnostic:
                _take(entry, other)
        if len(without) == len(found.entries) <= 5 and not any(entry.diagnostic for entry in without):
            draft = Found("", entries=[Entry(entry.recipient) for entry in without])
            complete(mail, draft)
            for entry, other in zip(without, draft.entries, strict=True):
                _take(entry, other)


def _take(entry: Entry, other: Entry) -> None:
    for name in ("diagnostic", "reply_code"):
        if not getattr(entry, name) and getattr(other, name):
            setattr(entry, name, getattr(other, name))
            entry.sources[name] = other.sources[name]
    fields.supplement(entry)


DIALECT = Dialect("RFC 3464", _read)
IN_TEXT = Dialect("RFC 3464 in text", _read_text)
