"""The question to a moderator: whether a message may go to its recipient.  He decides by answering it.

It comes from the system, in the moderator's language; its reverse-path and Reply-To are an address that nobody
else knows, so that the answer, and a report that it did not arrive, find the message.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from saywhy.flow.report import phrases
from saywhy.flow.report.html import escape
from saywhy.flow.report.letter import random_tokens
from saywhy.flow.report.moment import sent, shown
from saywhy.flow.report.postmaster import postmaster
from saywhy.flow.report.wrap import wrapped
from saywhy.flow.stages import CurrentOrganisation, OutgoingReport
from saywhy.model.address import Address
from saywhy.model.clock import Clock
from saywhy.model.envelope import Body, Envelope, Notify, Recipient
from saywhy.model.moderation import Moderator
from saywhy.model.queued import Message
from saywhy.why.verdicts import APPROVE, REJECT
from saywhy.why.words import Frame, frame
from saywhy.wire.encoded_word import decode
from saywhy.wire.header import header_block, headline
from saywhy.wire.report.clean import line
from saywhy.wire.report.notice import Notice, build
from saywhy.wire.report.values import Returned

KIND = "question"


class Asker:
    """Implements stages.AskModerators."""

    def __init__(self, organisation: CurrentOrganisation, hostname: str, clock: Clock) -> None:
        self._organisation = organisation
        self._hostname = hostname
        self._clock = clock
        self.token = random_tokens()

    def __call__(
        self,
        message: Message,
        content: bytes,
        address: Address,
        moderator: Moderator,
        ticket: Address,
        until: float,
    ) -> OutgoingReport:
        organisation, token = self._organisation(), self.token()
        config = organisation.transport
        words = frame(moderator.languages or config.report_default_language)
        whole = len(content) <= config.report_max_return_size
        attached = Returned(
            content if whole else header_block(content), full=whole, utf8=message.envelope.smtputf8
        )
        page = _Page(words, message, str(address), str(ticket), until, whole=whole)
        notice = Notice(
            sender=postmaster(organisation, self._hostname, utf8=not moderator.address.is_ascii),
            sender_name=words.say(phrases.MAIL_SYSTEM),
            to=str(moderator.address),
            subject=f"{words.say(phrases.DECISION_NEEDED)} {page.subject}",
            date=self._clock.now(),
            message_id=f"<{token}@{self._hostname}>",
            language=words.language,
            text=page.text(),
            html=page.html() if config.report_html else "",
            reply_to=str(ticket),
            attached=attached,
        )
        built = build(notice, token)
        envelope = Envelope(
            ticket,
            (Recipient(moderator.address, Notify.FAILURE),),
            body=Body.SEVENBIT if built.isascii() else Body.EIGHTBITMIME,
            smtputf8=not moderator.address.is_ascii,
        )
        return OutgoingReport(KIND, envelope, headline(built), built, ())


class _Page:
    """What the moderator reads."""

    def __init__(
        self, words: Frame, message: Message, address: str, ticket: str, until: float, *, whole: bool
    ) -> None:
        say = self._say = words.say
        self._words = words
        self._ticket = ticket
        heading = message.headline
        self.subject = line(decode(heading.subject)) or say(phrases.NO_SUBJECT)
        at, offset = sent(heading.date, message.arrived)
        self._facts = (
            (say(phrases.FROM), line(decode(heading.from_)) or str(message.envelope.sender or "<>")),
            (say(phrases.SUBJECT), self.subject),
            (say(phrases.SENT), shown(at, offset, words)),
        )
        self._asked = say(phrases.ASKED).format(address=line(address))
        self._verdicts = (
            (say(APPROVE), say(phrases.APPROVE_MEANS)),
            (say(REJECT), say(phrases.REJECT_MEANS)),
        )
        self._first = say(phrases.FIRST_COUNTS).format(time=shown(until, 0, words))
        self._attached = say(phrases.ATTACHED if whole else phrases.HEADER_ATTACHED)

    def text(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from wrapped(self._asked, "")
        yield ""
        for label, value in self._facts:
            yield f"      {label} {value}"
        yield ""
        yield from wrapped(self._say(phrases.TO_DECIDE), "")
        yield ""
        for word, means in self._verdicts:
            yield from wrapped(means.format(word=word), "          ", "      ")
        yield ""
        yield from wrapped(self._first, "")
        yield from wrapped(self._attached, "")

    def html(self) -> str:
        style = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:14px;color:#1c1e21;"
        facts = "<br>\n".join(f"{escape(label)} <b>{escape(value)}</b>" for label, value in self._facts)
        verdicts = "".join(
            f'<li style="margin:0 0 6px;">{self._link(word, means)}</li>\n' for word, means in self._verdicts
        )
        frame = self._words
        return (
            f'<!DOCTYPE html>\n<html lang="{frame.language}" dir="{frame.direction}">\n<head>\n'
            '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
            f"<title>{escape(self.subject)}</title>\n</head>\n"
            f'<body style="{style}">\n<p>{escape(self._asked)}</p>\n<p style="margin:0 0 0 24px;">{facts}</p>\n'
            f"<p>{escape(self._say(phrases.TO_DECIDE))}</p>\n<ul>\n{verdicts}</ul>\n"
            f"<p>{escape(self._first)}<br>\n{escape(self._attached)}</p>\n</body>\n</html>\n"
        )

    def _link(self, word: str, means: str) -> str:
        """A click begins the answer."""
        href = f"mailto:{quote(self._ticket, safe='@')}?subject={quote(word)}"
        return escape(means).format(word=f'<a href="{escape(href)}"><b>{escape(word)}</b></a>')
