"""Client permissions of a public folder: who may do what, as `WHO: ROLE` or `WHO: Right, Right` (spec E, C3).

`WHO` is an address of a recipient, `Default` (everybody who is known here) or `Anonymous` (everybody else).  An
entry of one's own goes before Default.  Mail asks for one right only, CreateItems; the others are kept for what
reads folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

CREATE_ITEMS = "CreateItems"
DEFAULT, ANONYMOUS = "Default", "Anonymous"
RIGHTS = (
    "ReadItems",
    CREATE_ITEMS,
    "EditOwnedItems",
    "DeleteOwnedItems",
    "EditAllItems",
    "DeleteAllItems",
    "CreateSubfolders",
    "FolderOwner",
    "FolderContact",
    "FolderVisible",
)
ROLES: Mapping[str, tuple[str, ...]] = {
    "None": (),
    "Contributor": (CREATE_ITEMS, "FolderVisible"),
    "Reviewer": ("ReadItems", "FolderVisible"),
    "NonEditingAuthor": (CREATE_ITEMS, "ReadItems", "DeleteOwnedItems", "FolderVisible"),
    "Author": (CREATE_ITEMS, "ReadItems", "EditOwnedItems", "DeleteOwnedItems", "FolderVisible"),
    "Editor": (*RIGHTS[:6], "FolderVisible"),
    "PublishingEditor": (*RIGHTS[:7], "FolderVisible"),
    "Owner": RIGHTS,
}
WORDS = (*ROLES, *RIGHTS)

_BY_LOWER = {word.lower(): word for word in WORDS}


class RightsError(ValueError):
    """A text is no permission."""


def parse(text: str) -> tuple[str, frozenset[str]]:
    """`"Anonymous: Contributor"` -> who (in lower case) and the single rights; RightsError says what is wrong."""
    who, colon, listed = text.rpartition(":")
    if not colon or not who.strip():
        raise RightsError("it must be written as WHO: RIGHTS")
    rights: set[str] = set()
    for word in listed.split(","):
        known = _BY_LOWER.get(word.strip().lower())
        if known is None:
            raise RightsError(f"{word.strip()!r} is neither a role nor a right")
        rights.update(ROLES.get(known, (known,)))
    return who.strip().lower(), frozenset(rights)


def may(permissions: Iterable[str], own: Iterable[str], right: str, *, known: bool) -> bool:
    """Whether somebody has `right`: `own` are the keys of his addresses, `known` says that he is one of ours."""
    given = dict(parse(each) for each in permissions)
    for key in own:
        if key in given:
            return right in given[key]
    fallback = DEFAULT if known else ANONYMOUS
    return right in given.get(fallback.lower(), frozenset())
