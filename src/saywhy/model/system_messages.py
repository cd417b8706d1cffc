"""System messages: an organisation's own words in the place of ours, in reports and quota notices (spec B6).

Each is for one language and one thing.  Its name says which, in the form that Exchange knows:

    de\\internal\\5.1.1        reports with that code to readers of ours
    de\\external\\5.7.912      to all others
    de\\warning-mailbox        a quota notice
    de\\internal\\5.1.1\\corp.example   only where that domain is concerned

A code is any of classes 4 and 5, known or not: transport rules make codes of their own.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saywhy.model.address import check_domain, domain_key

AUDIENCES = ("internal", "external")

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_CODE = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}")


class QuotaKind(enum.Enum):
    """What a quota notice is about, and in the comment how Exchange names it (QuotaMessageType)."""

    WARNING_MAILBOX = "warning-mailbox"  # WarningMailbox
    WARNING_MAILBOX_UNLIMITED = "warning-mailbox-unlimited"  # WarningMailboxUnlimitedSize
    PROHIBIT_SEND = "prohibit-send-mailbox"  # ProhibitSendMailbox
    PROHIBIT_SEND_RECEIVE = "prohibit-send-receive-mailbox"  # ProhibitSendReceiveMailBox
    WARNING_FOLDER = "warning-folder"  # WarningPublicFolder
    WARNING_FOLDER_UNLIMITED = "warning-folder-unlimited"  # WarningPublicFolderUnlimitedSize
    PROHIBIT_POST = "prohibit-post-folder"  # ProhibitPostPublicFolder
    FOLDER_MESSAGES = "folder-messages"  # the folder-count variant


QUOTA_KINDS = tuple(kind.value for kind in QuotaKind)


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """`name` is LANGUAGE\\AUDIENCE\\CODE or LANGUAGE\\QUOTA, with \\DOMAIN behind it for one domain alone.

    `text` is in the language of model/markup.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A name taken apart: `about` is a code or a quota kind; `audience` and `domain` may be empty."""

    language: str
    about: str
    audience: str = ""
    domain: str = ""

    @property
    def name(self) -> str:
        return "\\".join(filter(None, (self.language, self.audience, self.about, self.domain)))


class NameFault(ValueError):
    """A name that is no system message's; the message says why."""


def parse(name: str) -> Place:
    """The name of a system message -> what it is for; NameFault."""
    language, *rest = name.split("\\")
    if _LANGUAGE.fullmatch(language) is None:
        raise NameFault(f"{language[:40]!r} is no language tag")
    audience = rest.pop(0).lower() if rest and rest[0].lower() in AUDIENCES else ""
    about = rest.pop(0).lower() if rest else ""
    if audience and _CODE.fullmatch(about) is None:
        raise NameFault(f"{about[:40]!r} is no code of a failure")
    if not audience and about not in QUOTA_KINDS:
        raise NameFault(f"{about[:40]!r} is neither internal nor external nor a quota notice")
    domain = rest.pop(0) if rest else ""
    if rest:
        raise NameFault("it has too many parts")
    if domain:
        try:
            check_domain(domain)
        except ValueError:
            raise NameFault(f"{domain[:40]!r} is no domain") from None
    return Place(language, about, audience, domain)


def key(name: str) -> str:
    """What all spellings of a name share; of what is none, its lower case."""
    try:
        place = parse(name)
    except NameFault:
        return name.lower()
    domain = domain_key(place.domain) if place.domain else ""
    return Place(place.language.lower(), place.about, place.audience, domain).name


def find(
    messages: Mapping[str, SystemMessage],
    about: str,
    audience: str,
    languages: Iterable[str],
    domains: Iterable[str] = (),
) -> SystemMessage | None:
    """The organisation's words for `about`, or None where ours stand.

    The first of `domains` (keys) that has some wins, then what is for all; within that the first of `languages`
    (lower case).
    """
    if not messages:
        return None
    languages = tuple(languages)
    for domain in (*domains, ""):
        for language in languages:
            found = messages.get(Place(language, about, audience, domain).name)
            if found is not None:
                return found
    return None
