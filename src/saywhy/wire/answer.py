"""What somebody answered to a question by mail: one of a few words, and what stands below it.

The word stands alone in the first line that he wrote, or before a colon, comma or dash; a comment may follow.  An
empty answer whose whole subject is such a word counts, too: that is what a `mailto:` link makes.  Anything else is
no answer: whoever has to be certain asks again.  Quoted lines, signatures and what a mail program puts above them
are left out.  The text is anybody's: everything is bounded, and no pattern can run away.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saywhy.wire import encoded_word, mime
from saywhy.wire.report.clean import line as harmless

MAX_TEXT = 64 * 1024  # characters looked at
MAX_LINES = 10  # of a comment
MAX_LINE = 400  # characters

_BOUNDS = mime.Bounds(octets=4 * 1024 * 1024, depth=10, parts=50, fields=1000)
_PREFIX = re.compile(r"\s*[^\W\d_]{1,5}(?:\[\d{1,3}\])?\s?[:：]\s*")  # noqa: RUF001 - Re: AW: 回复：
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_QUOTED = re.compile(r"<(?:blockquote|hr)\b|class=[\"']?gmail_quote|id=[\"']?(?:divRplyFwdMsg|appendonsend)", re.I)
_UNSEEN = re.compile(r"<(style|script|head|title)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_RULE = re.compile(r"[-_=*]{5,}|-{2,} ?\w[\w ]{0,40} ?-{2,}")
_HEADER = re.compile(r"\*?[^\W\d_]{2,12}:\*?\s[^@]{0,200}@")  # From: Anna <anna@...
_AUTOMATIC = frozenset({"bulk", "junk", "auto_reply"})


@dataclass(frozen=True, slots=True)
class Reply:
    """`word` is one of those asked for, as its mapping names it; empty when there is none.

    `automatic`: no person wrote it (RFC 3834).  `undelivered`: it says that the question did not arrive.
    """

    word: str = ""
    comment: tuple[str, ...] = ()
    automatic: bool = False
    undelivered: bool = False


def read(content: bytes, words: Mapping[str, str]) -> Reply:
    """`words` are case-folded; each stands for the value that is returned."""
    root = mime.read(content, _BOUNDS)
    if root.type == "multipart/report":
        failed = any(
            part.type in ("message/delivery-status", "message/global-delivery-status")
            and re.search(rb"(?im)^action[ \t]{0,20}:[ \t]{0,20}failed\b", part.data[:MAX_TEXT])
            for part in root.parts
        )
        return Reply(automatic=True, undelivered=failed)
    if _is_automatic(root):
        return Reply(automatic=True)
    lines = [line for line in _written(_text(root)) if line]
    word, rest = _word(lines[0], words) if lines else ("", "")
    if word:
        comment = [each for each in (rest, *lines[1:]) if each][:MAX_LINES]
        return Reply(word, tuple(harmless(each, MAX_LINE) for each in comment))
    subject = encoded_word.decode(root.get("Subject")[:MAX_LINE])
    word, rest = _word(_without_prefixes(subject), words)
    return Reply(word) if word and not rest and not lines else Reply()


def _is_automatic(root: mime.Part) -> bool:
    submitted = root.get("Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or root.get("Precedence").strip().lower() in _AUTOMATIC
        or any(root.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"))
    )


def _word(line: str, words: Mapping[str, str]) -> tuple[str, str]:
    """The word at the beginning of a line and what stands behind it, or two empty texts."""
    line = line.strip(" \t*_>\u00a0\u200b")
    for at, char in enumerate(line[:40]):
        if char in ":,.;!-\u2013\u2014\uff0c\u3002\uff1a\uff01":
            found = words.get(line[:at].strip(" *_").casefold(), "")
            return (
                (found, line[at:].lstrip(" *_:,.;!-\u2013\u2014\uff0c\u3002\uff1a\uff01")) if found else ("", "")
            )
    return words.get(line.casefold(), ""), ""


def _without_prefixes(subject: str) -> str:
    for _ in range(5):
        found = _PREFIX.match(subject)
        if found is None:
            break
        subject = subject[found.end() :]
    return subject.strip()


def _text(root: mime.Part) -> str:
    """The first text of the message itself, attached messages left out; HTML as plain text."""
    found = next(_texts(root), None)
    if found is None:
        return ""
    text = found.text[:MAX_TEXT]
    return text if found.type != "text/html" else _plain(text)


def _texts(part: mime.Part) -> Iterator[mime.Part]:
    if part.type in ("text/plain", "text/html"):
        if not part.get("Content-Disposition").strip().lower().startswith("attachment"):
            yield part
    elif part.type.startswith("multipart/"):
        for inner in part.parts:
            yield from _texts(inner)


def _plain(text: str) -> str:
    quoted = _QUOTED.search(text)
    text = text[: quoted.start()] if quoted else text
    text = " ".join(_shown(text).split())
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def _shown(text: str) -> str:
    """HTML without the elements that nobody sees."""
    out, at, lower = [], 0, text.lower()
    while (found := _UNSEEN.search(text, at)) is not None:
        out.append(text[at : found.start()])
        end = lower.find(f"</{found[1].lower()}", found.end())
        at = end + 2 if end >= 0 else len(text)
        at = lower.find(">", at) + 1 or len(text)
    return " ".join((*out, text[at:]))


def _written(text: str) -> Iterator[str]:
    """The lines that he wrote: until a quotation, a signature, or the head of the question."""
    lines = [line.rstrip() for line in text.split("\n")]
    for at, line in enumerate(lines):
        bare = line.strip()
        if line.startswith((">", "-- ")) or bare == "--":
            return
        if _RULE.fullmatch(bare) or _HEADER.match(bare):
            return
        if bare.endswith((":", "\uff1a")) and ("@" in bare or _is_quoted(lines[at + 1 : at + 3])):
            return
        yield bare


def _is_quoted(lines: list[str]) -> bool:
    return any(line.startswith(">") for line in lines)
