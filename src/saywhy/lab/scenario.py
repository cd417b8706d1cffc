"""One failure of spec A2 as data: what stands ready, what is sent, what the others do, what must come back.

`scenarios/<code>-<letter>.toml` is one line of the list of triggers.  Adding one is adding a file; the fields are
told by the dataclasses below, the steps by steps.py.  A trigger that cannot be provoked yet has a file that says
why (`missing`), so that `saywhy lab list` is the whole list.
"""

from __future__ import annotations

import enum
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from importlib import resources
from typing import Any

from saywhy.lab.script import Act, Presence, Script, Step, Then, TlsMode

_NAME = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}-[a-z]")

# What can stand in a scenario's file as it is: no quotes, no braces.
_SENDER = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,250}")

PARTNER = "partner.example"
ANN = "ann@worcester.example"  # who sends


class ScenarioError(ValueError):
    """A scenario file is wrong: which, where, and what it may say."""


class Where(enum.Enum):
    """Where the failure is told."""

    REPORT = "report"  # a report in the sender's mailbox
    REPLY = "reply"  # the last reply of the dialogue: the sender's own client or server makes the report
    NOTHING = "nothing"  # nobody is told anything: the harmless case beside the failure


class MadeBy(enum.Enum):
    """Whether the cause happened here, or a remote host was told to say the words."""

    CAUSE = "cause"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Expected:
    """`action` is the report's; of replies `refused` (5yz) or `deferred` (4yz).  Empty `tag`: there is none.

    `mailbox` is where the report arrives, `@HOST` at a remote host; `number` as which message there.  `observed`
    and `limit` are the words of what was seen and what is allowed, where a limit was met: they stand in the
    report, of replies in the reply or the log.  `departs` says why the status is not the trigger's code.
    """

    status: str
    action: str
    cause: str
    where: Where = Where.REPORT
    tag: str = ""
    mailbox: str = "ann"
    number: int = 1
    observed: str = ""
    limit: str = ""
    departs: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"where": self.where.value, **{name: getattr(self, name) for name in _COMPARED}}


_COMPARED = ("status", "action", "tag", "cause")


@dataclass(frozen=True, slots=True)
class HostSpec:
    """A remote host; `domain` has it as its MX (empty: it is in the DNS by its name alone)."""

    name: str
    script: Script
    domain: str = PARTNER


@dataclass(frozen=True, slots=True)
class Scenario:
    """`shows`: words that must stand in the report beside the codes, such as the value observed and the limit."""

    id: str
    title: str
    expected: Expected | None
    made_by: MadeBy = MadeBy.CAUSE
    missing: str = ""
    shows: tuple[str, ...] = ()
    settings: str = ""
    organisation: str = ""
    transport: str = ""
    served: bool = False  # by `saywhy serve`, in processes of its own (served.py)
    internet: bool = True  # the send connector for everything
    hosts: tuple[HostSpec, ...] = ()
    dns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)  # beside the server's settings, by name
    disks: Mapping[str, str] = field(default_factory=dict)  # a folder below the server's own -> size: "16m"
    steps: tuple[Mapping[str, Any], ...] = ({"do": "send"},)
    source: str = ""  # the file's own text, for the evidence

    @property
    def code(self) -> str:
        return self.id.removeprefix("NDR-").rpartition("-")[0]


def unfit(sender: str) -> str:
    """Why nobody with this address can be a scenario's sender; empty: he can."""
    if not _SENDER.fullmatch(sender):
        return "a scenario needs a sender with a plain address, such as you@shop.example"
    if sender.rpartition("@")[2].lower() == PARTNER:
        return f"{PARTNER} is the other side in scenarios: write from another domain"
    return ""


@cache
def scenarios(sender: str = ANN) -> dict[str, Scenario]:
    """All, by id, in the order of their codes.  `sender`: who writes in Ann's place."""
    folder = resources.files("saywhy.lab").joinpath("scenarios")
    names = sorted((item.name for item in folder.iterdir() if item.name.endswith(".toml")), key=_order)
    texts = [folder.joinpath(name).read_text("utf-8").replace(ANN, sender) for name in names]
    found = [read_scenario(name.removesuffix(".toml"), text) for name, text in zip(names, texts, strict=True)]
    return {scenario.id: scenario for scenario in found}


def _order(name: str) -> tuple[list[int], str]:
    code, _, letter = name.removesuffix(".toml").rpartition("-")
    return [int(number) for number in code.split(".")], letter


def read_scenario(name: str, text: str) -> Scenario:
    """ScenarioError says what is wrong with it."""
    if not _NAME.fullmatch(name):
        raise ScenarioError(f"{name}.toml: a scenario is named by its code and letter, such as 5.1.1-a.toml")
    try:
        return replace(_scenario(f"NDR-{name}", tomllib.loads(text)), source=text)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ScenarioError(f"{name}.toml: {type(error).__name__}: {error}") from error


def _scenario(identity: str, data: dict[str, Any]) -> Scenario:
    expect = data.pop("expect", None)
    if (expect is None) is not bool(data.get("missing")):
        raise ValueError("either [expect] says what comes back, or missing says why nothing can")
    if expect is not None:
        expect["where"] = Where(expect.get("where", "report"))
    data["expected"] = Expected(**expect) if expect is not None else None
    data["made_by"] = MadeBy(data.pop("made_by", "cause"))
    data["shows"] = tuple(data.pop("shows", ()))
    data["hosts"] = tuple(_host(entry) for entry in data.pop("host", ()))
    if "step" in data:
        data["steps"] = tuple(data.pop("step"))
    return Scenario(id=identity, **data)


def _host(data: dict[str, Any]) -> HostSpec:
    domain = data.pop("domain", PARTNER)
    name = data.pop("name", f"mx.{domain}")
    return HostSpec(name, read_script(data), domain)


_STEPS = ("greeting", "ehlo", "helo", "starttls", "auth", "mail", "data", "content", "rset", "quit")


def read_script(data: Mapping[str, Any]) -> Script:
    """The fields of lab.script.Script as TOML: a step is a reply, a table {reply, after, then}, or a list."""
    known = {entry.name for entry in fields(Script)}
    if unknown := data.keys() - known:
        raise ValueError(f"a host has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    made: dict[str, Any] = dict(data)
    for name in _STEPS:
        if name in made:
            made[name] = _step(made[name])
    rcpt = made.get("rcpt", {})
    patterns = rcpt if isinstance(rcpt, Mapping) and not rcpt.keys() & {"reply", "then", "after"} else {"*": rcpt}
    made["rcpt"] = {pattern: _step(step) for pattern, step in patterns.items()}
    made["presence"] = Presence(made.get("presence", "listening"))
    made["tls"] = TlsMode(made.get("tls", "starttls"))
    return Script(**made)


def _step(data: Any) -> Step:
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return [_act(entry) for entry in data]
    return _act(data)


def _act(data: Any) -> str | Act:
    if isinstance(data, str):
        return data
    return Act(data.get("reply", ""), data.get("after", 0.0), Then(data.get("then", "go on")))
