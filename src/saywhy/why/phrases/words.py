"""A diagnostic as plain words: what the phrases are looked for in (spec A5 step 4, errata 49).

Addresses, URLs, paths and host names are cut out first, because `quota@dest.test` or `/help/spam` say nothing
about the refusal.  Case, accents and punctuation go too, so that `Boîte pleine` and `BOITE-PLEINE` read alike;
scripts without spaces between words stay as they are.  Only the first `MAX_TEXT` characters are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from saywhy.why.phrases.hosts import BLOCK_LISTS

MAX_TEXT = 2000  # characters of a diagnostic that are read

_EDGES = "\"'()[]{}<>,;:.!?*#-_=`|"
_URL_PREFIX = ("http:", "https:", "www.")
_INNER = re.compile(r"[<>()\[\]{}\"',;:=|]")
_SENTENCES = re.compile(r"([a-z)\]])\.(?=[A-Z][a-z])")  # `unknown.Giving up`: two sentences, no host
_SPACED = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})


@dataclass(frozen=True, slots=True)
class Words:
    """A diagnostic as plain words with a space at both ends; what was cut out of it is told by the rest.

    `hosts` are the names, addresses and codes with dots that stood in it, in lower case.
    """

    text: str
    url: bool = False
    block_list: str = ""
    hosts: tuple[str, ...] = ()


def read_words(text: str) -> Words:
    """Lower case, one space between words and at both ends."""
    dotted: list[str] = []
    tokens = _lower(text[:MAX_TEXT]).split()
    kept = [token if token.isalnum() else _without_names(token, dotted) for token in tokens]
    plain = f" {_plain(' '.join(kept))} "
    if not dotted:
        return Words(plain)
    url = any(_is_url(token) for token in dotted)
    hosts = tuple(_host(token) for token in dotted)
    return Words(plain, url, _block_list(hosts), hosts)


def fold(phrase: str) -> str:
    """A phrase of a table in the form in which `read_words` leaves a text, without the spaces at its ends."""
    return _plain(_lower(phrase))


def locate(text: str, phrase: str) -> tuple[int, int] | None:
    """Where in `text` the words of `phrase` stand, which `read_words(text)` has: start and end, in characters.

    A name that was cut out between two words lies within, and so does the gap of ` ... `.  None if they do not
    stand there.
    """
    if text.isascii() and " " in phrase and (quick := _as_written(text[:MAX_TEXT], phrase)) is not None:
        return quick
    places = list(_places(text[:MAX_TEXT]))
    plain = f" {' '.join(word for word, _, _ in places)} "
    start = end = -1
    for part in phrase.split(" ... "):
        wanted = fold(part)
        at = plain.find(f" {wanted} ", max(end, 0))
        at = plain.find(wanted, max(end, 0)) if at < 0 else at + 1  # scripts without spaces
        if at < 0:
            return None
        start = at if start < 0 else start
        end = at + len(wanted)
    return places[plain.count(" ", 0, start) - 1][1], places[plain.count(" ", 0, end) - 1][2]


def _as_written(text: str, phrase: str) -> tuple[int, int] | None:
    """Where the words stand just so; no name that is cut out has a space."""
    start = text.lower().find(phrase)
    end = start + len(phrase)
    if start < 0 or (start and text[start - 1] not in " (\"'\t\n") or text[end : end + 1] not in _AFTER:
        return None
    return start, end


_AFTER = frozenset({"", " ", ".", ",", ";", ":", "!", ")", '"', "\n"})


def _places(text: str) -> Iterator[tuple[str, int, int]]:
    """The words that `read_words` keeps, each with its start and end in the text."""
    end = 0
    lowered = _lower(text)
    for token in lowered.split():
        start = lowered.index(token, end)
        end = start + len(token)
        kept = token if token.isalnum() else _without_names(token, [])
        at = 0
        spaced = kept.translate(_SPACED)
        spaced = spaced if spaced.isascii() else _folded(spaced)
        for word in spaced.split():
            at = spaced.index(word, at)
            yield word, start + at, start + at + len(word)
            at += len(word)


def _plain(lowered: str) -> str:
    spaced = lowered.translate(_SPACED)
    return " ".join((spaced if spaced.isascii() else _folded(spaced)).split())


def _lower(text: str) -> str:
    """Lower case of the same length, and a space where two sentences touch."""
    if "." in text:
        text = _SENTENCES.sub(r"\1 ", text)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _without_names(token: str, dotted: list[str]) -> str:
    """The token, as long as before, with spaces where an address, a URL, a path or a host stood in it."""
    if "@" in token or "<" in token:
        return _each_piece(token)
    if "://" in token or token.startswith(_URL_PREFIX):
        dotted.append(token)
        return " " * len(token)
    if token[0] == "/" or "." not in token:
        return " " * len(token) if token[0] == "/" else token
    bare = token.strip(_EDGES)
    if "." not in bare:
        return token
    if ".." in bare:
        return _sentences(token, dotted)
    dotted.append(token)
    word = len(token) - len(token.lstrip(_EDGES))
    while word < len(token) and token[word].isalpha():
        word += 1
    keeps = word < len(token) and token[word] in "=:"  # `name=mx.dest.test`, `ip:192.0.2.1`
    return token[:word].ljust(len(token)) if keeps else " " * len(token)


def _each_piece(token: str) -> str:
    """What stands beside an address in one token: `<bob@dest.test>:blocked`."""
    out = list(token)
    opened = token.find("<")
    closed = token.find(">", opened + 1)
    if 0 <= opened < closed:
        out[opened : closed + 1] = " " * (closed + 1 - opened)
    rest = "".join(out)
    if "@" not in rest:
        return rest
    at = 0
    for piece in _INNER.split(rest):
        if "@" in piece or piece.startswith("/"):
            out[at : at + len(piece)] = " " * len(piece)
        at += len(piece) + 1
    return "".join(out)


def _sentences(token: str, dotted: list[str]) -> str:
    """`rejected...user`: dots that end a sentence."""
    parts = [part if part.isalnum() or not part else _without_names(part, dotted) for part in token.split("..")]
    return "  ".join(parts)


def _is_url(token: str) -> bool:
    return "://" in token or token.startswith(_URL_PREFIX)


def _folded(text: str) -> str:
    """Letters without their accents where they have some; one character stays one."""
    return "".join(char if char < "\x80" else _base(char) for char in text)


def _base(char: str) -> str:
    found = _BASES.get(char)
    if found is None:
        if len(_BASES) > 4096:
            _BASES.clear()
        found = _BASES[char] = _base_of(char)
    return found


def _base_of(char: str) -> str:
    if not char.isalnum() and not unicodedata.category(char).startswith("M"):
        return " "
    first = unicodedata.normalize("NFD", char)[0].lower()
    if "a" <= first <= "z":
        return first
    return _LETTERS.get(char, char)


# Letters that Unicode does not take apart: sharp s, o, l and d with stroke, dotless i, ae, oe.
_LETTERS = {
    "\u00df": "s",
    "\u00f8": "o",
    "\u0142": "l",
    "\u0111": "d",
    "\u0131": "i",
    "\u00e6": "a",
    "\u0153": "o",
}
_BASES: dict[str, str] = {}


def _host(token: str) -> str:
    """The host of a URL; anything else that has dots as it is, without its edges."""
    bare = (token.partition("://")[2] or token).strip(_EDGES)
    return bare.partition("/")[0].partition("?")[0].rstrip(_EDGES)


def _block_list(hosts: Iterable[str]) -> str:
    """The block list among the hosts, or an empty text."""
    for host in hosts:
        name = ".".join(host.split(".")[-2:])
        if name in BLOCK_LISTS:
            return name
    return ""
