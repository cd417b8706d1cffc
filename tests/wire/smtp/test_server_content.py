"""Message content at the server engine: DATA, BDAT, smuggling, sizes, what is refused and what survives."""

from __future__ import annotations

import tracemalloc

import pytest

from saywhy.model.evidence import Step
from saywhy.model.status import Status
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.server import Limits, Offer
from tests.wire.smtp.dialogue import Driver, failure, in_transaction, play, serving

BARE = "550 5.6.11 Bare CR or LF in message content, lines must end in CRLF\r\n"
SMUGGLED = b"MAIL FROM:<evil@bar.com>\r\nRCPT TO:<victim@foo.com>\r\nDATA\r\nSubject: smuggled\r\n\r\nhi\r\n.\r\n"


def sent(content: bytes, limits: Limits | None = None) -> tuple[Driver, str]:
    driver = in_transaction(limits=limits or Limits())
    driver.feed(b"DATA\r\n")
    return driver, driver.feed(content)


@pytest.mark.parametrize(
    "end",
    [
        b"\n.\n",
        b"\n.\r\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\n",
        b"\r\n.\r",
        b"\r\n\x00.\r\n",
        b"\r\n.\r\r\n",
        b"\r\r\n.\r\r\n",
        b"\n\r\n.\n\r\n",
        b"\r\n.\x0b\r\n",
        b"\xc2\x85.\xc2\x85",
    ],
)
def test_only_crlf_dot_crlf_ends_the_data(end: bytes) -> None:
    driver, said = sent(b"Subject: x\r\n\r\nhello" + end + SMUGGLED)
    assert len(driver.of(ev.Mail)) == 1
    assert len(said.splitlines()) == 1
    assert all(b"evil" in content for content in driver.contents)


@pytest.mark.parametrize("octets", [b"a\nb\r\n", b"a\rb\r\n", b"a\n\rb\r\n", b"a\r\r\n", b"\n", b"a\n.\r\nb\r\n"])
def test_a_bare_cr_or_lf_refuses_the_whole_message_with_5_6_11(octets: bytes) -> None:
    driver, said = sent(b"Subject: x\r\n\r\n" + octets + b"\r\n.\r\n")
    assert said == BARE
    assert driver.contents == []
    (found,) = driver.failures
    assert (found.cause, found.status, found.permanent) == ("bare-line-feed", Status(5, 6, 11), True)
    assert found.evidence.step is Step.END_OF_DATA
    assert driver.events[-1] == ev.Reset()


def test_after_refused_content_the_session_goes_on() -> None:
    driver, _ = sent(b"a\nb\r\n.\r\n")
    play(
        """
        C: DATA
        S: 503 5.5.1 Need MAIL command first
        C: MAIL FROM:<a@bar.com>
        C: RCPT TO:<b@foo.com>
        C: DATA
        S: 250 2.1.0 ...
        S: 250 2.1.5 ...
        S: 354 ...
        C: fine
        C: .
        S: 250 2.0.0 OK
        """,
        driver,
    )
    assert driver.contents == [b"fine\r\n"]


def test_content_that_the_driver_refuses_leaves_the_session_usable() -> None:
    driver = in_transaction()
    driver.no = lambda event: failure(451, "4.3.0", "Later") if isinstance(event, ev.Content) else None
    driver.feed(b"DATA\r\n")
    assert driver.feed(b"x\r\n.\r\n") == "451 4.3.0 Later\r\n"
    assert driver.feed(b"MAIL FROM:<>\r\n").startswith("250")


def test_data_that_the_driver_refuses_leaves_the_session_usable() -> None:
    driver = in_transaction()
    driver.no = lambda event: failure(452, "4.3.1", "Full") if isinstance(event, ev.Data) else None
    assert driver.feed(b"DATA\r\n") == "452 4.3.1 Full\r\n"
    assert driver.feed(b"MAIL FROM:<>\r\n").startswith("250")


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (b".\r\n", b""),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...\r\n.\r\n", b"..\r\n"),
        (b".x\r\n.\r\n", b"x\r\n"),
        (b"a\r\n..b\r\n..\r\n.\r\n", b"a\r\n.b\r\n.\r\n"),
        (b"a\r\n\r\n.\r\n", b"a\r\n\r\n"),
        (b"a..b.\r\n.\r\n", b"a..b.\r\n"),
    ],
)
def test_dots_are_unstuffed(raw: bytes, content: bytes) -> None:
    driver, said = sent(raw)
    assert driver.contents == [content]
    assert said == "250 2.0.0 OK\r\n"


