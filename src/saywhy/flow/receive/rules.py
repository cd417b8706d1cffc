"""Transport rules: the organisation's own reasons to refuse a message (spec F4 step 10, 5.7.1 g, 5.3.4 e).

Evaluated when a message is complete, so that whoever sends it hears of it at once.  The first that matches, by
priority and name, decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from saywhy.flow.receive import refusals
from saywhy.flow.receive.filters import MANY_PARTS, listed
from saywhy.model import markup, system_messages
from saywhy.model.address import Address
from saywhy.model.envelope import Envelope
from saywhy.model.failure import Failure
from saywhy.model.organisation import Organisation, RuleAction, TransportRule
from saywhy.model.queued import Headline
from saywhy.wire import mime
from saywhy.wire.header import header_block, text

Condition = Callable[[TransportRule, Envelope, Headline, bytes], bool]


def check(
    organisation: Organisation, connector: str, envelope: Envelope, heading: Headline, content: bytes
) -> Failure | None:
    """Why a rule refuses the message, or None."""
    for rule in sorted(organisation.rules.values(), key=lambda rule: (rule.priority, rule.name)):
        if not rule.enabled or (rule.outside_only and _ours(organisation, envelope.sender)):
            continue
        if all(holds(rule, envelope, heading, content) for holds in _CONDITIONS):
            if rule.action is RuleAction.QUARANTINE:
                return refusals.quarantined(connector, rule.name)
            limit = rule.message_size_over or rule.attachment_size_over or -1
            text = rule.text or _own_words(organisation, rule, envelope)
            return refusals.rule_refused(connector, rule.name, rule.status, text, len(content), limit)
    return None


def _ours(organisation: Organisation, sender: Address | None) -> bool:
    return sender is not None and sender.domain_key in organisation.domains


def _own_words(organisation: Organisation, rule: TransportRule, envelope: Envelope) -> str:
    """What a system message says to the rule's code, as far as a reply can say it: in English, in ASCII."""
    audience = system_messages.AUDIENCES[0 if _ours(organisation, envelope.sender) else 1]
    domains = [each.address.domain_key for each in envelope.recipients[:1]]
    found = system_messages.find(organisation.system_messages, rule.status, audience, ("en",), domains)
    if found is None:
        return ""
    return " ".join(filter(None, markup.lines(found.text, {"code": rule.status})))


def _from(rule: TransportRule, envelope: Envelope, _heading: Headline, _content: bytes) -> bool:
    return not rule.senders or (envelope.sender is not None and listed(envelope.sender, rule.senders))


def _to(rule: TransportRule, envelope: Envelope, _heading: Headline, _content: bytes) -> bool:
    return not rule.recipients or any(listed(each.address, rule.recipients) for each in envelope.recipients)


def _subject(rule: TransportRule, _envelope: Envelope, heading: Headline, _content: bytes) -> bool:
    subject = heading.subject.lower()
    return not rule.subject_contains or any(words.lower() in subject for words in rule.subject_contains)


def _header(rule: TransportRule, _envelope: Envelope, _heading: Headline, content: bytes) -> bool:
    if not rule.header_contains:
        return True
    lines = text(header_block(content)).lower().split("\n")
    return any(_in_a_line(lines, wanted) for wanted in rule.header_contains)


def _in_a_line(lines: Sequence[str], wanted: str) -> bool:
    name, _, words = (part.strip() for part in wanted.lower().partition(":"))
    return any(line.startswith(f"{name}:") and words in line[len(name) + 1 :] for line in lines)


def _size(rule: TransportRule, _envelope: Envelope, _heading: Headline, content: bytes) -> bool:
    return not rule.message_size_over or len(content) > rule.message_size_over


def _attachment(rule: TransportRule, _envelope: Envelope, _heading: Headline, content: bytes) -> bool:
    if not rule.attachment_size_over:
        return True
    parts = mime.read(content, MANY_PARTS).walk()
    return any(len(part.data) > rule.attachment_size_over for part in parts if not part.parts)


_CONDITIONS: Sequence[Condition] = (_size, _from, _to, _subject, _header, _attachment)
