"""A notice of the server's own as bytes: what it has to say, and perhaps a message that it is about.

Unlike a report it answers nothing: Auto-Submitted is auto-generated (RFC 3834 section 5.1).  7-bit throughout,
except the body of an attached message that is 8-bit itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from saywhy.wire import date, encoded_word
from saywhy.wire.report.clean import MAX_NAME, MAX_SUBJECT, line, message_id, prose
from saywhy.wire.report.parts import human, joined, mailbox, original
from saywhy.wire.report.values import Returned


@dataclass(frozen=True, slots=True)
class Notice:
    """`text` and `html` have lines ending in `\\n`; `html` may be empty.  `reply_to` is an address, or empty."""

    sender: str
    sender_name: str
    to: str
    subject: str
    date: float
    message_id: str
    language: str
    text: str
    html: str = ""
    reply_to: str = ""
    attached: Returned | None = None


def build(notice: Notice, token: str) -> bytes:
    """`token` is random, as for a report: it makes the boundaries."""
    seen = human(prose(notice.text), prose(notice.html), f"a-{token}")
    utf8 = not notice.to.isascii()
    if notice.attached is None:
        kind, encoding, body = seen
        return _header(notice, kind, encoding) + (body if body.endswith(b"\r\n") else body + b"\r\n")
    attached = original(notice.attached, utf8)
    encoding = "8bit" if attached[1] == "8bit" else "7bit"
    kind = f'multipart/mixed;\r\n\tboundary="m-{token}"'
    return _header(notice, kind, encoding) + joined(f"m-{token}", [seen, attached])


def _header(notice: Notice, kind: str, encoding: str) -> bytes:
    reply_to = f"Reply-To: <{line(notice.reply_to)}>\r\n" if notice.reply_to else ""
    return (
        f"From: {mailbox(line(notice.sender_name, MAX_NAME), line(notice.sender))}\r\n"
        f"To: <{line(notice.to)}>\r\n"
        f"{reply_to}"
        f"Subject: {encoded_word.encode(line(notice.subject, MAX_SUBJECT), len('Subject: '))}\r\n"
        f"Date: {date.rfc5322(notice.date)}\r\n"
        f"Message-ID: {message_id(notice.message_id)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"  # what Exchange and Outlook go by instead
        f"Content-Language: {notice.language}\r\n"
        "MIME-Version: 1.0\r\n"
        f"Content-Type: {kind}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n"
        "\r\n"
    ).encode("utf-8", "replace")
