"""Reports for property tests: clean ones, and ones whose every text is hostile."""

from __future__ import annotations

from hypothesis import strategies as st

from saywhy.model.envelope import OriginalRecipient
from saywhy.model.status import Status
from saywhy.wire.report.values import (
    Action,
    DeliveryReport,
    Diagnostic,
    RecipientReport,
    ReportMessage,
    Returned,
)

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                *("\r\n", "\n", "\r", "\t", " ", "  ", "\0", ":", ";", "(", ")", "<", ">", '"', "\\"),
                *("\\x{", "\\x{5C}", "}", "=?utf-8?q?x?=", "--r-token", "Status: 2.0.0", "550 ", "550-"),
                *("ü", "漢字", "\u202e", "\x85", "\ud800", "\u200d", "x" * 300, "word " * 40),
            ]
        ),
        max_size=8,
    ).map("".join),
)
STATUSES = st.builds(Status, st.sampled_from([2, 4, 5]), st.integers(0, 999), st.integers(0, 999))
TIMES = st.one_of(st.just(0.0), st.floats(-10.0, 1e12, allow_nan=False))


def recipients(texts: st.SearchStrategy[str]) -> st.SearchStrategy[RecipientReport]:
    originals = st.builds(
        OriginalRecipient, st.sampled_from(["rfc822", "utf-8", "UTF-8", "x400", "bad type"]), texts
    )
    diagnostics = st.builds(
        Diagnostic, st.sampled_from(["smtp", "x-saywhy", "", "a b"]), st.lists(texts, max_size=4).map(tuple)
    )
    return st.builds(
        RecipientReport,
        final=texts,
        action=st.sampled_from(Action),
        status=STATUSES,
        original=st.none() | originals,
        remote_mta=texts,
        diagnostic=diagnostics,
        last_attempt=TIMES,
        final_log_id=texts,
        will_retry_until=TIMES,
        cause=texts,
        act=texts,
    )


REPORTS = st.builds(
    DeliveryReport,
    reporting_mta=HOSTILE,
    recipients=st.lists(recipients(HOSTILE), min_size=1, max_size=3).map(tuple),
    envid=HOSTILE,
    received_from=HOSTILE,
    received_from_ip=st.sampled_from(["", "192.0.2.7", "2001:db8::1", "1.2.3.4)\r\nX: y"]),
    arrival=TIMES,
)
ADDRESSES = st.sampled_from(["guy@corp.example", '"a <b"@corp.example', "jürgen@corp.example", "a@b\r\nBcc: c@d"])
HEADERS = st.sampled_from(
    [
        b"",
        b"Subject: x\r\n",
        "Subject: Grüße\r\n".encode(),
        "Subject: Grüße\r\n".encode("latin-1"),
        b"Subject: " + b"x" * 2000 + b"\r\n",
        b"X: --r-token\r\n",
    ]
)
RETURNED = st.one_of(
    st.builds(Returned, HEADERS, st.just(False)),
    st.builds(lambda header, body: Returned(header + b"\r\n" + body, full=True), HEADERS, st.binary(max_size=200)),
    st.just(Returned("Subject: Grüße\r\n".encode(), full=False, utf8=True)),
    st.just(Returned("Subject: Grüße\r\n\r\nü\r\n".encode(), full=True, utf8=True)),
)
PROSE = st.lists(HOSTILE.map(lambda text: text.replace("\r", "")), max_size=4).map("\n".join)
MESSAGES = st.builds(
    ReportMessage,
    sender=st.sampled_from(["postmaster@corp.example", "postmästare@corp.example"]),
    sender_name=HOSTILE,
    to=ADDRESSES,
    subject=HOSTILE,
    date=TIMES,
    message_id=st.sampled_from(["<a@b>", "<a\r\nX: y@b>", ""]),
    in_reply_to=st.sampled_from(["<a@b>", "", "no angle brackets", "<" + "x" * 2000 + ">"]),
    language=st.sampled_from(["en", "de-AT", "x\r\ny"]),
    text=PROSE,
    html=PROSE,
    status=REPORTS,
    returned=RETURNED,
)
