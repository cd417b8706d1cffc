"""What the Pickup folder takes, changes, reports on, and leaves as bad (spec F3)."""

from __future__ import annotations

import pytest

from saywhy.flow.receive import filed, pickup
from saywhy.flow.receive.filed import BadFile, Filed
from saywhy.model.address import Address
from saywhy.model.envelope import Body, Ret
from saywhy.model.outcome import Failed
from saywhy.model.queued import QueueId
from saywhy.wire.header import headline, received_lines

LIMITS = pickup.Limits(message=100_000, header=2000, recipients=3)
AT = 1_772_442_000.0
GOOD = "From: ann@a.example\nTo: bob@b.example\n\nAt ten.\n"


def read(text: str, *, size: int = 0) -> Filed:
    data = text.encode()
    return pickup.read(data, size or len(data), LIMITS, "<new@a.example>", AT)


def to(message: Filed) -> list[str]:
    return [str(each.address) for each in message.envelope.recipients]


def refused(message: Filed) -> list[tuple[str, str]]:
    return [
        (str(entry.address), f"{entry.outcome.failure.status} {entry.outcome.failure.tag}")
        for entry in message.refused
        if isinstance(entry.outcome, Failed)
    ]


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        ("From: Ann <ann@a.example>", "ann@a.example"),
        ("Sender: ann@a.example", "ann@a.example"),
        ("From: ann@a.example\nSender: carol@a.example", "ann@a.example"),
        ("From: ann@a.example, ben@a.example\nSender: carol@a.example", "carol@a.example"),
    ],
)
def test_the_sender_is_that_of_from_or_sender(header: str, sender: str) -> None:
    assert str(read(f"{header}\nTo: bob@b.example\n\n").envelope.sender) == sender


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not begin with a header field"),
        ("\n\nFrom: ann@a.example", "does not begin with a header field"),
        ("From: ann@a.example\nTo: bob@b.example\n", "no empty line"),
        ("From: ann@a.example\nTo: bob@b.example\nAt ten.\n\n", "no empty line"),
        ("To: bob@b.example\n\n", "neither From nor Sender"),
        ("From:\nTo: bob@b.example\n\n", "neither From nor Sender"),
        ("From: ann@@a.example\nTo: bob@b.example\n\n", "not well formed"),
        ("From: ann@@a.example\nSender: ann@a.example\nTo: bob@b.example\n\n", "not well formed"),
        ("From: ann@a.example, ben@a.example\nTo: bob@b.example\n\n", "no Sender"),
        ("From: a@a.example\nSender: b@a.example, c@a.example\nTo: bob@b.example\n\n", "more than one"),
        ("From: ann@a.example\n\nAt ten.\n", "no recipient"),
        ("From: ann@a.example\nTo: nobody:;\n\nAt ten.\n", "no recipient"),
    ],
)
def test_a_file_without_a_usable_sender_or_form_is_bad(text: str, why: str) -> None:
    with pytest.raises(BadFile, match=why):
        read(text)


def test_to_cc_and_bcc_are_the_recipients_each_once() -> None:
    message = read("From: a@a.example\nTo: b@b.example\nCc: c@b.example\nBcc: B@B.example\nbcc: d@b.example\n\n")
    assert sorted(to(message)) == ["B@B.example", "c@b.example", "d@b.example"]
    assert message.refused == ()


def test_trace_resent_fields_and_bcc_are_taken_off_and_the_rest_stays() -> None:
    message = read(
        "Received: from x\n by y; date\nResent-From: z@a.example\nBcc: c@b.example\nX-Mine:  kept\n  as it is\n"
        + GOOD
    )
    header, _, body = message.content.partition(b"\r\n\r\n")
    assert b"X-Mine:  kept\r\n  as it is\r\nFrom: ann@a.example\r\nTo: bob@b.example\r\n" in header
    assert not any(name in header for name in (b"Received", b"Resent", b"Bcc", b"c@b.example"))
    assert body == b"At ten.\r\n"


def test_a_message_id_and_a_date_are_added_where_there_is_none_or_a_bad_one() -> None:
    heading = headline(read("Date: yesterday\nMessage-ID:\n" + GOOD).content)
    assert (heading.message_id, heading.date) == ("<new@a.example>", "Mon, 02 Mar 2026 09:00:00 +0000")
    kept = headline(read("Date: Mon, 2 Mar 2026 10:00:00 +0100\nMessage-ID: <own@a.example>\n" + GOOD).content)
    assert (kept.message_id, kept.date) == ("<own@a.example>", "Mon, 2 Mar 2026 10:00:00 +0100")


def test_a_message_for_bcc_only_names_nobody_in_to() -> None:
    content = read("From: ann@a.example\nBcc: bob@b.example\n\n").content
    assert b"\r\nTo: Undisclosed recipients:;\r\n" in content


def test_an_unreadable_recipient_is_reported_and_the_others_get_the_message() -> None:
    message = read("From: ann@a.example\nTo: bob@@b.example, carol@c.example\n\n")
    assert to(message) == ["carol@c.example", '"bob@"@b.example']
    assert refused(message) == [('"bob@"@b.example', "5.1.3 PICKUP.Format")]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("From: a@a.example\nTo: b@b.x, c@b.x, d@b.x, e@b.x\n\n", "5.5.3 PICKUP.RecipLimit"),
        ("X-Long: " + "x" * 2000 + "\n" + GOOD, "5.3.4 PICKUP.HeaderLimit"),
    ],
)
def test_above_a_limit_nobody_gets_the_message(text: str, verdict: str) -> None:
    message = read(text)
    assert [address for address, _ in refused(message)] == to(message)
    assert {what for _, what in refused(message)} == {verdict}


def test_of_a_message_that_is_too_large_the_header_comes_back() -> None:
    message = read(GOOD, size=100_001)
    assert refused(message) == [("bob@b.example", "5.3.4 PICKUP.SizeLimit")]
    assert message.envelope.ret is Ret.HDRS
    assert message.content.endswith(b"\r\n\r\n")


def test_at_the_limit_it_is_taken() -> None:
    assert read("From: a@a.example\nTo: b@b.x, c@b.x, d@b.x\n\n").refused == ()
    assert read(GOOD, size=100_000).refused == ()


def test_lines_end_in_crlf_and_what_is_needed_of_the_path_is_told() -> None:
    message = read("From: ann@a.example\r\nTo: bob@b.example\n\nein\rzwei\nfünf")
    assert message.content.endswith(b"\r\n\r\nein\r\nzwei\r\nf\xc3\xbcnf\r\n")
    assert (message.envelope.body, message.envelope.smtputf8) == (Body.EIGHTBITMIME, False)
    assert read("Subject: fünf\n" + GOOD).envelope.smtputf8


def test_the_trace_says_localhost_by_pickup_and_the_server() -> None:
    line = filed.trace("Pickup", "mail.a.example", QueueId(1, 47), AT)
    assert received_lines(line) == [
        "from localhost by Pickup (mail.a.example) id 1-2f; Mon, 02 Mar 2026 09:00:00 +0000"
    ]


@pytest.mark.parametrize(
    "text",
    ["bob@@b.example", "bob", "", "bob@", "x" * 300, "b\x00b@b.example", "\x01\x02", "ü@@b.example", '"b\\'],
)
def test_whatever_a_recipient_is_a_report_can_name_it(text: str) -> None:
    stand_in = filed.stand_in(text)
    assert Address.parse(str(stand_in.address)) == stand_in.address
    assert stand_in.original is not None
    assert stand_in.original.address.isprintable()
