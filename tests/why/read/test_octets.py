"""The window of a message that is looked at, and the way from its positions to those of the message as given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import saywhy
from saywhy.why.read.octets import HEAD, TAIL, Octets


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_every_line_end_is_read_as_one_and_positions_are_those_of_the_message(end: bytes) -> None:
    raw = end.join([b"first", b"", b"third line", b"x" * 9000, b"last"])
    octets = Octets(raw)
    assert octets.data == b"first\n\nthird line\n" + b"x" * 9000 + b"\nlast"
    for word in (b"first", b"third", b"last"):
        at = octets.data.index(word)
        start, stop = octets.span(at, at + len(word))
        assert raw[start:stop] == word


@given(st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r", b"\r\r\n", b"d" * 1100]), max_size=15))
def test_positions_lead_back_in_any_mixture_of_line_ends(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    octets = Octets(raw)
    for at, octet in enumerate(octets.data):
        if octet != 10:
            assert raw[octets.span(at, at + 1)[0]] == octet


def test_of_a_large_message_the_beginning_and_the_end_are_looked_at() -> None:
    raw = b"head " + b"x" * (HEAD + TAIL) + b" tail"
    octets = Octets(raw)
    assert octets.truncated
    assert len(octets.data) == HEAD + TAIL + 1
    at = octets.data.index(b"tail")
    assert octets.span(at, at + 4) == (len(raw) - 4, len(raw))


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("lines", [10, 230_000])
def test_fields_of_a_report_stand_where_their_spans_say(line_end: bytes, lines: int) -> None:
    raw = (
        b"From: MAILER-DAEMON@mx.test\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\nContent-Type: application/octet-stream\n\n" + (b"x" * 76 + b"\n") * lines + b"\n--b\n"
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
        b"Final-Recipient: rfc822; bob@dest.test\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    ).replace(b"\n", line_end)
    report = saywhy.read(raw)
    assert report.truncated is (lines > 10)
    told = report.recipients[0].provenance
    places = {name: raw[slice(*told[name].span)] for name in ("recipient", "action", "status") if told[name].span}
    assert places == {"recipient": b"rfc822; bob@dest.test", "action": b"failed", "status": b"5.1.1"}
