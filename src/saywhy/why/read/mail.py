"""A message as the dialects see it: what it says of itself, the text for people, and what was returned.

Parts are found once and read when asked for.  `notice` is the text that a person would read, up to the returned
message; `returned` is the header of that message, from a part of its own or from below the notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.why.read import plain
from saywhy.why.read.octets import Octets, Sliceable
from saywhy.wire import mime
from saywhy.wire.encoded_word import decode
from saywhy.wire.lazy import lazy
from saywhy.wire.report.parse import STATUS_TYPES

MAX_VALUE = 2000  # characters of a header field that are read
MAX_HEADER = 32 * 1024  # octets of the returned header
MAX_NOTICE = 64 * 1024  # characters of the text that are read
_MAX_TEXTS = 6  # text parts looked at

_QUOTED = re.compile(r"^>[> ]{0,8}", re.M)
HEADER_TYPES = frozenset(
    {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "text/rfc822"}
)
_FIRST_BOUNDARY = re.compile(rb"\s{0,200}(?:[^\n]{0,500}\n){0,6}?--([^\n]{1,200})\n")


class Mail:
    """One message, or a report inside another message (`forwarded`)."""

    def __init__(self, octets: Octets, root: mime.Part) -> None:
        self.octets = octets
        self.root = root
        self.head = root.head
        self.leaves = list(_leaves(root))

    @property
    def truncated(self) -> bool:
        return self.octets.truncated or self.root.cut

    @lazy
    def subject(self) -> str:
        return decode(self.head.get("subject", "")[:MAX_VALUE])

    @lazy
    def from_(self) -> str:
        return decode(self.head.get("from", "")[:MAX_VALUE])

    @lazy
    def sender(self) -> str:
        """The address in From, in lower case."""
        found = plain.ADDRESS.search(self.from_)
        return found[0].lower() if found else self.from_.strip("<> ").lower()

    @property
    def from_local(self) -> str:
        """The local part of the address in From; Mailer-Daemon often has no domain."""
        return self.sender.partition("@")[0].strip("\"' ")

    @lazy
    def to(self) -> frozenset[str]:
        """Addresses that the message itself was sent to, in lower case: not those that it is about."""
        value = self.head.get("to", "") + " " + self.head.get("delivered-to", "")
        return frozenset(found[0].lower() for found in plain.ADDRESS.finditer(value[:4000]))

    @lazy
    def statuses(self) -> list[mime.Part]:
        """The machine-readable parts; one is usual."""
        return [leaf for leaf in self.leaves if leaf.type in STATUS_TYPES]

    @property
    def status(self) -> mime.Part | None:
        return self.statuses[0] if self.statuses else None

    @lazy
    def is_declared(self) -> bool:
        """Whether the message calls itself a delivery report (RFC 6522)."""
        declared = self.head.get("content-type", "")[:500].lower()
        return declared.startswith("multipart/report") and "delivery-status" in declared

    @lazy
    def original(self) -> mime.Part | None:
        """The part that holds the returned message or its header."""
        for leaf in self.leaves:
            if leaf.type in mime.MESSAGE_TYPES or leaf.type in HEADER_TYPES:
                return leaf
        return None

    @lazy
    def failed(self) -> tuple[str, ...]:
        """X-Failed-Recipients: what Exim and Gmail name; several fields or one with commas."""
        if "x-failed-recipients" not in self.head:
            return ()
        values = ",".join(field.text for field in self.root.all("X-Failed-Recipients"))
        return tuple(dict.fromkeys(part.strip() for part in values.split(",") if "@" in part))[:1000]

    @lazy
    def _texts(self) -> tuple[list[tuple[str, mime.Part]], str]:
        """The texts before the returned message, each with its part; or, without any, the text of HTML."""
        texts: list[tuple[str, mime.Part]] = []
        html: list[tuple[str, mime.Part]] = []
        for leaf in self.leaves:
            if leaf.type in mime.MESSAGE_TYPES:
                if texts or html:
                    break
                continue
            if leaf.type == "text/html":
                html.append((plain.from_html(plain.text_of(leaf)), leaf))
            elif leaf.type in ("text/plain", "text/x-unknown", "text/enriched") or leaf.type == "text":
                texts.append((plain.text_of(leaf), leaf))
            if len(texts) + len(html) >= _MAX_TEXTS:
                break
        chosen = [each for each in texts if each[0].strip()] or html
        return chosen, html[0][0] if html else ""

    @property
    def texts(self) -> list[tuple[str, mime.Part]]:
        """The texts for people, each with its part."""
        return self._texts[0]

    @lazy
    def body(self) -> str:
        """All text for people in one, the returned message that follows it included."""
        return "\n\n".join(text for text, _ in self._texts[0])[:MAX_NOTICE]

    @lazy
    def html(self) -> str:
        """The text of the first HTML part, for systems that say more in it."""
        return self._texts[1][:MAX_NOTICE]

    @lazy
    def _cut(self) -> tuple[int, int]:
        return plain.cut(self.body)

    @lazy
    def notice(self) -> str:
        return self.body[: self._cut[0]]

    @lazy
    def returned(self) -> mime.Part | None:
        """The header of the returned message: of its own part, or of what stands below the notice."""
        part = self.original
        if part is not None:
            data = part.content[part.body_start : min(part.end, part.body_start + MAX_HEADER)]
            return mime.read(mime.decoded(data, part.get("Content-Transfer-Encoding")).lstrip(), _BOUNDS)
        below = self.body[self._cut[1] :].lstrip("\n")[:MAX_HEADER]
        if not below:
            return None
        if below.startswith(">"):
            below = _QUOTED.sub("", below)
        found = mime.read(below.lstrip().encode("utf-8", "replace"), _BOUNDS)
        return found if found.head else None

    @lazy
    def start(self) -> str:
        """The beginning of the notice, where a system says what it is."""
        return self.notice[:6000]

    @lazy
    def lower(self) -> str:
        """The beginning of the notice in lower case, for quick looks."""
        return self.start.lower()

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where characters of `body` stand in the message; of a part that is encoded, that part."""
        texts = self._texts[0]
        if not texts:
            return None
        at = 0
        for text, part in texts:
            if start < at + len(text) or part is texts[-1][1]:
                break
            at += len(text) + 2
        if plain.is_verbatim(part, text):
            return self.octets.span(part.body_start + start - at, part.body_start + end - at)
        return self.octets.span(part.body_start, part.end)


def read_mail(given: Sliceable) -> Mail:
    octets = Octets(given)
    return Mail(octets, mime.read(octets.data, _BOUNDS))


_BOUNDS = mime.Bounds(octets=17 * 1024 * 1024)


def _leaves(root: mime.Part) -> Iterator[mime.Part]:
    """The parts that are no multiparts, in order; messages are not opened."""
    if not root.type.startswith("multipart/"):
        yield from _unmarked(root)
        return
    parts = root.parts
    if not parts:
        yield from _unmarked(root)
    for part in parts:
        if part.type.startswith("multipart/"):
            yield from _leaves(part)
        else:
            yield part


def _unmarked(root: mime.Part) -> Iterator[mime.Part]:
    """A body whose boundary is not, or wrongly, declared is split at what looks like one."""
    if root.type.startswith("multipart/") or "content-type" not in root.head:
        found = _FIRST_BOUNDARY.match(root.content, root.body_start, root.end)
        if found is not None:
            parts = root.split_at(found[1].rstrip())
            if len(parts) > 1 or (parts and "content-type" in parts[0].head):
                for part in parts:
                    yield from _leaves(part) if part.type.startswith("multipart/") else (part,)
                return
    yield root.as_text()
