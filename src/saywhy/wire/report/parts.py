"""The pieces that reports and notices are put together from: texts, returned messages, boundaries (RFC 2046).

No `email` package, which would take a hundred times as long.  Values are clean already (wire/report/clean).
"""

from __future__ import annotations

import binascii

from saywhy.wire import encoded_word
from saywhy.wire.report.values import Returned

MAX_LINE = 998  # octets (RFC 5322 section 2.1.1)

Part = tuple[str, str, bytes]  # Content-Type, Content-Transfer-Encoding, encoded body


def mailbox(name: str, address: str) -> str:
    if not name:
        return f"<{address}>"
    if not name.isascii() or "=?" in name:
        return f"{encoded_word.encode(name, len('From: '), phrase=True)}\r\n <{address}>"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"\r\n <{address}>' if len(name) + len(address) > 60 else f'"{quoted}" <{address}>'


def human(text: str, html: str, boundary: str) -> Part:
    """What people read: in plain text, and perhaps the same in HTML."""
    plain = _prose("plain", text)
    if not html:
        return plain
    parts = joined(boundary, [plain, _prose("html", html)])
    return f'multipart/alternative;\r\n\tboundary="{boundary}"', "7bit", parts[:-2]


def _prose(subtype: str, text: str) -> Part:
    encoding, body = _seven_bit(text.replace("\n", "\r\n").encode("utf-8", "replace"))
    return f"text/{subtype}; charset=utf-8", encoding, body


def original(returned: Returned, utf8: bool) -> Part:
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


def joined(boundary: str, parts: list[Part]) -> bytes:
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
