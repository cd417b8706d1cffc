"""A report as bytes: multipart/report with a human part, a status part and the returned original (RFC 6522).

Assembled from strings; no `email` package, which would take a hundred times as long.  Everything is 7-bit except
the body of an original that was 8-bit itself, and what travels by SMTPUTF8.  The wording of the human part is
flow/report's.
"""

from __future__ import annotations

from saywhy.wire import date, encoded_word
from saywhy.wire.report import status
from saywhy.wire.report.clean import clean_message
from saywhy.wire.report.parts import Part, human, joined, mailbox, original
from saywhy.wire.report.values import Action, ReportMessage


def build(message: ReportMessage, token: str) -> bytes:
    """The whole message.

    `token`, up to 60 letters and digits, makes the boundaries.  It must be random: a writer of originals who
    could foresee it could end the returned part early and write parts of his own.
    """
    message = clean_message(message)
    outer = f"r-{token}"
    status_part, returned = _status(message), original(message.returned, message.utf8)
    eight = "8bit" in (status_part[1], returned[1])
    return b"".join(
        (
            _header(message, outer, status_part[0], "8bit" if eight else "7bit").encode("utf-8", "replace"),
            joined(outer, [human(message.text, message.html, f"a-{token}"), status_part, returned]),
        )
    )


def _header(message: ReportMessage, boundary: str, status_type: str, encoding: str) -> str:
    threading = message.in_reply_to and (
        f"In-Reply-To: {message.in_reply_to}\r\nReferences: {message.in_reply_to}\r\n"
    )
    failed = all(recipient.action is Action.FAILED for recipient in message.status.recipients)
    return (
        f"From: {mailbox(message.sender_name, message.sender)}\r\n"
        f"To: <{message.to}>\r\n"
        f"Subject: {encoded_word.encode(message.subject, len('Subject: '))}\r\n"
        f"Date: {date.rfc5322(message.date)}\r\n"
        f"Message-ID: {message.message_id}\r\n"
        f"{threading}"
        "Auto-Submitted: auto-replied\r\n"  # RFC 3834 section 5.2
        f"Content-Language: {message.language}\r\n"
        f"{'X-SayWhy-Message-Is-Ndr: yes' + chr(13) + chr(10) if failed else ''}"
        "MIME-Version: 1.0\r\n"
        f"Content-Type: multipart/report; report-type={status_type.partition('/')[2]};\r\n"
        f'\tboundary="{boundary}"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n"
        "\r\n"
    )


def _status(message: ReportMessage) -> Part:
    if message.utf8:
        return "message/global-delivery-status", "8bit", status.write_clean(message.status, utf8=True)
    return "message/delivery-status", "7bit", status.write_clean(message.status)
