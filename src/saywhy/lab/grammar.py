"""What an address of lab.test may say: `bob+5.2.2@lab.test` is refused with that code, and so on.

`WORDS` is the whole grammar: a word behind the `+` is matched by a pattern and makes a `Wish`, which says when the
host answers otherwise than with 250, at which step, and what comes back later.  Adding a word is adding a line;
docs/lab.md and `saywhy lab words` are made of the same table.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Callable
from dataclasses import dataclass

from saywhy.lab.script import Act, Then
from saywhy.lab.systems import STANDARD, systems

DOMAIN = "lab.test"
HERE = f"here.{DOMAIN}"
# Shown to who writes what is no word; none of them reads like the reason of a refusal.
SOME = ("+5.2.2", "+gmail-5.7.26", "+421-after-20", "+delay-10m", "+async-exchange2007-5.1.1")
LONGEST = 24 * 3600.0  # seconds that an address may ask for

_CODE = r"(?P<code>[245]\.\d{1,3}\.\d{1,3})"
_SAID = r"(?:(?P<system>[a-z][a-z0-9]*)-)?(?:[245]\.\d{1,3}\.\d{1,3}|[2345]\d\d)"
_STEP = r"(?:-at-(?P<step>rcpt|content))?"
_TIME = r"(?P<time>\d{1,6}(?:s|m|h))"
_UNITS = {"s": 1, "m": 60, "h": 3600}
_SIZES = {"": 1, "k": 1024, "m": 1024 * 1024}


class Step(enum.Enum):
    """Where in the dialogue the wish is answered."""

    RCPT = "rcpt"
    CONTENT = "content"  # behind the final dot


# -- when the answer of a wish is given; otherwise the recipient is taken --


@dataclass(frozen=True, slots=True)
class Always:
    """Every time."""


@dataclass(frozen=True, slots=True)
class First:
    """The first `times` that this sender asks for this address; then the count begins anew."""

    times: int


@dataclass(frozen=True, slots=True)
class After:
    """When `taken` were accepted before, ever (`within` 0) or in the last `within` seconds."""

    taken: int
    within: float


@dataclass(frozen=True, slots=True)
class Until:
    """Until `seconds` after this sender first asked; `known`: from then on never again (greylisting)."""

    seconds: float
    known: bool


@dataclass(frozen=True, slots=True)
class Larger:
    """For messages of more octets, by their SIZE or as they come."""

    octets: int


@dataclass(frozen=True, slots=True)
class Plain:
    """Without TLS."""


When = Always | First | After | Until | Larger | Plain


@dataclass(frozen=True, slots=True)
class Comeback:
    """What the other system sends to the sender, `seconds` after it has taken the message."""

    system: str
    code: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Wish:
    """`code` is said in the words of `system`, unless `act` has a reply; without either the message is taken."""

    code: str = ""
    system: str = STANDARD
    act: Act = Act()  # noqa: RUF009 - frozen
    step: Step = Step.RCPT
    when: When = Always()
    comeback: Comeback | None = None


class Unknown(ValueError):
    """The address has a word that the grammar has not: what it is, and what may be written."""


@dataclass(frozen=True, slots=True)
class Word:
    """`examples` are the first lines of the table in docs/lab.md; `make` gets the match of `pattern`."""

    examples: tuple[str, ...]
    says: str
    pattern: str
    make: Callable[[re.Match[str]], Wish]


def read_address(address: str) -> Wish:
    """The wish of an address: `bob+5.2.2@lab.test`.  Without a `+` it is a mailbox that takes all; Unknown."""
    _, plus, word = address.rpartition("@")[0].lower().partition("+")
    if not plus:
        return Wish()
    for known in WORDS:
        found = re.fullmatch(known.pattern, word)
        if found is not None:
            return known.make(found)
    raise Unknown(f"the laboratory does not know +{word[:80]}: {_advice(word)}")


def _advice(word: str) -> str:
    examples = [example for known in WORDS for example in known.examples]
    near = difflib.get_close_matches(word, examples, 1, 0.7)
    return f"did you mean +{near[0]}?" if near else f"it knows {', '.join(SOME)} and more (saywhy lab words)"


# -- what makes the wishes --


def _refuse(found: re.Match[str], when: When = Always(), step: Step = Step.RCPT) -> Wish:
    """SYSTEM-CODE, CODE or a bare reply number, with a step where the pattern has one."""
    given = found.groupdict()
    system = _system(given.get("system") or STANDARD)
    code = re.search(r"\d(?:\.\d{1,3}\.\d{1,3}|\d\d)", found[0][len(given.get("system") or "") :])
    if code is None:  # the patterns see to it
        raise Unknown(f"+{found[0]} has no code")
    step = Step(given["step"]) if given.get("step") else step
    if "." in code[0]:
        return Wish(code[0], system, step=step, when=when) if code[0][0] != "2" else Wish()
    ends = Then.CLOSE if code[0] in ("421", "521") else Then.GO_ON
    return Wish(act=Act(f"{code[0]} {_BARE.get(code[0], 'Not accepted')}", then=ends), step=step, when=when)


_BARE = {
    "250": "Ok",
    "421": "Service not available, closing transmission channel",
    "450": "Requested mail action not taken: mailbox unavailable",
    "451": "Requested action aborted: local error in processing",
    "452": "Requested action not taken: insufficient system storage",
    "521": "Server does not accept mail",
    "550": "Requested action not taken: mailbox unavailable",
    "551": "User not local",
    "552": "Requested mail action aborted: exceeded storage allocation",
    "553": "Requested action not taken: mailbox name not allowed",
    "554": "Transaction failed",
}


def _system(name: str, *, reports: bool = False) -> str:
    known = [each for each, system in systems().items() if not reports or system.template]
    if name not in known:
        near = difflib.get_close_matches(name, known, 1, 0.6)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
        raise Unknown(f"the laboratory has no system {name[:40]}: {hint}")
    return name


def _seconds(text: str | None, default: float) -> float:
    return min(int(text[:-1]) * _UNITS[text[-1]], LONGEST) if text else default


def _named(code: str) -> Callable[[re.Match[str]], Wish]:
    return lambda _found: Wish(code)


def _after(found: re.Match[str]) -> Wish:
    within = {None: 0.0, "s": 1.0, "min": 60.0, "h": 3600.0}[found["per"]]
    return _refuse(found, After(int(found["number"]), within))


def _until(found: re.Match[str], *, known: bool) -> Wish:
    seconds = _seconds(found["time"], 10.0)
    return Wish("4.2.0", when=Until(seconds, known))


def _ending(then: Then) -> Callable[[re.Match[str]], Wish]:
    return lambda found: Wish(act=Act(then=then), step=Step(found["step"] or "rcpt"))


def _size(found: re.Match[str]) -> Wish:
    return Wish("5.3.4", when=Larger(int(found["number"]) * _SIZES[found["unit"]]))


def _slow(found: re.Match[str]) -> Wish:
    return Wish(act=Act(after=min(_seconds(found["time"], 5.0), 600.0)))


def _comeback(found: re.Match[str]) -> Wish:
    system = _system(found["system"], reports=True)
    return Wish(comeback=Comeback(system, found["code"] or "5.1.1", _seconds(found["time"], 0.0)))


WORDS = (
    Word(
        ("5.2.2", "gmail-5.7.26", "550", "5.7.1-at-content"),
        "is refused with that enhanced code, in the words of an ordinary server or of the system named, or with "
        "that bare reply; behind the message with `-at-content`",
        _SAID + _STEP,
        _refuse,
    ),
    Word(("unknown",), "no such mailbox: 5.1.1", "unknown", _named("5.1.1")),
    Word(("disabled",), "the mailbox is disabled: 5.2.1", "disabled", _named("5.2.1")),
    Word(("full",), "the mailbox is full: 5.2.2", "full", _named("5.2.2")),
    Word(("denied",), "a policy refuses the message: 5.7.1", "denied", _named("5.7.1")),
    Word(
        ("421-after-20", "421-after-20/min", "4.7.0-after-3/h"),
        "takes 20 messages and answers the next so; with `/s`, `/min` or `/h` it counts those taken in the last "
        "second, minute or hour",
        _SAID + r"-after-(?P<number>\d{1,4})(?:/(?P<per>s|min|h))?",
        _after,
    ),
    Word(
        ("4.2.2-times-3",),
        "is answered so three times, and then taken",
        _SAID + r"-times-(?P<number>\d{1,3})",
        lambda found: _refuse(found, First(int(found["number"]))),
    ),
    Word(
        ("delay-10m",),
        "waits (4.2.0) until ten minutes have passed since the first attempt, and is then taken (`s`, `m`, `h`)",
        f"delay-{_TIME}",
        lambda found: _until(found, known=False),
    ),
    Word(
        ("greylist", "greylist-1m"),
        "greylisting: who comes again after ten seconds, or the time named, is taken, then and ever after",
        f"greylist(?:-{_TIME})?",
        lambda found: _until(found, known=True),
    ),
    Word(
        ("size-10k",), "takes messages of 10 KiB at most: 5.3.4", r"size-(?P<number>\d{1,6})(?P<unit>k|m|)", _size
    ),
    Word(
        ("tls-required",),
        "takes mail over TLS only: 530 5.7.0",
        "tls-required",
        lambda _found: Wish(act=Act("530 5.7.0 Must issue a STARTTLS command first"), when=Plain()),
    ),
    Word(
        ("hang", "hang-at-content"),
        "the server says nothing more",
        "hang" + _STEP,
        _ending(Then.SILENCE),
    ),
    Word(
        ("drop", "drop-at-content"),
        "the server closes the connection without an answer",
        "drop" + _STEP,
        _ending(Then.CLOSE),
    ),
    Word(("reset", "reset-at-content"), "the connection is reset (RST)", "reset" + _STEP, _ending(Then.RESET)),
    Word(("slow-5s",), "is taken after five seconds", f"slow-{_TIME}", _slow),
    Word(
        ("async-exchange2007-5.1.1", "async-gmail", "async-qmail-5.2.2-in-10s"),
        "is taken with 250; then, at once or after the time named, that system's own report comes back "
        "(5.1.1 when no code is named)",
        rf"async-(?P<system>[a-z][a-z0-9]*)(?:-{_CODE})?(?:-in-{_TIME})?",
        _comeback,
    ),
)
