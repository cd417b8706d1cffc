"""The question to a moderator: whole, in `golden/question*.eml`, and what hostile values cannot do in it.

After a change of wording: `SAYWHY_UPDATE_GOLDEN=1 pytest tests/flow/report`, then read the difference.
"""

from __future__ import annotations

import email
import email.policy
import os
from email.message import EmailMessage

import pytest

from saywhy.flow.report.question import Asker
from saywhy.flow.stages import OutgoingReport
from saywhy.model.address import Address
from saywhy.model.envelope import Notify
from saywhy.model.moderation import Moderator, Ticket
from saywhy.model.queued import Message
from tests.flow.report.examples import CONTENT, EXPIRES, HOST, FixedClock, Tokens, configured, message
from tests.flow.report.test_golden import GOLDEN, UPDATE

TICKET = Ticket(1, 0x8F31, 0, 0, "0123456789abcdef01234567").address("corp.example")
BOSS = Address("boss", "corp.example")
STAFF = Address("staff", "corp.example")


def question(
    about: Message | None = None, content: bytes = CONTENT, languages: str = "", **settings: object
) -> OutgoingReport:
    world = configured(**settings)
    ask = Asker(lambda: world.organisation, HOST, FixedClock())
    ask.token = Tokens()
    return ask(about or message(), content, STAFF, Moderator(BOSS, languages), TICKET, EXPIRES)


def parsed(asked: OutgoingReport) -> EmailMessage:
    found = email.message_from_bytes(asked.content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize(("name", "languages"), [("question", ""), ("question-german", "de-CH")])
def test_the_question_is_the_golden_one(name: str, languages: str) -> None:
    file, content = GOLDEN / f"{name}.eml", question(languages=languages).content
    if os.environ.get(UPDATE):
        file.write_bytes(content)
    assert content.decode() == file.read_bytes().decode(), f"set {UPDATE}=1 if this change is meant"


def test_it_goes_from_the_moderators_own_address_for_answers_and_asks_to_be_told_of_failure() -> None:
    asked = question()
    assert asked.envelope.sender == TICKET
    [recipient] = asked.envelope.recipients
    assert (recipient.address, recipient.notify) == (BOSS, Notify.FAILURE)
    seen = parsed(asked)
    assert str(seen["Reply-To"]) == str(TICKET)
    assert seen["Auto-Submitted"] == "auto-generated"
    [human, attached] = seen.iter_parts()
    assert human.get_content_type() == "multipart/alternative"
    assert attached.get_payload()[0].as_bytes() == CONTENT.replace(b"\r\n", b"\n")
    assert f'href="mailto:{TICKET}?subject=APPROVE"' in human.get_body(("html",)).get_content()  # type: ignore[attr-defined]


def test_of_a_message_that_is_too_large_the_header_is_attached() -> None:
    seen = parsed(question(report_max_return_size=100, report_html=False))
    [human, attached] = seen.iter_parts()
    assert human.get_content_type() == "text/plain"
    assert attached.get_content_type() == "text/rfc822-headers"
    assert "Meet me at noon" not in seen.as_string()


def test_nothing_of_the_message_can_end_a_line_or_open_a_tag() -> None:
    hostile = b'Subject: =?utf-8?q?x=0D=0ABcc:_z@z.example_<script>?=\r\nFrom: "<b>" <a@x.example>\r\n\r\nx\r\n'
    seen = parsed(question(message(content=hostile), hostile))
    assert seen["Bcc"] is None
    html = seen.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "&lt;b&gt;" in html.get_content()
