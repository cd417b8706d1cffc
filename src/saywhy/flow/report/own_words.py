"""The organisation's own words in the place of a cause's, where a system message has some (spec B6).

They replace what happened and what to do; who has to act, what a remote server said, the codes and the section for
administrators stay.  Words for the recipient's domain go before those for the reader's accepted domain, and those
before words for all.  A reader gets them in a language that suits him, or ours in his.
"""

from __future__ import annotations

from saywhy.flow.report.facts import failure_of, remote_of, status_of
from saywhy.flow.report.occasion import Occasion
from saywhy.flow.report.page import OwnWords
from saywhy.flow.stages import Settled
from saywhy.model import markup, system_messages
from saywhy.model.failure import Failure
from saywhy.why.explain import numbers
from saywhy.wire.report.clean import line


def own_words(occasion: Occasion, settled: Settled) -> OwnWords | None:
    """None where our own sentences stand."""
    messages = occasion.organisation.system_messages
    failure = failure_of(settled.outcome)
    if not messages or failure is None:
        return None
    code = str(status_of(settled.outcome))
    address = settled.pending.recipient.address
    domains = [address.domain_key]
    if occasion.reverse_path.domain_key in occasion.organisation.domains:
        domains.append(occasion.reverse_path.domain_key)
    audience = system_messages.AUDIENCES[0 if occasion.internal else 1]
    found = system_messages.find(messages, code, audience, occasion.languages, domains)
    if found is None:
        return None
    values = _values(occasion, str(address), code, remote_of(settled.outcome)[0], failure)
    return OwnWords(tuple(markup.lines(found.text, values)), markup.to_html(found.text, values))


def _values(occasion: Occasion, recipient: str, code: str, server: str, failure: Failure) -> dict[str, str]:
    observed, limit = numbers(failure, occasion.frame)
    return {
        "recipient": line(recipient),
        "code": code,
        "server": line(server or occasion.hostname),
        "size": line(observed),
        "limit": line(limit),
        "helpdesk": line(occasion.config.report_help_text),
    }