def test_octets_behind_the_end_of_data_are_the_next_command() -> None:
    _, said = sent(b"x\r\n.\r\nNOOP\r\nQUIT\r\n")
    assert said.splitlines()[:2] == ["250 2.0.0 OK", "250 2.0.0 OK"]


def test_a_nul_is_invalid_content_5_5_6() -> None:
    driver, said = sent(b"a\0b\r\n.\r\n")
    assert said == "554 5.5.6 Invalid message content: NUL octet\r\n"
    assert driver.failures[0].cause == "content-invalid"


@pytest.mark.parametrize(("length", "accepted"), [(998, True), (999, False), (5000, False)])
@pytest.mark.parametrize("before", [0, 1, 7, 400])
def test_a_line_has_at_most_1000_octets(length: int, accepted: bool, before: int) -> None:
    lines = b"Subject: x\r\n" * before + b"y" * length + b"\r\n" + b"z\r\n" * before
    driver, said = sent(lines + b".\r\n")
    if accepted:
        assert driver.contents == [lines]
    else:
        assert said == "554 5.5.6 Invalid message content: line over 1000 octets\r\n"


def test_the_dot_added_for_transparency_does_not_count_into_the_line() -> None:
    driver, _ = sent(b".." + b"y" * 997 + b"\r\n.\r\n")
    assert driver.contents == [b"." + b"y" * 997 + b"\r\n"]


def test_a_message_over_the_limit_is_read_to_its_end_and_refused_with_5_3_4() -> None:
    driver, said = sent((b"y" * 98 + b"\r\n") * 11 + b".\r\n", Limits(max_message_size=1000))
    assert said == "552 5.3.4 Message size exceeds fixed maximum message size (1100, limit 1000)\r\n"
    (found,) = driver.failures
    assert (found.cause, found.evidence.observed, found.evidence.limit) == ("message-too-large", 1100, 1000)


def test_stuffed_dots_do_not_count_into_the_size() -> None:
    driver, _ = sent(b"..\r\n" * 100 + b".\r\n", Limits(max_message_size=300))
    assert driver.contents == [b".\r\n" * 100]
    driver, said = sent(b"..\r\n" * 101 + b".\r\n", Limits(max_message_size=300))
    assert said.startswith("552 5.3.4")


def test_a_declared_size_over_the_limit_is_refused_at_mail() -> None:
    driver = serving(limits=Limits(max_message_size=1000))
    driver.feed(b"EHLO bar.com\r\n")
    said = driver.feed(b"MAIL FROM:<a@bar.com> SIZE=1001\r\nRCPT TO:<b@foo.com>\r\nMAIL FROM:<> SIZE=1000\r\n")
    assert said.splitlines() == [
        "552 5.3.4 Message size exceeds fixed maximum message size (1001, limit 1000)",
        "503 5.5.1 Sender was not accepted",
        "250 2.1.0 Sender OK",
    ]
    assert driver.failures[0].evidence.step is Step.MAIL
    assert (driver.failures[0].evidence.observed, driver.failures[0].evidence.limit) == (1001, 1000)


def test_a_header_over_the_limit_is_refused_with_5_3_4() -> None:
    limits = Limits(max_header_size=100)
    field = b"X: " + b"y" * 45 + b"\r\n"
    driver, _ = sent(field * 2 + b"\r\nbody\r\n.\r\n", limits)
    assert driver.contents
    driver, said = sent(field * 2 + b"Z\r\n" + b"\r\nbody\r\n.\r\n", limits)
    assert said == "552 5.3.4 Header size exceeds fixed maximum header size (103, limit 100)\r\n"
    assert driver.failures[0].cause == "header-too-large"
    assert (driver.failures[0].evidence.observed, driver.failures[0].evidence.limit) == (103, 100)
    _, said = sent(field * 5 + b".\r\n", limits)
    assert said.startswith("552 5.3.4 Header")


