"""Text for people: out of a part, out of HTML, and where the returned message in it begins."""

from __future__ import annotations

import html
import re
from typing import AnyStr

from saywhy.wire import charset
from saywhy.wire.mime import Part

MAX_PART = 256 * 1024  # octets of a text part that are decoded

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\x80-\U0010ffff-]"
ADDRESS = re.compile(
    rf'(?:"[^"\n@]{{1,128}}"|{_ATOM}{{1,128}}+)@[A-Za-z0-9\x80-\U0010ffff](?:[A-Za-z0-9\x80-\U0010ffff._-]{{0,253}}'
    r"[A-Za-z0-9\x80-\U0010ffff_])?"
)

_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})


def holds(words: AnyStr, stems: tuple[AnyStr, ...]) -> bool:
    """Whether one of the stems is in the words; a generator would cost more than most of these looks."""
    for stem in stems:  # noqa: SIM110
        if stem in words:
            return True
    return False


def text_of(part: Part) -> str:
    """The part decoded, lines ended by LF."""
    data = part.content[part.body_start : min(part.end, part.body_start + MAX_PART)]
    encoding = part.get("Content-Transfer-Encoding").lower()
    if encoding not in _IDENTITY:
        from saywhy.wire.mime import decoded

        data = decoded(data, encoding)
    if data.isascii() and b"\x1b" not in data:
        text = data.decode("ascii")
    else:
        text = _guessed(data, part.parameters.get("charset", ""))
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _guessed(data: bytes, label: str) -> str:
    """Japanese systems label wrongly, or not at all, what the octets show."""
    if b"\x1b$" in data or b"\x1b(" in data:
        return charset.decode(data, "iso-2022-jp")
    text = charset.decode(data, label)
    if "\ufffd" in text or label.lower().startswith("iso-2022"):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return charset.decode(data, "euc_jp") if label.lower().startswith("iso-2022") else text
    return text


def is_verbatim(part: Part, text: str) -> bool:
    """Whether positions in the text are positions in the part."""
    return part.get("Content-Transfer-Encoding").lower() in _IDENTITY and text.isascii()


_BREAK = re.compile(r"<(?:br|p|div|tr|li|h[1-6]|table|/p|/div|/tr|/table|/h[1-6])\b[^>]{0,1000}>", re.I)
_CELL = re.compile(r"</t[dh]>", re.I)
_TAG = re.compile(r"<(?![\w.+=-]{1,100}@)[a-zA-Z/!?][^<>]{0,5000}>")
_HIDDEN = re.compile(r"<(style|script|head)\b", re.I)


def from_html(source: str) -> str:
    """HTML -> its text, a line for each block; what is hidden is left out."""
    source = _shown(source)
    source = source.replace("\n", " ") if "<" in source else source
    text = _TAG.sub("", _CELL.sub(" ", _BREAK.sub("\n", source)))
    lines = (" ".join(line.replace("\xa0", " ").split()) for line in html.unescape(text).split("\n"))
    return "\n".join(lines)


def _shown(source: str) -> str:
    kept, at = [], 0
    lower = source.lower()
    for _ in range(50):
        found = _HIDDEN.search(source, at)
        if found is None:
            break
        kept.append(source[at : found.start()])
        end = lower.find(f"</{found[1].lower()}", found.end())
        if end < 0:
            break
        at = end
    return "".join(kept) + source[at:]


# Where the returned message begins.  Systems announce it in a line of its own; in any language its header shows.
_ANNOUNCED = re.compile(
    r"""\n[ \t]*[-=_*#>|~+]{2,80}[ \t]*(?:start\ of\ )?
    (?:this\ is\ a\ copy|copy\ of|(?:original|returned|unsent|undelivered|undeliverable|failed)\ (?:message
      |mail|e-?mail|text|header|letter)
      |below\ this\ line|enclosed\ is|included\ is|message\ (?:header|text|body|follows|contents)
      |the\ (?:header|body|original|unsent)
      |your\ (?:message|mail|original)|header|begin|forwarded|mensaje\ original|urspr|nachricht|message\ d'origine
      |messaggio\ orig|bericht|rfc\s?822|unzustellbare|body\ of|texto\ original|here\ is|attached)
    |\n[ \t]*(?:below\ is\ a\ copy\ of\ (?:the|your)|below\ this\ line\ is|original\ (?:message|mail
      |e-mail)\ (?:follows|header)
      |original\ message\ as\ received|message\ headers?\ follows?|the\ original\ message\ (?:follows
      |headers?\ follow)
      |included\ is\ a\ copy\ of\ the|here\ is\ a\ copy\ of|a\ copy\ of\ (?:the
      |your)\ (?:original\ )?(?:message|mail)\ (?:is|follows)
      |the\ header\ of\ the\ original|the\ following\ is\ a\ copy|copy\ of\ (?:your|the)\ (?:original\ )?message
      |(?:your|the)\ (?:original\ )?message(?:'s)?\ (?:headers?\ )?(?:follows|is\ (?:attached|included|below)
      |begins\ here)
      |old\ message:|returned\ message:|original\ message:|-{2,}\ ?original\ message)""",
    re.I | re.M | re.X,
)
_HEADER = re.compile(
    r"\n(?:[> \t|]{0,4}(?:Return-Path:[ \t]|Received:[ \t]{0,4}(?:from|by|\(|FROM)|DKIM-Signature:[ \t])"
    r"|(?:> ?|\|)?(?:Delivered-To:[ \t]|X-Original-To:[ \t]|MIME-Version:[ \t]"
    r"|X-[A-Za-z-]{2,40}:[ \t][^\n]*\n(?:> ?|\|)?(?:X-|Received:|From:|To:|Message-)"
    r"|Message-I[dD]:[ \t]{0,4}<[^\n]*\n(?:[^\n]{0,200}\n){0,3}(?:> ?|\|)?(?:From|To|Subject|Date|MIME-Version):"
    r"|From:[ \t][^\n]*\n(?:> ?|\|)?(?:To|Subject|Date|MIME-Version|Message-ID):"
    r"|(?:Date|Subject|To):[ \t][^\n]*\n(?:> ?|\|)?(?:From|Message-I[dD]|MIME-Version):))",
    re.M,
)


def cut(text: str) -> tuple[int, int]:
    """Where the notice ends, and where what was returned begins."""
    text = "\n" + text  # the patterns begin with a line end, which is found fast; positions are those of the text
    announced, header = _ANNOUNCED.search(text), _HEADER.search(text)
    if announced is not None and not text[: announced.start()].strip():
        announced = _ANNOUNCED.search(text, announced.end())  # a heading, not an announcement
    ends = [found.start() for found in (announced, header) if found is not None]
    if not ends:
        return len(text) - 1, len(text) - 1
    end = min(ends)
    if announced is None or announced.start() > end:
        return end, end
    line_end = text.find("\n", announced.end())
    return end, line_end if line_end >= 0 else len(text) - 1
