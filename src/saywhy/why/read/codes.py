"""Reply codes and enhanced codes as they stand in the words of servers: only what was written is found."""

from __future__ import annotations

import re
from functools import lru_cache

# A reply code stands at the beginning of a line or after what introduces one, and never in a date or an address.
_REPLY_AT_START = re.compile(
    r"[\s<>#:\[(\"'|-]{0,20}(?:SMTP;[ ]?|X-\w+;[ ]?)?([45][0-9]{2}|25[0-2])(?=[ \t-]|$|[;:,.]\s|\)|\]|\")"
)
_REPLY = re.compile(
    r"([45](?:(?<=^.)|(?<=[\s:;<>(\[\"'#=!,{].))[0-9]{2})"  # begins with what is rare: the search is fast
    r"(?:(?=[ -]+[#(\[<]?[245]\.[0-9]{1,3}\.[0-9])|(?=[ \t-]+[A-Za-z<\[(\"'#*@{¡-\uffff])|(?=\s*[\n\]\")])|"
    r"(?=[:;,]?\s*$))"
    r"(?![ -](?:bytes|kb|mb|k\b|recipients|messages|hours|days|minutes|seconds|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|"
    r"Sep|Oct|Nov|Dec))",
    re.M,
)
_LABELLED = re.compile(
    r"(?:response ?code|reply code|error[ _]code|smtp code|smtp error|smtp-code|status code|remote server "
    r"(?:said|returned))"
    r"[ :=#]{0,4}['\"(<\[]?([45][0-9]{2})(?![0-9.])",
    re.I,
)
_STATUS = re.compile(r"([45])(?<![0-9.A-Za-z/_\[-].)\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9]|\.[0-9])")
_HASHED = re.compile(r"#\s?([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])")
_AFTER_REPLY = re.compile(
    r"([45](?<![0-9.][45])[0-9]{2})[ -]+[#(\[<'\"]{0,2}([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9]|\.[0-9])"
)


def reply_code(text: str) -> str:
    """The SMTP reply code that the words open with, or hold; empty if none does."""
    found = _REPLY_AT_START.match(text) or _REPLY.search(text)
    if found is None and ("ode" in text or "ODE" in text or "rror" in text or "server " in text):
        found = _LABELLED.search(text)
    return found[1] if found is not None else ""


def reply_at(text: str) -> int:
    """Where the reply begins in the words; -1 without one."""
    found = _REPLY_AT_START.match(text) or _REPLY.search(text)
    return found.start(1) if found is not None else -1


def status_code(text: str) -> str:
    """The enhanced code in the words: after a reply code, after `#`, or standing alone; empty if there is none."""
    return said_code(text) or _alone(text)


def said_code(text: str) -> str:
    """The enhanced code that a server said: after its reply code or `#`."""
    return pair(text)[1]


def reply_of(text: str) -> str:
    """The reply code: the one that belongs to the enhanced code that counts, else the first."""
    return pair(text)[0] or reply_code(text)


@lru_cache(maxsize=256)
def pair(text: str) -> tuple[str, str]:
    """A reply code and the enhanced code behind it, each empty if there is none.

    Where one wraps another (`554 4.4.7 Message expired <421 4.4.2 timed out>`) it is the one that says more.
    """
    found: list[tuple[str, str]] = _AFTER_REPLY.findall(text) if "." in text else []
    if found:
        best = next((each for each in found if each[1][1:] not in _VAGUE), found[0])
        return (best[0] if len(found) > 1 else ""), best[1]
    hashed = _HASHED.search(text) if "#" in text else None
    return "", hashed[1] if hashed is not None else ""


_VAGUE = (".0.0", ".4.7")  # other error; delivery time expired


def _alone(text: str) -> str:
    found = _STATUS.search(text)
    return f"{found[1]}.{found[2]}.{found[3]}" if found is not None else ""