def test_a_message_without_header_may_be_long() -> None:
    driver, _ = sent(b"\r\n" + b"body\r\n" * 100 + b".\r\n", Limits(max_header_size=100))
    assert len(driver.contents) == 1


def test_endless_data_takes_no_more_memory_than_the_limit() -> None:
    driver = in_transaction(limits=Limits(max_message_size=100_000))
    driver.feed(b"DATA\r\n")
    block = b"x" * 998 + b"\r\n"
    tracemalloc.start()
    for _ in range(2_000):
        driver.feed(block)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500_000
    assert driver.feed(b".\r\n").startswith("552 5.3.4")


def test_data_in_crumbs_takes_no_more_memory_than_its_octets_need() -> None:
    driver = in_transaction(limits=Limits(max_message_size=200_000))
    driver.feed(b"DATA\r\n")
    tracemalloc.start()
    for _ in range(20_000):
        driver.feed(b"xyz\r\n")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 500_000
    assert driver.feed(b".\r\n").startswith("250")


# -- BDAT --


def test_chunks_are_joined_and_each_is_acknowledged() -> None:
    driver = in_transaction()
    said = driver.feed(b"BDAT 12\r\nSubject: x\r\nBDAT 5\r\n\r\n.\r\nBDAT 4 LAST\r\nhi\r\n")
    assert said.splitlines() == ["250 2.0.0 12 octets received", "250 2.0.0 5 octets received", "250 2.0.0 OK"]
    assert driver.contents == [b"Subject: x\r\n\r\n.\r\nhi\r\n"]
    assert len(driver.of(ev.Data)) == 1


def test_the_last_chunk_may_be_empty_and_an_unended_line_is_ended() -> None:
    driver = in_transaction()
    driver.feed(b"BDAT 2\r\nhi")
    driver.feed(b"BDAT 0 LAST\r\n")
    assert driver.contents == [b"hi\r\n"]


def test_chunk_content_is_checked_like_any_other() -> None:
    driver = in_transaction()
    assert driver.feed(b"BDAT 4 LAST\r\na\nb\n") == BARE
    assert driver.feed(b"MAIL FROM:<>\r\n").startswith("250")


def test_bdat_without_recipients_reads_its_chunk_off_and_is_refused() -> None:
    driver = serving()
    driver.feed(b"EHLO bar.com\r\nMAIL FROM:<>\r\n")
    assert driver.feed(b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n").splitlines() == [
        "554 5.5.1 No valid recipients",
        "250 2.0.0 OK",
    ]


def test_bdat_after_the_last_chunk_is_out_of_order() -> None:
    driver = in_transaction()
    driver.feed(b"BDAT 3 LAST\r\nx\r\n")
    assert driver.feed(b"BDAT 6 LAST\r\nQUIT\r\n") == "503 5.5.1 Need MAIL command first\r\n"


@pytest.mark.parametrize("command", [b"DATA", b"RCPT TO:<c@foo.com>", b"MAIL FROM:<>"])
def test_between_chunks_only_bdat_goes_on(command: bytes) -> None:
    driver = in_transaction()
    driver.feed(b"BDAT 1\r\nx")
    assert driver.feed(command + b"\r\n") == "503 5.5.1 BDAT begun, send BDAT or RSET\r\n"
    assert driver.feed(b"BDAT 2 LAST\r\n\r\n") == "250 2.0.0 OK\r\n"


@pytest.mark.parametrize(
    "beyond", [b"of the content.\r\n", b"QUIT \n", b"x" * 2000, b"\x16\x03\x01", b"GET x\r\n", b"\0\xff\r\n"]
)
def test_content_beyond_the_size_of_its_chunk_is_refused_and_nothing_after_it_is_obeyed(beyond: bytes) -> None:
    driver = in_transaction()
    said = driver.feed(b"BDAT 5\r\nThis " + beyond + b"RSET\r\nMAIL FROM:<>\r\nRCPT TO:<b@foo.com>\r\n")
    assert said.splitlines() == [
        "250 2.0.0 5 octets received",
        "554 5.5.6 Invalid message content, more octets than BDAT announced",
    ]
    [refused] = driver.of(ev.Refused)
    assert refused.failure.cause == "chunk-size-wrong"
    assert refused.failure.evidence.observed > refused.failure.evidence.limit == 5
    assert driver.engine.closing
    assert driver.contents == []
    assert not any("content." in line for line in driver.engine.transcript)


