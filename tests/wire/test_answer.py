"""Answers to a moderator's question: what decides, what does not, and what stands in the comment."""

from __future__ import annotations

import base64
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saywhy.why.verdicts import verdicts
from saywhy.wire.answer import MAX_LINE, MAX_LINES, Reply, read

QUOTED = "On Tuesday, Mail Delivery System <moderate-1-1-0-0-x@corp.example> wrote:\n> APPROVE: delivered\n"


def answered(text: str, header: str = "", subject: str = "Re: Your decision is needed: APPROVE this") -> Reply:
    return read(f"From: b@x.example\nSubject: {subject}\n{header}\n{text}".encode(), verdicts())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("APPROVE", "approve"),
        ("approve\n\n" + QUOTED, "approve"),
        ("\n\n  Approved.  \n", "approve"),
        ("*Reject*", "reject"),
        ("REJECT!", "reject"),
        ("Reject: no", "reject"),
        ("Reject, please", "reject"),
        ("reject - no", "reject"),
        ("ABLEHNEN", "reject"),
        ("zulassen", "approve"),
        ("\u627f\u8a8d\u3002", "approve"),
        ("\u62d2\u7edd", "reject"),
        ("Approve of this? No way.", ""),
        ("I approve", ""),
        ("Do not approve\napprove", ""),
        ("Approve or reject?", ""),
        ("", ""),
        (QUOTED, ""),
        ("> APPROVE", ""),
        ("-- \nAPPROVE", ""),
        ("-----Original Message-----\nAPPROVE", ""),
        ("________________________________\nAPPROVE", ""),
        ("From: System <x@corp.example>\nAPPROVE", ""),
    ],
)
def test_the_first_line_that_he_wrote_decides_if_it_is_one_of_the_words(text: str, word: str) -> None:
    assert answered(text).word == word


@pytest.mark.parametrize(
    ("subject", "text", "word"),
    [
        ("APPROVE", "", "approve"),
        ("Re: AW: reject", "\n\n", "reject"),
        ("REJECT", QUOTED, "reject"),
        ("=?utf-8?q?APPROVE?=", "", "approve"),
        ("APPROVE", "Let me see first.", ""),
        ("APPROVE it", "", ""),
        ("Re: Your decision is needed: APPROVE", "", ""),
    ],
)
def test_a_subject_that_is_one_of_the_words_decides_where_nothing_else_was_written(
    subject: str, text: str, word: str
) -> None:
    assert answered(text, subject=subject).word == word


def test_the_comment_is_what_stands_below_the_word_and_above_the_quotation() -> None:
    reply = answered(f"Reject: too long\nand too late.\n\nBen\n-- \nBen, Brewers\n{QUOTED}")
    assert reply.comment == ("too long", "and too late.", "Ben")
    assert answered("reject\n" + "\n".join(map(str, range(50)))).comment == tuple(map(str, range(MAX_LINES)))
    assert answered("reject\n" + "x" * 5000).comment == ("x" * MAX_LINE,)
    assert answered("reject\nbell \x07 and \u202e override").comment == ("bell ? and ? override",)


def test_encodings_and_html_are_read() -> None:
    plain = "Ablehnen\nZu groß.\n".encode()
    for encoding, body in (("base64", base64.b64encode(plain)), ("quoted-printable", quopri.encodestring(plain))):
        header = f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n"
        assert answered(body.decode(), header) == Reply("reject", ("Zu groß.",))
    html = (
        "<html><head><style>p {color: red}</style></head><body><p>Approve</p><div>Thanks &amp; bye</div>"
        '<blockquote type="cite">REJECT</blockquote></body></html>'
    )
    assert answered(html, "Content-Type: text/html\n") == Reply("approve", ("Thanks & bye",))


def test_of_several_parts_the_first_text_counts_and_no_attached_message() -> None:
    header = "Content-Type: multipart/mixed; boundary=b\n"
    inner = "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nAPPROVE\n--b--\n"
    assert answered(inner, header).word == ""
    attached = "--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nAPPROVE\n"
    assert answered(attached + inner, header).word == ""
    text = "--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nreject\n--c--\n"
    assert answered(text + inner, header).word == "reject"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-generated; x=y\n",
        "Precedence: bulk\n",
        "Precedence: auto_reply\n",
        "X-Autoreply: yes\n",
    ],
)
def test_what_no_person_wrote_decides_nothing(header: str) -> None:
    assert answered("APPROVE", header) == Reply(automatic=True)


def test_auto_submitted_no_is_a_person() -> None:
    assert answered("APPROVE", "Auto-Submitted: no\n").word == "approve"


def test_a_report_that_the_question_failed_says_so_and_a_delay_does_not() -> None:
    header = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n"
    status = "--b\n\nAPPROVE\n--b\nContent-Type: message/delivery-status\n\nStatus: x\n\nAction: {}\n--b--\n"
    assert answered(status.format("failed"), header) == Reply(automatic=True, undelivered=True)
    assert answered(status.format("delayed"), header) == Reply(automatic=True)


pieces = st.sampled_from(
    ["APPROVE", "reject", "approve:", "\n", "> ", "-- ", "<p>", "<style>", "</", "@", ":", " wrote:", "From: ",
     "-----", "=20", "--b\n", "Content-Type: text/html\n", "Content-Type: multipart/mixed; boundary=b\n",
     "\r\n", " "]
)  # fmt: skip


@given(st.lists(pieces | st.text(max_size=8), max_size=60).map("".join))
def test_any_octets_are_read_and_the_comment_is_harmless(text: str) -> None:
    reply = read(text.encode("utf-8", "replace"), verdicts())
    assert reply.word in ("", "approve", "reject")
    assert len(reply.comment) <= MAX_LINES
    for line in reply.comment:
        assert line.isprintable() or "\u200c" in line or "\u200d" in line
        assert len(line) <= MAX_LINE
    if not reply.word:
        assert reply.comment == ()


@given(st.text(max_size=40).filter(lambda text: not text.strip(" \t*_>\u00a0\u200b").split("\n")[0].strip()))
def test_an_empty_first_line_alone_never_decides(text: str) -> None:
    assert answered(text.replace("\n", " ")).word == ""


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["<" * 60_000, "<style" * 10_000, "_" * 60_000 + "x", "a:" * 30_000, "- " * 30_000]
)
def test_no_text_takes_long(text: str) -> None:
    for header in ("", "Content-Type: text/html\n"):
        assert answered(text, header).word == ""
