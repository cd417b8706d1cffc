"""A report as bytes: multipart/report with a human part, a status part and the returned original (RFC 6522).

Assembled from strings; no `email` package, which would take a hundred times as long.  Everything is 7-bit except
the body of an original that was 8-bit itself, and what travels by SMTPUTF8.  The wording of the human part is
flow/report's.
"""

from __future__ import annotations

import binascii

from saywhy.wire import date, encoded_word
from saywhy.wire.report import status
from saywhy.wire.report.clean import clean_message
from saywhy.wire.report.values import Action, ReportMessage, Returned

MAX_LINE = 998  # octets (RFC 5322 section 2.1.1)

Part = tuple[str, str, bytes]  # Content-Type, Content-Transfer-Encoding, encoded body


def build(message: ReportMessage, token: str) -> bytes:
    """The whole message.

    `token`, up to 60 letters and digits, makes the boundaries.  It must be random: a writer of originals who
    could foresee it could end the returned part early and write parts of his own.
    """
    message = clean_message(message)
    outer = f"r-{token}"
    status_part, returned = _status(message), _returned(message.returned, message.utf8)
    eight = "8bit" in (status_part[1], returned[1])
    return b"".join(
        (
            _header(message, outer, status_part[0], "8bit" if eight else "7bit").encode("utf-8", "replace"),
            _joined(outer, [_human(message, f"a-{token}"), status_part, returned]),
        )
    )


def _header(message: ReportMessage, boundary: str, status_type: str, encoding: str) -> str:
    threading = message.in_reply_to and (
        f"In-Reply-To: {message.in_reply_to}\r\nReferences: {message.in_reply_to}\r\n"
    )
    failed = all(recipient.action is Action.FAILED for recipient in message.status.recipients)
    return (
        f"From: {_mailbox(message.sender_name, message.sender)}\r\n"
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


def _mailbox(name: str, address: str) -> str:
    if not name:
        return f"<{address}>"
    if not name.isascii() or "=?" in name:
        return f"{encoded_word.encode(name, len('From: '), phrase=True)}\r\n <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"\r\n <{address}>' if len(name) + len(address) > 60 else f'"{quoted}" <{address}>'


def _human(message: ReportMessage, boundary: str) -> Part:
    text = _prose("plain", message.text)
    if not message.html:
        return text
    parts = _joined(boundary, [text, _prose("html", message.html)])
    return f'multipart/alternative;\r\n\tboundary="{boundary}"', "7bit", parts[:-2]


def _prose(subtype: str, text: str) -> Part:
    encoding, body = _seven_bit(text.replace("\n", "\r\n").encode("utf-8", "replace"))
    return f"text/{subtype}; charset=utf-8", encoding, body


def _status(message: ReportMessage) -> Part:
    if message.utf8:
        return "message/global-delivery-status", "8bit", status.write_clean(message.status, utf8=True)
    return "message/delivery-status", "7bit", status.write_clean(message.status)


def _returned(returned: Returned, utf8: bool) -> Part:
    """RFC 6522 section 4, RFC 6533 sections 4.2 to 4.5: a 7-bit path needs a 7-bit encoding."""
    content = returned.content
    global_ = returned.utf8 and not content.isascii()
    kind = {
        (True, True): "message/global",
        (True, False): "message/rfc822",
        (False, True): "message/global-headers",
        (False, False): "text/rfc822-headers",
    }[returned.full, global_]
    if content.isascii() or (global_ and utf8):
        return kind, "7bit" if content.isascii() else "8bit", content
    if kind == "message/rfc822":  # may have no encoding of its own (RFC 2046 section 5.2.1)
        return kind, "8bit", content
    return kind, *_seven_bit(content)


def _joined(boundary: str, parts: list[Part]) -> bytes:
    pieces = []
    for kind, encoding, body in parts:
        transfer = "" if encoding == "7bit" else f"Content-Transfer-Encoding: {encoding}\r\n"
        pieces += [f"--{boundary}\r\nContent-Type: {kind}\r\n{transfer}\r\n".encode(), body, b"\r\n"]
    return b"".join((*pieces, f"--{boundary}--\r\n".encode()))


def _seven_bit(data: bytes) -> tuple[str, bytes]:
    """Lines of text -> the least transfer encoding that a 7-bit path needs, and the encoded octets."""
    if data.isascii() and len(max(data.split(b"\n"), key=len)) < MAX_LINE:
        return "7bit", data
    lines = data.replace(b"\r\n", b"\n")
    beyond = len(data) - len(data.decode("ascii", "ignore"))
    if b"\r" in lines or data.count(b"\n") != data.count(b"\r\n") or beyond * 3 > len(data):
        encoded = binascii.b2a_base64(data, newline=False)
        return "base64", b"\r\n".join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
    return "quoted-printable", binascii.b2a_qp(lines).replace(b"\n", b"\r\n")
