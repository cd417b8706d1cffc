"""What must be true of an address space, and of the objects that switch reports (model/report_switches)."""

from __future__ import annotations

from collections.abc import Iterator

from saywhy.config.hosts import is_host
from saywhy.config.words import one_line, shown
from saywhy.model import markup, system_messages
from saywhy.model.address_space import EVERYTHING
from saywhy.model.report_switches import DEFAULT_REMOTE_DOMAIN, DialPlan, Lockdown, LockdownProfile, RemoteDomain
from saywhy.model.status import Status
from saywhy.model.system_messages import SystemMessage

Found = Iterator[tuple[str, str, str]]  # field, reason, cure


def address_space(field: str, space: str) -> Found:
    """Of mail addresses."""
    if space != EVERYTHING and not is_host(space.removeprefix("*.")):
        yield field, f"{shown(space)} is not an address space", "write *, example.org or *.example.org"


def charset(field: str, text: str) -> Found:
    """A codec whose octets of ASCII are ASCII, as text in mail is (RFC 2046 section 4.1.1)."""
    if not text:
        return
    try:
        fits = "a\r\n".encode(text) == b"a\r\n"
    except (LookupError, ValueError):
        fits = False
    if not fits:
        yield field, f"{shown(text)} is no character set for text in mail", "write utf-8, iso-8859-1 or the like"


def is_failure_code(text: str) -> bool:
    try:
        return Status.parse(text).class_ != 2
    except ValueError:
        return False


def remote_domain(item: RemoteDomain) -> Found:
    yield from address_space("domain", item.domain)
    if item.name.lower() == DEFAULT_REMOTE_DOMAIN.name.lower() and item.domain != EVERYTHING:
        yield "name", f"{item.name} is the remote domain for *", "write another name"
    yield from charset("character_set", item.character_set)


def dial_plan(item: DialPlan) -> Found:
    if not one_line(item.connector):
        yield "connector", f"{shown(item.connector)} cannot be a name", "name a receive connector"


def lockdown(item: Lockdown) -> Found:
    if item.name not in {profile.value for profile in LockdownProfile}:
        yield "name", f"{shown(item.name)} is no profile", "write virus, spam or spoof"


def system_message(item: SystemMessage) -> Found:
    try:
        system_messages.parse(item.name)
    except system_messages.NameFault as error:
        yield "name", str(error), r"write it as de\internal\5.1.1, de\external\5.1.1 or de\warning-mailbox"
    if not item.text.strip():
        yield "text", "there is none", "write it, or remove the message: ours is used then"
    if not one_line(item.text):
        yield "text", "it has a control character", "write it as one line; <P> and <BR> end lines"
    for fault in markup.faults(item.text):
        names = ", ".join(f"{{{name}}}" for name in markup.PLACEHOLDERS)
        cure = f"write at most {markup.MAX_TEXT} characters; &lt; for a <; the placeholders are {names}"
        yield "text", fault, cure
