"""Encoded words: text beyond ASCII in header fields (RFC 2047), both ways.

`encode` writes UTF-8 words of at most 75 octets on folded lines; what needs no encoding stays readable.  `decode`
reads whatever mail has in it, and joins adjacent words of one charset first, since many senders split characters.
"""

from __future__ import annotations

import binascii
import re

from saywhy.wire import charset

MAX_LINE = 76  # octets of a line that holds an encoded word (RFC 2047 section 2)
_WORD_OCTETS = 45  # 60 octets of base64, 72 with `=?utf-8?b?` and `?=`
_WORD = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?\r\n]{0,2000})\?=")


def encode(text: str, used: int = 0, *, phrase: bool = False) -> str:
    """Text without controls -> the body of an unstructured field, folded; its first line has `used` octets.

    In a `phrase` (the name before an address) nothing stays in clear: `<` and its kin would end it there.
    """
    clear, rest = ("", text) if phrase else _split(text)
    if not rest:
        return _fold(clear, used)
    lines = [_fold(clear, used)] if clear else []
    room = MAX_LINE if clear else MAX_LINE - used
    lines += [_word(chunk) for chunk in _chunks(rest, (room - len(_word(b""))) // 4 * 3)]
    return "\r\n ".join(lines)


def decode(value: str) -> str:
    """The body of a field -> what it says; broken words stay as they are."""
    if "=?" not in value:
        return value
    out: list[str] = []
    run, run_charset = b"", ""
    at = 0
    for word in _WORD.finditer(value):
        label, raw = word[1].partition("*")[0].lower(), _octets(word[2], word[3])
        gap = value[at : word.start()]
        if run_charset and not gap.strip():
            gap = ""
        if gap or label != run_charset:
            out.append(charset.decode(run, run_charset) + gap)
            run = b""
        run, run_charset, at = run + raw, label, word.end()
    out.append(charset.decode(run, run_charset) + value[at:])
    return "".join(out)


def _word(chunk: bytes) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(chunk, newline=False).decode()}?="


def _octets(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "surrogatepass")
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"==")
    except binascii.Error:
        return b""


def _split(text: str) -> tuple[str, str]:
    """The words that may stand in clear, and the rest that must be encoded."""
    if "=?" in text or text != " ".join(text.split()):
        return "", text
    if text.isascii():
        return text, ""
    first = next(at for at, char in enumerate(text) if not char.isascii())
    space = text.rfind(" ", 0, first)
    return (text[:space], text[space + 1 :]) if space > 0 else ("", text)


def _fold(text: str, used: int) -> str:
    """Words of ASCII text -> lines of at most 78 octets where a space allows it."""
    if used + len(text) <= 78:
        return text
    lines, room = [""], 78 - used
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = 77
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _chunks(text: str, room: int) -> list[bytes]:
    """UTF-8 pieces that split no character: the first of at most `room` octets, the others of _WORD_OCTETS."""
    chunks, chunk, room = [], b"", min(room, _WORD_OCTETS)
    for char in text:
        octets = char.encode("utf-8", "replace")
        if len(chunk) + len(octets) > room:
            chunks.append(chunk)
            chunk, room = b"", _WORD_OCTETS
        chunk += octets
    return [*chunks, chunk]
