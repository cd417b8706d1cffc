"""What one row of a laboratory run left behind, read with the standard library alone.

The scenario file says what was to happen, the transcripts what went over the wires, the log what the server did.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
import tomllib
from dataclasses import dataclass
from email.message import EmailMessage, Message
from functools import cached_property
from pathlib import Path
from typing import Any

CAUSES = Path(__file__).parents[1] / "src/saywhy/why/causes"
CODES = CAUSES.with_name("codes")
ANN, BOB = "ann@worcester.example", "bob@partner.example"
OURS = "worcester.example"

_PATH = re.compile(r"(MAIL FROM|RCPT TO): ?<([^>]*)>((?:[^,]|,(?! ))*)", re.I)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")


@dataclass(frozen=True)
class MailPath:
    """A reverse- or forward-path as the client gave it, with its parameters by name in capitals."""

    address: str
    parameters: dict[str, str]


class Case:
    """One row with its files."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.evidence = Path(row["evidence"])
        self.scenario = tomllib.loads((self.evidence / "scenario.toml").read_text("utf-8"))
        self.expect: dict[str, Any] = self.scenario["expect"]
        self.raw = Path(row["report"]).read_bytes() if row.get("report") else b""

    @property
    def code(self) -> str:
        return str(self.row["id"]).removeprefix("NDR-").rpartition("-")[0]

    @property
    def where(self) -> str:
        return str(self.expect.get("where", "report"))

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @cached_property
    def text(self) -> str:
        """The readable part of a report."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()).replace("\r\n", "\n") if body is not None else ""

    @cached_property
    def client(self) -> list[str]:
        return (self.evidence / "client.txt").read_text("utf-8", "replace").splitlines()

    @cached_property
    def sessions(self) -> str:
        """All that the remote hosts heard and said."""
        files = sorted(self.evidence.glob("remote-*.txt"))
        return "\n".join(file.read_text("utf-8", "replace") for file in files)

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        lines = (self.evidence / "events.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def named(self, *events: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] in events]

    @cached_property
    def senders(self) -> list[MailPath]:
        return self._paths("MAIL FROM") or [MailPath(ANN, {})]

    @cached_property
    def recipients(self) -> list[MailPath]:
        """As accepted: files name theirs in the header, and are looked at by the log."""
        said = self._paths("RCPT TO")
        taken = [event for event in self.named("RECEIVE") if event["sender"] != "<>"]
        return said or [MailPath(str(event["recipient"]), {}) for event in taken]

    def _paths(self, command: str) -> list[MailPath]:
        found: list[MailPath] = []
        for line in self.client:
            for verb, address, rest in _PATH.findall(line) if line.startswith("C: ") else ():
                if verb.upper() == command:
                    words = (word.partition("=") for word in rest.split())
                    found.append(MailPath(address, {name.upper(): value for name, _, value in words}))
        return found


def xtext(value: str) -> str:
    """RFC 3461 section 4, decoded."""
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), value)


def cause(name: str) -> dict[str, Any]:
    """The catalogue's file about a cause, as data."""
    file = CAUSES / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8")) if file.exists() else {}


def folded(text: str) -> str:
    """One line, single spaces."""
    return " ".join(text.split())


# -- the parts of a report --

Group = list[tuple[str, str]]


def groups(case: Case) -> list[Group]:
    """The status part's groups of fields, unfolded."""
    out: list[Group] = []
    for block in status_part(case).strip("\n").split("\n\n"):
        unfolded = re.sub(r"\n[ \t]+", " ", block)
        out.append([(n.strip(), v.strip()) for n, _, v in (line.partition(":") for line in unfolded.split("\n"))])
    return out


def status_part(case: Case) -> str:
    """The body of the second part as it lies there, its lines ended by LF."""
    boundary = case.message.get_boundary()
    parts = case.raw.replace(b"\r\n", b"\n").split(f"\n--{boundary}".encode())
    return parts[2].partition(b"\n\n")[2].decode("utf-8") + "\n"


def value(group: Group, name: str) -> str:
    return next((text for field, text in group if field.lower() == name), "")


def original(case: Case) -> Message:
    """The third part's message, or its header."""
    part = list(case.message.iter_parts())[2]
    body = part.get_payload(0) if part.is_multipart() else email.message_from_string(str(part.get_payload()))
    assert isinstance(body, Message)
    return body
