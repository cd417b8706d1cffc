"""What a sending server puts around another's words: `host mx[192.0.2.1] said: ... (in reply to RCPT TO)`.

The frame tells who speaks and which command was answered; its own words ("error", "rejected", "mail from") say
nothing about the reason and would only mislead.  Postfix, Exim, Sendmail, qmail, Exchange, Gmail and their like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from saywhy.model.evidence import Step

_EXIM = re.compile(
    r"smtp error from (?:a )?remote mail(?:er| server) after ([a-z ]{4,40})(?::? ?<[^<>]{0,320}>)?"
    r"(?: [a-z0-9]{1,10}=[^\s:]{1,40}){0,4}:? ?(?:host \S{1,255} \[[^\]]{1,60}\](?::[0-9]{1,5})?:? ?)?"
)
_IN_REPLY = re.compile(r"\(?in reply to ([a-z ]{4,16}?)(?: command)?\)")
# 5.1.0 - Unknown address error 550-'5.1.1 ...' (delivery attempts: 0): Cisco IronPort.
_AT_RCPT = ("smtp:rcpt host ", "[rcpt_to]")  # IMail and its like; Yahoo
_IRONPORT = re.compile(r" (?:error|problem) (?:[245][0-9]{2}-)?'")
_GIVING_UP = re.compile(r"giving up on [0-9a-f.:]{3,45}")

# Where the other server's words begin, and the step that the frame names.
_MARKERS: tuple[tuple[str, Step], ...] = (
    ("did not like our rcpt to:", Step.RCPT),
    ("did not like our mail from:", Step.MAIL),
    ("did not like our final data:", Step.END_OF_DATA),
    ("did not like our data:", Step.DATA),
    ("did not like our ehlo:", Step.EHLO),
    ("does not like recipient.", Step.RCPT),
    ("but recipient was rejected.", Step.RCPT),
    ("but sender was rejected.", Step.MAIL),
    ("failed after i sent the message.", Step.END_OF_DATA),
    ("but greeting failed.", Step.GREETING),
    ("refused to talk to me:", Step.GREETING),
    ("remote host said:", Step.NONE),
    (" said:", Step.NONE),
    ("server returned was:", Step.NONE),
    ("server returned '", Step.NONE),
    ("remote server returned:", Step.NONE),
    ("server response was:", Step.NONE),
    ("responded with:", Step.NONE),
    ("response was:", Step.NONE),
)
_STEPS = {
    "initial connection": Step.GREETING,
    "helo": Step.EHLO,
    "ehlo": Step.EHLO,
    "starttls": Step.STARTTLS,
    "auth": Step.AUTH,
    "mail from": Step.MAIL,
    "rcpt to": Step.RCPT,
    "rcpt": Step.RCPT,
    "data": Step.DATA,
    "end of data": Step.END_OF_DATA,
    "pipelined mail from": Step.MAIL,
    "pipelined rcpt to": Step.RCPT,
    "pipelined data": Step.DATA,
    "pipelined sending data block": Step.END_OF_DATA,
    "sending data block": Step.END_OF_DATA,
}


@dataclass(frozen=True, slots=True)
class Framed:
    """`start` to `end` is where the other server's words stand; all of the text if it has no frame."""

    start: int
    end: int
    framed: bool
    step: Step


def unframe(text: str) -> Framed:
    """The innermost frame of a diagnostic."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return Framed(0, len(text), framed=False, step=Step.NONE)
    start, step = 0, Step.NONE
    for marker, named in _MARKERS:
        at = lowered.rfind(marker)
        if at >= 0:
            step = step if step is not Step.NONE else named
            start = max(start, at + len(marker))
    if step is Step.NONE and any(sign in lowered for sign in _AT_RCPT):
        step = Step.RCPT
    if "smtp error" in lowered and (exim := _EXIM.search(lowered)) is not None:
        start = max(start, exim.end())
        step = _STEPS.get(exim[1].strip(), step)
    end = len(text)
    if (told := _IN_REPLY.search(lowered, start)) is not None:
        step = _STEPS.get(told[1].strip(), step)
        end = told.start()
    if (tail := _GIVING_UP.search(lowered, start)) is not None:
        end = min(end, tail.start())
    attempts = lowered.find("' (delivery attempts", start)
    if attempts >= 0 and (ironport := _IRONPORT.search(lowered, start)) is not None and ironport.end() < attempts:
        start, end = ironport.end(), min(end, attempts)
    if not text[start:end].strip():
        return Framed(0, len(text), framed=False, step=step)
    return Framed(start, end, start > 0, step)
