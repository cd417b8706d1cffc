"""Does a client's address have a name that leads back to it? (RFC 8601 section 2.7.3)"""

from __future__ import annotations

import enum
import ipaddress
from dataclasses import dataclass

from saywhy.wire.auth.lookups import Asking, Missing, Question

MAX_NAMES = 10


class Iprev(enum.Enum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"  # there is no name at all


@dataclass(frozen=True, slots=True)
class IprevVerdict:
    result: Iprev
    name: str = ""


def check(client_ip: str) -> Asking[IprevVerdict]:
    ip = ipaddress.ip_address(client_ip.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    ip = mapped or ip
    answer = yield Question(ip.reverse_pointer, "PTR")
    if answer.missing is not None:
        unsure = answer.missing is Missing.TROUBLE
        return IprevVerdict(Iprev.TEMPERROR if unsure else Iprev.PERMERROR)
    unsure = False
    for name in answer.records[:MAX_NAMES]:
        found = yield Question(name, "A" if ip.version == 4 else "AAAA")
        if str(ip) in found.records:
            return IprevVerdict(Iprev.PASS, name)
        unsure = unsure or found.missing is Missing.TROUBLE
    return IprevVerdict(Iprev.TEMPERROR if unsure else Iprev.FAIL, answer.records[0] if answer.records else "")
