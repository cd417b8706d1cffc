"""winmail.dat as Outlook writes it, built by hand (MS-OXTNEF), and the same inside a message."""

from __future__ import annotations

import base64
import struct

SUBJECT, BODY, MESSAGE_PROPERTIES, CODE_PAGE = 0x00018004, 0x0002800C, 0x00069003, 0x00069007
NEW_FILE, FILE_NAME, FILE_DATA, FILE_PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
TEXT, UNICODE, OBJECT, BINARY, LONG = 0x1E, 0x1F, 0x0D, 0x102, 3


def attribute(level: int, id_: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, id_, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def variable(kind: int, tag: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, tag, 1, len(value)) + value + bytes(-len(value) % 4)


def number(tag: int, value: int) -> bytes:
    return struct.pack("<HHI", LONG, tag, value)


def named(guid: bytes, name: str, value: int) -> bytes:
    octets = name.encode("utf-16-le") + b"\0\0"
    head = struct.pack("<HH", LONG, 0x8001) + guid + struct.pack("<II", 1, len(octets))
    return head + octets + bytes(-len(octets) % 4) + struct.pack("<I", value)


def properties(*each: bytes) -> bytes:
    return struct.pack("<I", len(each)) + b"".join(each)


def winmail(*attributes: bytes) -> bytes:
    return b"\x78\x9f\x3e\x22" + b"\x01\x00" + b"".join(attributes)


def file(name: str, data: bytes, *more: bytes) -> bytes:
    listed = [attribute(2, FILE_PROPERTIES, properties(*more))] if more else []
    made = [attribute(2, NEW_FILE, bytes(14)), attribute(2, FILE_NAME, name.encode("cp1252") + b"\0")]
    return b"".join([*made, attribute(2, FILE_DATA, data), *listed])


PLAN = file(
    "PLAN.PDF", b"%PDF-1.4 a plan", variable(UNICODE, 0x3707, "Fluchtplan für Ann.pdf".encode("utf-16-le"))
)
LETTER = winmail(
    attribute(1, CODE_PAGE, struct.pack("<II", 1252, 0)),
    attribute(1, SUBJECT, b"Secret\0"),
    attribute(
        1,
        MESSAGE_PROPERTIES,
        properties(
            number(0x0017, 1),
            named(bytes(16), "Keywords", 7),
            variable(BINARY, 0x1013, b"<p>At <b>ten</b>, caf\xe9</p>"),
            number(0x3FDE, 1252),
        ),
    ),
    PLAN,
)


def message(data: bytes, text: str | None = "At ten.", *, type_: str = "application/ms-tnef") -> bytes:
    encoded = base64.encodebytes(data).decode()
    lines = ["From: ann@worcester.example", "Subject: Secret", "MIME-Version: 1.0"]
    attachment = [f'Content-Type: {type_}; name="winmail.dat"', "Content-Transfer-Encoding: base64"]
    if text is None:
        lines += [*attachment, "", encoded]
    else:
        lines += ["Content-Type: multipart/mixed; boundary=cut", "", "--cut", "Content-Type: text/plain", "", text]
        lines += ["--cut", *attachment, "", encoded, "--cut--", ""]
    return "\r\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n").encode()


def within(data: bytes) -> bytes:
    """A message in a message, `data` its own winmail.dat."""
    held = properties(variable(OBJECT, 0x3701, bytes(16) + data))
    return attribute(2, NEW_FILE, bytes(14)) + attribute(2, FILE_PROPERTIES, held)


def formatted(octets: bytes, again: list[tuple[int, int]]) -> bytes:
    """Compressed RTF (MS-OXRTFCP): `octets` as they are, then each time `length` octets from so far `back`.

    Both in whole runs of eight.
    """
    at = 207 + len(octets)
    out = [b"\0" + octets[each : each + 8] for each in range(0, len(octets), 8)]
    for each in range(0, len(again), 8):
        out.append(b"\xff")
        for back, length in again[each : each + 8]:
            out.append(struct.pack(">H", (at - back) % 4096 << 4 | length - 2))
            at += length
    out.append(b"\1" + struct.pack(">H", at % 4096 << 4))
    size = at - 207
    return struct.pack("<IIII", sum(map(len, out)) + 12, size, 0x75465A4C, 0) + b"".join(out)


def bomb(size: int) -> bytes:
    """A winmail.dat whose formatted text has nearly `size` octets."""
    rtf = formatted(b"hostile!", [(8, 17)] * ((size - 8) // 17 // 8 * 8))
    return winmail(attribute(1, MESSAGE_PROPERTIES, properties(variable(BINARY, 0x1009, rtf))))
