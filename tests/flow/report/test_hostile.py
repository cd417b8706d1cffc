"""Whatever a remote server, a message or a client says: the report is made, is whole, and holds nothing more."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from saywhy.flow.stages import Settled
from saywhy.model.address import Address
from saywhy.model.envelope import Notify, Origin, OriginalRecipient, Recipient
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.outcome import Deferred, Delivered, Expanded, Failed, Relayed
from saywhy.model.queued import Headline
from saywhy.model.status import Status
from saywhy.wire.report.parse import parse
from tests.flow.report.examples import ARRIVED, CONTENT, NOW, World, message, pending
from tests.flow.report.test_human import outline
from tests.wire.report.strategies import HOSTILE

LINES = st.lists(HOSTILE, max_size=4).map(tuple)
TIMES = st.sampled_from([0.0, ARRIVED, NOW])
EVIDENCE = st.builds(
    Evidence,
    stage=st.sampled_from(Stage),
    step=st.sampled_from(Step),
    connector=HOSTILE,
    queue=HOSTILE,
    remote_host=HOSTILE,
    remote_ip=HOSTILE,
    command=HOSTILE,
    reply=LINES,
    tls=HOSTILE,
    dns=HOSTILE,
    hosts=LINES,
    name=HOSTILE,
    observed=st.integers(-1, 10**12),
    limit=st.integers(-1, 10**12),
    near=LINES,
    transcript=LINES,
)
FAILURES = st.builds(
    Failure,
    status=st.builds(Status, st.sampled_from([4, 5]), st.integers(0, 999), st.integers(0, 999)),
    reply=st.integers(400, 599),
    cause=st.sampled_from(["recipient-unknown", "remote-policy", "no-answer", "no such cause", ""]),
    text=HOSTILE,
    evidence=EVIDENCE,
    permanent=st.booleans(),
    tag=HOSTILE,
    at=TIMES,
)
OUTCOMES = st.one_of(
    st.builds(Failed, FAILURES),
    st.builds(Deferred, FAILURES),
    st.builds(
        Failed, st.builds(lambda last, tried: replace(last, because=tuple(tried)), FAILURES, st.lists(FAILURES))
    ),
    st.builds(Relayed, HOSTILE, HOSTILE, LINES, st.just(False)),
    st.just(Delivered()),
    st.builds(Expanded, HOSTILE, st.integers(0, 9)),
)
ADDRESSES = st.builds(Address, HOSTILE, HOSTILE)
RECIPIENTS = st.builds(
    Recipient,
    ADDRESSES,
    st.just(Notify.SUCCESS | Notify.FAILURE | Notify.DELAY),
    st.none() | st.builds(OriginalRecipient, HOSTILE, HOSTILE),
)
SETTLED = st.builds(
    lambda recipient, outcome, at: Settled(
        replace(pending(), recipient=recipient, last_attempt=at, attempts=3), outcome
    ),
    RECIPIENTS,
    OUTCOMES,
    TIMES,
)
HEADLINES = st.builds(
    Headline, message_id=HOSTILE, subject=HOSTILE, date=HOSTILE, from_=HOSTILE, language=HOSTILE, hops=st.just(1)
)
ORIGINS = st.builds(Origin, connector=HOSTILE, client_ip=HOSTILE, helo=HOSTILE, internal=st.booleans())
CONTENTS = st.one_of(
    st.just(CONTENT),
    st.binary(max_size=100),
    st.lists(
        st.sampled_from(
            [
                *(b"Received: ", b"from a by b; ", b"Tue, 06 May 2008 21:23:08 +0000", b"\r\n", b" ", b"\x1b[2J"),
                *(b"--r-7b41c0de0001--", b"--a-7b41c0de", b"Subject: ", "ü\u202e".encode(), b"<", b"&", b"\xff"),
                b"x" * 1200,
            ]
        ),
        max_size=15,
    ).map(b"".join),
)
FIELDS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "Content-Language",
    "X-SayWhy-Message-Is-Ndr",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}


@settings(max_examples=100)
@given(
    settled=st.lists(SETTLED, min_size=1, max_size=3),
    sender=st.sampled_from(
        [Address("guy", "corp.example"), Address("jürgen", "böse.example"), Address('a"<b', "c")]
    ),
    heading=HEADLINES,
    origin=ORIGINS,
    envid=HOSTILE,
    content=CONTENTS,
)
def test_reports_about_hostile_values_are_whole_and_hold_no_field_or_part_too_many(
    settled: list[Settled], sender: Address, heading: Headline, origin: Origin, envid: str, content: bytes
) -> None:
    sent = message(sender, origin, content, heading, envid=envid)
    tokens = iter(f"unforeseeable{number}" for number in range(9))
    reports = World(tokens=lambda: next(tokens)).report(sent, settled, content)
    assert sum(len(report.about) for report in reports.outgoing) == len(settled)
    for report in reports.outgoing:
        assert report.envelope.sender is None
        theirs = email.message_from_bytes(report.content, policy=email.policy.default)
        assert theirs.get_content_type() == "multipart/report"
        assert set(theirs.keys()) <= FIELDS
        assert len(set(theirs.keys())) == len(theirs.keys())
        human, status, _ = theirs.iter_parts()
        assert [part.get_content_type() for part in human.iter_parts()] == ["text/plain", "text/html"]
        assert status.get_content_type() in ("message/delivery-status", "message/global-delivery-status")
        ours = parse(report.content)
        assert len(ours.status.recipients) == len(report.about)
        assert outline(report).open == []
        assert not any(char in ours.text for char in "\x1b\x00\r\u202e")
