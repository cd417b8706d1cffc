"""The servers of the laboratory: that of lab.test answers what the address says (grammar.py).

It may also be spoken to directly: any domain is taken, and only the local part is read.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from dataclasses import replace

from saywhy.lab import grammar
from saywhy.lab.dialogue import Asked, ReceivedMessage
from saywhy.lab.grammar import Comeback, Larger, Unknown, Wish, read_address
from saywhy.lab.memory import Memory
from saywhy.lab.mta import FakeMta
from saywhy.lab.script import Act, Script, Step, Then
from saywhy.lab.systems import RETURNED, About, reply

SESSIONS = 200  # kept
LINE = 400  # octets of a reply's line, which may have 512

Take = Callable[[ReceivedMessage], None]
Return = Callable[[Comeback, About], None]


class TakingMta(FakeMta):
    """A host with a script, whose mail goes to `take` and is not kept."""

    def __init__(self, name: str, take: Take, script: Script = Script()) -> None:  # noqa: B008 - frozen
        super().__init__(name, script, ip="", kept=SESSIONS)
        self._take = take

    def deliver(self, message: ReceivedMessage) -> None:
        self._take(message)


class AnsweringMta(FakeMta):
    """`take` gets what is accepted, `give_back` the reports that are to come of it."""

    def __init__(self, name: str, take: Take, give_back: Return, room: Callable[[], bool] = lambda: True) -> None:
        super().__init__(name, ip="", kept=SESSIONS)
        self._take = take
        self._give_back = give_back
        self._room = room
        self._memory = Memory()

    def at_recipient(self, asked: Asked) -> tuple[str, Step]:
        try:
            wish = read_address(asked.recipient)
        except Unknown as error:
            return "rcpt", refusal(str(error))
        if wish.comeback and not self._room():
            return "rcpt", "452 4.3.1 Too many reports wait to be sent already, try again later"
        if wish.step is not grammar.Step.RCPT or not self._memory.applies(wish.when, asked, time.time()):
            return "rcpt", ""
        return "rcpt", _answer(wish, About(asked.sender, asked.recipient, asked.client_ip))

    async def at_content(self, message: ReceivedMessage) -> tuple[str, Step]:
        """The answer of the first recipient that wants one."""
        for recipient, _ in message.recipients:
            wish = read_address(recipient)
            asked = Asked(message.sender, recipient, message.client_ip, len(message.content), bool(message.tls))
            late = wish.step is grammar.Step.CONTENT or isinstance(wish.when, Larger)
            if late and self._memory.applies(wish.when, asked, time.time()):
                return "content", _answer(wish, About(message.sender, recipient, message.client_ip))
        return "content", ""

    def deliver(self, message: ReceivedMessage) -> None:
        self._take(message)
        if not message.sender:
            return  # nothing comes back for a report (RFC 5321 section 6.1)
        for recipient, _ in message.recipients:
            comeback = read_address(recipient).comeback
            if comeback is not None:
                content = message.content[: 2 * RETURNED]
                about = About(message.sender, recipient, message.client_ip, content, time.time())
                self._give_back(comeback, about)


def _answer(wish: Wish, about: About) -> Act:
    if not wish.code:
        return wish.act
    said = reply(wish.system, wish.code, about)
    ends = Then.CLOSE if said.startswith(("421", "521")) else wish.act.then
    return replace(wish.act, reply=said, then=ends)


def refusal(why: str, code: str = "553 5.1.3") -> str:
    """A reply of as many lines as the sentence needs."""
    basic, _, enhanced = code.partition(" ")
    lines = textwrap.wrap(why.encode("ascii", "replace").decode(), LINE)
    return "\n".join(
        f"{basic}{' ' if n == len(lines) else '-'}{enhanced} {line}" for n, line in enumerate(lines, 1)
    )
