"""Header blocks in one cheap pass (RFC 5322 section 2.2): what a message says of itself, and its trace.

`headline` is on the path of every accepted message: a lower-cased copy of the block and a `find` per field, no
regular expression, no object per field.  `fields` splits a block whole, for readers with time.  Takes CRLF and
bare LF lines.  Leaves out: structured field bodies, encoded words (wire/encoded_word), MIME (wire/mime).
"""

from __future__ import annotations

from saywhy.model.queued import Headline

MAX_BLOCK = 1024 * 1024  # octets of header looked at
MAX_VALUE = 2000  # characters kept of a value in a headline


def headline(content: bytes) -> Headline:
    """A message (or its header block) -> what it says of itself; the first field of a name counts."""
    block = b"\n" + header_block(content)
    lower = block.lower()
    return Headline(
        message_id=_value(block, lower, b"\nmessage-id:"),
        subject=_value(block, lower, b"\nsubject:"),
        date=_value(block, lower, b"\ndate:"),
        from_=_value(block, lower, b"\nfrom:"),
        language=_value(block, lower, b"\ncontent-language:"),
        hops=lower.count(b"\nreceived:"),
    )


def header_block(content: bytes) -> bytes:
    """The header of a message: all lines before the first empty one, line ends included."""
    if content.startswith((b"\r\n", b"\n")):
        return b""
    end = content.find(b"\r\n\r\n", 0, MAX_BLOCK)
    if end >= 0:
        return content[: end + 2]
    end = content.find(b"\n\n", 0, MAX_BLOCK)
    return content[: end + 1] if end >= 0 else content[:MAX_BLOCK]


def fields(block: bytes) -> list[tuple[str, bytes]]:
    """A header block -> (name as written, unfolded body) in order; lines that are no field are left out."""
    found: list[tuple[str, bytes]] = []
    for line in block.splitlines():
        if line[:1] in (b" ", b"\t"):
            if found:
                name, body = found[-1]
                found[-1] = (name, body + line)
            continue
        raw, colon, body = line.partition(b":")
        if colon:
            found.append((raw.rstrip().decode("ascii", "replace"), body))
    return found


def received_lines(content: bytes) -> list[str]:
    """The bodies of the Received fields, unfolded, latest hop first as they stand in the message."""
    return [text(body.strip()) for name, body in fields(header_block(content)) if name.lower() == "received"]


def text(raw: bytes) -> str:
    """Octets of a header -> characters: UTF-8 (RFC 6532), else Latin-1, which loses nothing."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _value(block: bytes, lower: bytes, key: bytes) -> str:
    start = lower.find(key)
    if start < 0:
        return ""
    start += len(key)
    end = block.find(b"\n", start)
    while end >= 0 and block[end + 1 : end + 2] in (b" ", b"\t"):
        end = block.find(b"\n", end + 1)
    raw = block[start : end if end >= 0 else len(block)]
    return text(raw.replace(b"\r", b"").replace(b"\n", b"").strip())[:MAX_VALUE]
