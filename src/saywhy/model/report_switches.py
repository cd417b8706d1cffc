"""Organisation objects that decide whether failure reports leave: remote domains, dial plans, lockdowns (spec B7).

What each holds back, and in which order they are asked, is flow/report/decide's matter.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from saywhy.model.form import ContentType


@dataclass(frozen=True, slots=True)
class RemoteDomain:
    """What people in domains elsewhere get: reports (spec B7.7), and mail in which form (model/form).

    The most specific `domain` wins.  Its fields are those of Set-RemoteDomain: NDREnabled, DeliveryReportEnabled,
    NDRDiagnosticInfoEnabled, ContentType, CharacterSet, TNEFEnabled.
    """

    name: str
    domain: str  # an address space: a domain, "*.domain", or "*"
    ndr: bool = True
    delivery_reports: bool = True  # delayed, delivered, relayed, expanded
    diagnostics: bool = True
    content_type: ContentType = ContentType.ANY
    character_set: str = ""  # forced on texts; empty: as they are
    tnef: bool = True  # winmail.dat may go there


DEFAULT_REMOTE_DOMAIN = RemoteDomain("Default", "*")  # in force while no stored one is for everything


@dataclass(frozen=True, slots=True)
class DialPlan:
    """A dial plan of unified messaging: the voice and fax messages that come in under it (spec B7.6).

    They are told by the receive connector that took them, or by a field that the sending system stamps.
    """

    name: str
    connector: str = ""  # a receive connector's name; empty: only what is stamped
    ndr: bool = True


class LockdownProfile(enum.Enum):
    """Why failure reports to outside are switched off for a while (spec B8): what somebody abuses them for."""

    VIRUS = "virus"
    SPAM = "spam"
    SPOOF = "spoof"


@dataclass(frozen=True, slots=True)
class Lockdown:
    """Remote domains that are for everything count as `ndr = false`, from `since` on and before `until`.

    `name` is the profile; times are epoch seconds.  It ends by the clock, and nobody has to do anything.
    """

    name: str
    since: float
    until: float
    by: str = ""
