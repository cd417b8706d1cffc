"""One report as a message from `<>` (spec B2, B5): its parts put together and its envelope.

What it says is `compose`'s, how it is laid out `text` and `html`'s, how it is written wire/report's.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from saywhy.flow.report import html, phrases, text
from saywhy.flow.report.compose import page, told
from saywhy.flow.report.facts import delivery_report
from saywhy.flow.report.occasion import Occasion
from saywhy.flow.report.postmaster import postmaster
from saywhy.flow.stages import OutgoingReport, Settled
from saywhy.model.address import Address
from saywhy.model.envelope import Body, Envelope, Notify, Recipient, Ret
from saywhy.wire.header import headline, without_received
from saywhy.wire.report.build import build
from saywhy.wire.report.values import Action, ReportMessage, Returned

TOKEN = 24  # hexadecimal digits: 96 bits
_POOL = 256  # tokens fetched at a time


def random_tokens() -> Callable[[], str]:
    """What gives a new token at each call.

    The kernel is asked for many at once: each question gives the interpreter lock away, and getting it back from
    the store's thread may take longer than the whole letter.  To be made after a fork, or both sides repeat.
    """
    pool: list[str] = []

    def token() -> str:
        if not pool:
            fresh = secrets.token_hex(TOKEN // 2 * _POOL)
            pool.extend(fresh[at : at + TOKEN] for at in range(0, len(fresh), TOKEN))
        return pool.pop()

    return token


def letter(
    about: Occasion, action: Action, settled: Sequence[Settled], token: str, *, more: int = 0
) -> OutgoingReport:
    """The report about `settled`; `token` is random, `more` recipients are named in further reports."""
    recipients = [told(one, about.frame.language) for one in settled]
    acts = [one.act for one in recipients]
    seen = page(about, action, recipients, more)
    administrators = text.administrators(seen)
    content = build(
        ReportMessage(
            sender=postmaster(about.organisation, about.hostname, utf8=not about.reverse_path.is_ascii),
            sender_name=about.say(phrases.MAIL_SYSTEM),
            to=str(about.reverse_path),
            subject=seen.subject,
            date=about.now,
            message_id=f"<{token}@{about.hostname}>",
            in_reply_to=about.message.headline.message_id,
            language=about.frame.language,
            text=text.render(seen, administrators),
            html=html.render(seen, administrators) if about.config.report_html else "",
            status=delivery_report(
                about.message, settled, acts, action, about.hostname, about.now, several=bool(about.originals)
            ),
            returned=_returned(about, action),
        ),
        token,
    )
    return posted(about.reverse_path, action, settled, content)


def posted(reverse_path: Address, action: Action, settled: Sequence[Settled], content: bytes) -> OutgoingReport:
    """`content` in its envelope."""
    return OutgoingReport(
        action.value, _envelope(reverse_path, content), headline(content), content, tuple(settled)
    )


def _envelope(reverse_path: Address, content: bytes) -> Envelope:
    """From `<>` to the original reverse-path, NOTIFY=NEVER; no RET, no ENVID (R2, R3, errata 27)."""
    return Envelope(
        sender=None,
        recipients=(Recipient(reverse_path, Notify.NEVER),),
        body=Body.SEVENBIT if content.isascii() else Body.EIGHTBITMIME,
        smtputf8=not reverse_path.is_ascii,
    )


def _returned(about: Occasion, action: Action) -> Returned:
    """The whole original only with a failure, to those whom it is for, and up to a size (spec B5, R10)."""
    config, envelope = about.config, about.message.envelope
    whole = (
        action is Action.FAILED
        and envelope.ret is not Ret.HDRS
        and (about.internal or config.report_external_full)
        and len(about.header) < len(about.content) <= config.report_max_return_size
    )
    utf8 = envelope.smtputf8 and not about.header.isascii()
    header = about.header if about.shows_diagnostics else without_received(about.header)
    return Returned(header + about.content[len(about.header) :] if whole else header, full=whole, utf8=utf8)
