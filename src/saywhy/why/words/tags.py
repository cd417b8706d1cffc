"""Which of our languages a reader gets: from a language tag or a list of them (spec B6, RFC 5646).

A region falls back to its language, a list to its next tag, all of it to English.  Chinese needs its script: in
Taiwan, Hong Kong and Macao it is the traditional one, which is no fallback of the simplified one.  The tags come
from strangers' headers: what is plainly no tag is passed over, and nothing is looked up but in our own table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

ENGLISH = "en"
MAX_TAG = 35  # characters of a language tag that is looked at (RFC 5646 section 4.4.1)
MAX_TAGS = 10  # of a list
MAX_LIST = 500  # characters of a list

_SCRIPTS = {"cn": "zh-hans", "sg": "zh-hans", "my": "zh-hans", "tw": "zh-hant", "hk": "zh-hant", "mo": "zh-hant"}


def choose(wanted: str, languages: Mapping[str, str]) -> str:
    """The first tag of `wanted` that `languages` (lower case -> as spelt) has, or a parent of it."""
    *_, last = path(wanted, languages)
    return languages.get(last, ENGLISH)


def path(wanted: str, languages: Mapping[str, str]) -> Iterator[str]:
    """All tags that suit the reader, the dearest first, in lower case; the last is the one that `choose` means."""
    for tag in wishes(wanted):
        for parent in _parents(tag):
            yield parent
            if parent in languages or parent == ENGLISH:
                return
    yield ENGLISH


def wishes(wanted: str) -> list[str]:
    """The tags of Content-Language or Accept-Language, in lower case, the dearest first."""
    found: list[tuple[float, str]] = []
    for item in wanted[:MAX_LIST].split(",")[:MAX_TAGS]:
        name, _, parameters = item.partition(";")
        tag = name.strip().replace("_", "-").lower()
        weight = _weight(parameters)
        if weight > 0 and 0 < len(tag) <= MAX_TAG and tag.isascii() and tag.replace("-", "").isalnum():
            found.append((weight, tag))
    return [tag for _, tag in sorted(found, key=lambda pair: -pair[0])]


def _weight(parameters: str) -> float:
    """RFC 9110's `q=0.8`; what is no weight counts as none given."""
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= 1 else 1.0


def _parents(tag: str) -> Iterator[str]:
    """`de-at-1996` -> itself, `de-at`, `de`; for Chinese the script stands in the language's place."""
    first, *rest = tag.split("-")
    if first == "zh":
        yield next((f"zh-{part}" for part in rest if part in ("hans", "hant")), _script(rest))
        return
    for length in range(len(rest), -1, -1):
        yield "-".join((first, *rest[:length]))


def _script(subtags: list[str]) -> str:
    return next((_SCRIPTS[part] for part in subtags if part in _SCRIPTS), "zh-hans")
