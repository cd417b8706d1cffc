"""What the catalogue holds: causes, and the enhanced codes that they stand behind (spec A0 to A2)."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Act(enum.Enum):
    """Who must act so that the mail can get through."""

    SENDER = "sender"
    OUR_ADMIN = "our-admin"
    THEIR_ADMIN = "their-admin"
    RECIPIENT = "recipient"
    NOBODY = "nobody"  # wait


class Scope(enum.Enum):
    """What the trouble is tied to: what else would meet it."""

    RECIPIENT = "recipient"
    DOMAIN = "domain"
    MESSAGE = "message"
    SENDER_IDENTITY = "sender-identity"
    OUR_ADDRESS = "our-address"
    PATH = "path"
    OUR_SERVER = "our-server"


@dataclass(frozen=True, slots=True)
class Cause:
    id: str
    title: str
    act: Act
    ours: bool
    scope: Scope


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    title: str
