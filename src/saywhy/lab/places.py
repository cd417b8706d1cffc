"""Domains below lab.test that fail as a whole: in the DNS, at the connection, in TLS.

A place is a domain with a server of its own script, or with records of its own.  Adding one is adding a line;
docs/lab.md and `saywhy lab words` have the same table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from saywhy.lab.answering import Take, TakingMta
from saywhy.lab.dns import Mood
from saywhy.lab.grammar import DOMAIN
from saywhy.lab.script import Act, Presence, Script, Then, TlsMode
from saywhy.lab.world import World


@dataclass(frozen=True, slots=True)
class Place:
    """`name`.lab.test.  `script`: of its MX; without one `records` alone, or a DNS in a `mood`."""

    name: str
    says: str
    script: Script | None = None
    records: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mood: Mood | None = None

    @property
    def domain(self) -> str:
        return f"{self.name}.{DOMAIN}"

    def build(self, world: World, take: Take) -> None:
        if self.script is not None:
            world.add(TakingMta(f"mx.{self.domain}", take, self.script))
            world.domain(self.domain, mx=[f"mx.{self.domain}"])
        for rtype, values in self.records.items():
            world.dns.set(self.domain, rtype, *values)
        if self.mood is not None:
            world.dns.set(self.domain, "TXT", "it exists")
            world.dns.misbehave(self.domain, self.mood)


def _greeted(reply: str) -> Script:
    return Script(greeting=Act(reply, then=Then.CLOSE))


PLACES = (
    Place("null-mx", "takes no mail and says so in the DNS (5.1.10)", records={"MX": ["0 ."]}),
    Place("no-mail", "exists, and has neither MX nor address", records={"TXT": ["no mail"]}),
    Place("bad-mx", "its MX does not exist", records={"MX": ["10 mx.gone.invalid"]}),
    Place("loop", "its MX is the server that hands the mail on (5.3.5)", records={"MX": ["10 saywhy.lab.test"]}),
    Place("servfail", "its name servers fail (SERVFAIL)", mood=Mood.SERVFAIL),
    Place("dns-silent", "its name servers do not answer", mood=Mood.SILENT),
    Place("refused", "connections are refused", Script(presence=Presence.REFUSING)),
    Place("silent", "connections are not answered", Script(presence=Presence.DEAF)),
    Place("busy", "greets with 421", _greeted("421 4.3.2 All server ports are busy")),
    Place(
        "blocked",
        "greets with 554: your address is on a block list",
        _greeted("554 5.7.1 Service unavailable; Client host blocked using bl.lab.test"),
    ),
    Place("closed", "greets with 521: takes no mail", _greeted("521 5.3.2 This host takes no mail")),
    Place("no-tls", "does not offer STARTTLS", Script(tls=TlsMode.NONE)),
    Place("broken-tls", "STARTTLS fails", Script(tls=TlsMode.BROKEN)),
    Place("old-tls", "knows versions of TLS only that nobody speaks today", Script(tls=TlsMode.OLD)),
    Place("ascii", "offers neither 8BITMIME nor SMTPUTF8", Script(capabilities=("PIPELINING", "SIZE 26214400"))),
)
