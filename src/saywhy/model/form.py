"""The form in which somebody wants messages: what a remote domain, a contact, a connector or the store demands.

Conversion is the exception: the default form takes everything as it is.  Spec C3 (RemoteDomain), E (MailContact).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ContentType(enum.Enum):
    """What the bodies of a message may be (ContentType of Set-RemoteDomain)."""

    ANY = "mime-html-text"  # as the sender wrote it
    TEXT = "mime-text"
    HTML = "mime-html"


class MessageFormat(enum.Enum):
    """What a contact can read (MessageFormat of Set-MailContact)."""

    MIME = "mime"
    TEXT = "text"  # one plain text, and no attachments


@dataclass(frozen=True, slots=True)
class Form:
    """`charset` is forced on texts; `tnef`: winmail.dat may stay; `plain`: one plain text and nothing else.

    `media` are the media types that are taken, such as `text/plain` and `image/*`; empty: all.
    """

    content: ContentType = ContentType.ANY
    charset: str = ""
    tnef: bool = True
    plain: bool = False
    media: tuple[str, ...] = ()


AS_IT_IS = Form()