def test_a_known_command_between_chunks_is_out_of_order_and_no_wrong_size() -> None:
    driver = in_transaction()
    said = driver.feed(b"BDAT 1\r\nxNOOP\r\nEXPN x\r\nBDAT x\r\nBDAT 2 LAST\r\n\r\n")
    assert [line[:9] for line in said.splitlines()][1:] == ["250 2.0.0", "502 5.5.1", "501 5.5.4", "250 2.0.0"]


def test_rset_between_chunks_forgets_them() -> None:
    driver = in_transaction()
    said = driver.feed(b"BDAT 3\r\nbadRSET\r\nMAIL FROM:<>\r\nRCPT TO:<b@foo.com>\r\nBDAT 3 LAST\r\nx\r\n")
    assert said.endswith("250 2.0.0 OK\r\n")
    assert driver.contents == [b"x\r\n"]


def test_after_a_failed_chunk_the_pipelined_rest_is_discarded_until_rset() -> None:
    driver = in_transaction(limits=Limits(max_message_size=10))
    said = driver.feed(
        b"BDAT 11\r\n01234567890BDAT 5\r\nNOOP\nBDAT 4 LAST\r\nx\r\nyMAIL FROM:<>\r\nRSET\r\nMAIL FROM:<>\r\n"
    )
    assert said.splitlines() == [
        "552 5.3.4 Message size exceeds fixed maximum message size (11, limit 10)",
        "503 5.5.1 A chunk was refused, send RSET",
        "503 5.5.1 A chunk was refused, send RSET",
        "503 5.5.1 A chunk was refused, send RSET",
        "250 2.0.0 OK",
        "250 2.1.0 Sender OK",
    ]
    assert driver.contents == []


def test_a_first_chunk_that_the_driver_refuses_is_read_off_before_the_reply() -> None:
    driver = in_transaction()
    driver.no = lambda event: failure(452, "4.3.1", "Full") if isinstance(event, ev.Data) else None
    assert driver.feed(b"BDAT 6\r\nQUI") == ""
    assert driver.feed(b"T\r\nDATA\r\nBDAT 1 LAST\r\nx").splitlines() == [
        "452 4.3.1 Full",
        "503 5.5.1 A chunk was refused, send RSET",
        "503 5.5.1 A chunk was refused, send RSET",
    ]


def test_after_a_refused_last_chunk_the_session_goes_on() -> None:
    driver = in_transaction()
    driver.no = lambda event: failure(452, "4.3.1", "Full") if isinstance(event, ev.Data) else None
    said = driver.feed(b"BDAT 1 LAST\r\nxMAIL FROM:<>\r\n")
    assert said == "452 4.3.1 Full\r\n250 2.1.0 Sender OK\r\n"


@pytest.mark.parametrize(
    "argument", [b"", b"x", b"-1", b"1 FIRST", b"1 LAST x", b"1" * 21, b"1.5", "\u0661".encode()]
)
def test_bdat_with_a_bad_argument_is_refused(argument: bytes) -> None:
    driver = in_transaction()
    assert driver.feed(b"BDAT " + argument + b"\r\n").startswith("501 5.5.4 ")


def test_bdat_not_on_offer_is_not_implemented() -> None:
    driver = in_transaction(offer=Offer("foo.com", chunking=False))
    assert driver.feed(b"BDAT 1 LAST\r\n") == "502 5.5.1 Command not implemented\r\n"


def test_an_endless_chunk_takes_no_memory() -> None:
    driver = in_transaction(limits=Limits(max_message_size=1000))
    driver.feed(b"BDAT 99999999999999999999 LAST\r\n")
    tracemalloc.start()
    for _ in range(1_000):
        driver.feed(b"x" * 1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000
