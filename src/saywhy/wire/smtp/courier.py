"""One transaction as a client goes through it: what to say next, given the reply to what was said.

Pipelined when the server offers PIPELINING (RFC 2920), else in lockstep; the content by BDAT (RFC 3030) or DATA.
Nothing is sent to a server that accepted no recipient, except the lone dot when it said 354 all the same.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from saywhy.model.evidence import Step
from saywhy.wire.smtp.events import Transaction, TransactionResult
from saywhy.wire.smtp.outgoing import Extensions, chunked, dotted, mail_command, rcpt_command
from saywhy.wire.smtp.reply import Reply
from saywhy.wire.smtp.reply_parser import ReplyError


class Await(enum.IntEnum):
    """What a reply will be the answer to."""

    GREETING = 0
    EHLO = 1
    HELO = 2
    STARTTLS = 3
    AUTH = 4
    RSET = 5
    MAIL = 6
    RCPT = 7
    DATA = 8
    CONTENT = 9
    QUIT = 10


STEP_OF = {
    Await.GREETING: Step.GREETING,
    Await.EHLO: Step.EHLO,
    Await.HELO: Step.EHLO,
    Await.STARTTLS: Step.STARTTLS,
    Await.AUTH: Step.AUTH,
    Await.RSET: Step.MAIL,
    Await.MAIL: Step.MAIL,
    Await.RCPT: Step.RCPT,
    Await.DATA: Step.DATA,
    Await.CONTENT: Step.END_OF_DATA,
    Await.QUIT: Step.NONE,
}


@dataclass(frozen=True, slots=True)
class Saying:
    """Octets to write, the reply they ask for, and what the transcript shows."""

    awaiting: Await
    octets: bytes
    shown: bytes


_RSET = Saying(Await.RSET, b"RSET\r\n", b"RSET")
_DATA = Saying(Await.DATA, b"DATA\r\n", b"DATA")
_NOTHING = Saying(Await.CONTENT, b"", b"")


def _command(awaiting: Await, octets: bytes) -> Saying:
    return Saying(awaiting, octets, octets)


class Courier:
    """`done` once the result stands; `open` if the server must be reset before another transaction."""

    __slots__ = (
        "_chunking",
        "_data",
        "_extensions",
        "_finals",
        "_lmtp",
        "_mail",
        "_pipelining",
        "_recipients",
        "_transaction",
        "done",
        "open",
    )

    def __init__(
        self, transaction: Transaction, extensions: Extensions, *, chunking: bool, lmtp: bool = False
    ) -> None:
        self._transaction = transaction
        self._extensions = extensions
        self._pipelining = "PIPELINING" in extensions
        self._chunking = chunking and "CHUNKING" in extensions
        self._mail: Reply | None = None
        self._recipients: list[Reply] = []
        self._data: Reply | None = None
        self._lmtp = lmtp
        self._finals: list[Reply] = []
        self.done = False
        self.open = False

    def begin(self, *, reset: bool) -> list[Saying]:
        first = [_RSET] if reset else []
        if not self._pipelining:
            return first or [self._mail_saying()]
        count = len(self._transaction.recipients)
        group = [*first, self._mail_saying(), *(self._rcpt_saying(number) for number in range(count))]
        if not self._chunking:
            group.append(_DATA)
        return group

    def answered(self, awaiting: Await, reply: Reply) -> list[Saying]:
        """What to say after `reply`.  ReplyError when it is no possible answer."""
        if reply.intermediate != (awaiting is Await.DATA and not (reply.transient or reply.permanent)):
            raise ReplyError(f"{reply.code} cannot answer {awaiting.name}")
        match awaiting:
            case Await.RSET:
                return [] if self._pipelining else [self._mail_saying()]
            case Await.MAIL:
                return self._after_mail(reply)
            case Await.RCPT:
                return self._after_rcpt(reply)
            case Await.DATA:
                return self._after_data(reply)
            case _:
                return self._after_content(reply)

    def result(self) -> TransactionResult:
        """What is known now.  Replies to what could not succeed any more are left out."""
        count = len(self._transaction.recipients)
        replies: list[Reply | None] = [*self._recipients] if self._mail_accepted else []
        replies += [None] * (count - len(replies))
        dsn = "DSN" in self._extensions
        return TransactionResult(
            self._mail,
            tuple(replies),
            self._data,
            dsn,
            chunked=self._chunking,
            finals=self._each_final(replies),
            by=self._transaction.by is not None and "DELIVERBY" in self._extensions,
        )

    @property
    def answering(self) -> bool:
        """In the middle of LMTP's replies: some recipients have the message, of others it is not known."""
        return bool(self._finals) and not self.done

    def _each_final(self, replies: Sequence[Reply | None]) -> tuple[Reply | None, ...]:
        """The replies to the content, each at the place of its recipient (RFC 2033 section 4.2)."""
        if not self._finals:
            return ()
        left = iter(self._finals)
        return tuple(next(left, None) if reply is not None and reply.positive else None for reply in replies)

    @property
    def _mail_accepted(self) -> bool:
        return self._mail is not None and self._mail.positive

    @property
    def _any_accepted(self) -> bool:
        return self._mail_accepted and any(reply.positive for reply in self._recipients)

    def _mail_saying(self) -> Saying:
        return _command(Await.MAIL, mail_command(self._transaction, self._extensions))

    def _rcpt_saying(self, number: int) -> Saying:
        recipient = self._transaction.recipients[number]
        return _command(Await.RCPT, rcpt_command(recipient, self._transaction, self._extensions))

    def _after_mail(self, reply: Reply) -> list[Saying]:
        self._mail = reply
        if self._pipelining:
            return []
        return [self._rcpt_saying(0)] if reply.positive else self._end(still_open=False)

    def _after_rcpt(self, reply: Reply) -> list[Saying]:
        self._recipients.append(reply)
        known = len(self._recipients)
        if known < len(self._transaction.recipients):
            return [] if self._pipelining else [self._rcpt_saying(known)]
        if self._pipelining and not self._chunking:
            return []  # DATA has been said already
        if not self._any_accepted:
            return self._end(still_open=self._mail_accepted)
        return self._content_sayings(chunked(self._transaction.content)) if self._chunking else [_DATA]

    def _after_data(self, reply: Reply) -> list[Saying]:
        if reply.intermediate:
            wanted = self._any_accepted
            return self._content_sayings(dotted(self._transaction.content) if wanted else b".\r\n")
        if self._any_accepted:
            self._data = reply
        return self._end(still_open=self._mail_accepted)

    def _content_sayings(self, octets: bytes) -> list[Saying]:
        """The content; in LMTP each further accepted recipient has a reply, without another word of ours."""
        content = Saying(Await.CONTENT, octets, b"(content, %d octets)" % len(octets))
        if not self._lmtp:
            return [content]
        return [content] + [_NOTHING] * (sum(reply.positive for reply in self._recipients) - 1)

    def _after_content(self, reply: Reply) -> list[Saying]:
        if self._any_accepted:
            self._data = reply
        if self._lmtp:
            self._finals.append(reply)
            if len(self._finals) < sum(each.positive for each in self._recipients):
                return []
        return self._end(still_open=self._chunking and not reply.positive)

    def _end(self, *, still_open: bool) -> list[Saying]:
        self.done = True
        self.open = still_open
        return []
