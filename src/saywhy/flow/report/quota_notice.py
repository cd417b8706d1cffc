"""What the owner of a full mailbox or public folder is told: a notice from the system, in his language (spec B6).

A system message for the kind of notice and the owner's language stands in the place of our sentences; the subject
stays ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.flow.report import phrases
from saywhy.flow.report.html import escape
from saywhy.flow.report.postmaster import postmaster
from saywhy.flow.report.wrap import wrapped
from saywhy.model import markup, system_messages
from saywhy.model.address import Address
from saywhy.model.envelope import Body, Envelope, Notify, Recipient
from saywhy.model.organisation import Organisation
from saywhy.model.quota_state import Fullness
from saywhy.model.system_messages import QuotaKind
from saywhy.why.units import size
from saywhy.why.words import Frame, frame, suitable
from saywhy.wire.report.clean import line
from saywhy.wire.report.notice import Notice, build

_TITLES = {
    QuotaKind.WARNING_MAILBOX: phrases.MAILBOX_ALMOST_FULL,
    QuotaKind.WARNING_MAILBOX_UNLIMITED: phrases.MAILBOX_LARGE,
    QuotaKind.PROHIBIT_SEND: phrases.MAILBOX_SENDS_NOTHING,
    QuotaKind.PROHIBIT_SEND_RECEIVE: phrases.MAILBOX_FULL,
    QuotaKind.WARNING_FOLDER: phrases.FOLDER_ALMOST_FULL,
    QuotaKind.WARNING_FOLDER_UNLIMITED: phrases.FOLDER_LARGE,
    QuotaKind.PROHIBIT_POST: phrases.FOLDER_FULL,
    QuotaKind.FOLDER_MESSAGES: phrases.FOLDER_FULL,
}
_TEXTS = {
    QuotaKind.WARNING_MAILBOX: phrases.TAKES_NO_MORE,
    QuotaKind.WARNING_MAILBOX_UNLIMITED: phrases.TOLD_FROM,
    QuotaKind.PROHIBIT_SEND: phrases.SEND_WHEN_ROOM,
    QuotaKind.PROHIBIT_SEND_RECEIVE: phrases.GOES_BACK,
    QuotaKind.WARNING_FOLDER: phrases.TAKES_NO_MORE,
    QuotaKind.WARNING_FOLDER_UNLIMITED: phrases.TOLD_FROM,
    QuotaKind.PROHIBIT_POST: phrases.GOES_BACK,
    QuotaKind.FOLDER_MESSAGES: phrases.TOO_MANY,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """`languages` are tags, the dearest first."""

    address: Address
    languages: str = ""


def quota_notice(
    name: str, full: Fullness, reader: Reader, organisation: Organisation, hostname: str, now: float, token: str
) -> tuple[Envelope, bytes]:
    """The notice about the mailbox or folder `name`, which `full` says something of."""
    if full.kind is None:
        raise ValueError(f"nothing is to be told of {name}")
    config = organisation.transport
    wanted = reader.languages or config.report_default_language
    words = frame(wanted)
    values = _values(name, full, words)
    values["server"], values["helpdesk"] = hostname, line(config.report_help_text)
    values["recipient"] = str(reader.address)
    title = words.say(_TITLES[full.kind]).format(**values)
    own = system_messages.find(
        organisation.system_messages, full.kind.value, "", suitable(wanted), (reader.address.domain_key,)
    )
    paragraphs = [each.format(**values) for each in _sentences(full, words)]
    text = [title, "", *(markup.lines(own.text, values) if own is not None else paragraphs)]
    html = markup.to_html(own.text, values) if own is not None else "<br>\n".join(map(escape, paragraphs))
    if config.report_help_text:
        text += ["", values["helpdesk"]]
    content = build(
        Notice(
            sender=postmaster(organisation, hostname, utf8=not reader.address.is_ascii),
            sender_name=words.say(phrases.MAIL_SYSTEM),
            to=str(reader.address),
            subject=title,
            date=now,
            message_id=f"<{token}@{hostname}>",
            language=words.language,
            text=_laid_out(text),
            html=_page(words, title, html, values["helpdesk"]) if config.report_html else "",
        ),
        token,
    )
    recipients = (Recipient(reader.address, Notify.NEVER),)
    body = Body.SEVENBIT if content.isascii() else Body.EIGHTBITMIME
    return Envelope(None, recipients, body=body, smtputf8=not reader.address.is_ascii), content


def _values(name: str, full: Fullness, words: Frame) -> dict[str, str]:
    counts = full.kind is QuotaKind.FOLDER_MESSAGES
    observed, limit = (
        (words.digits(full.observed), words.digits(full.limit))
        if counts
        else (size(full.observed, words), size(full.limit, words))
    )
    return {"name": line(name), "size": observed, "limit": limit, "code": ""}


def _sentences(full: Fullness, words: Frame) -> Sequence[str]:
    text = phrases.SENDS_NO_MORE if full.sends else _TEXTS[full.kind or QuotaKind.WARNING_MAILBOX]
    return words.say(text), words.say(phrases.MAKE_ROOM)


def _laid_out(lines: Sequence[str]) -> str:
    return "\n".join(part for each in lines for part in (wrapped(each, "") if each else ("",))) + "\n"


def _page(words: Frame, title: str, html: str, helpdesk: str) -> str:
    style = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:14px;color:#1c1e21;"
    below = f"<p>{escape(helpdesk)}</p>\n" if helpdesk else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{words.language}" dir="{words.direction}">\n<head>\n'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        f'<body style="{style}">\n<p><b>{escape(title)}</b></p>\n<p>{html}</p>\n{below}</body>\n</html>\n'
    )
