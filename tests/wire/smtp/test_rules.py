"""The rules of spec B9 that the engines keep, one test each, with the errata's corrections."""

from __future__ import annotations

import re

import pytest

from saywhy.model.address import Address
from saywhy.model.envelope import Notify, OriginalRecipient, Recipient, Ret
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.client import Transaction
from saywhy.wire.smtp.server import Limits, Offer
from tests.wire.smtp.dialogue import Driver, failure, serving
from tests.wire.smtp.peer import ready


def transaction(mail: str = "") -> Driver:
    driver = serving(offer=Offer("foo.com", auth=("PLAIN",), starttls=True), limits=Limits(max_errors=1000))
    driver.feed(b"EHLO bar.com\r\n" + f"MAIL FROM:<a@bar.com>{mail}\r\n".encode())
    return driver


def rcpt(words: str) -> tuple[str, Recipient | None]:
    driver = transaction()
    said = driver.feed(f"RCPT TO:<b@foo.com> {words}\r\n".encode())
    event = driver.events[-1]
    return said, event.recipient if isinstance(event, ev.Rcpt) else None


def mail(words: str) -> tuple[str, ev.Mail | None]:
    driver = serving()
    driver.feed(b"EHLO bar.com\r\n")
    said = driver.feed(f"MAIL FROM:<a@bar.com> {words}\r\n".encode())
    event = driver.events[-1]
    return said, event if isinstance(event, ev.Mail) else None


def test_r4_notify_is_never_alone_or_a_list_of_the_three_keywords() -> None:
    good = {
        "NEVER": Notify.NEVER,
        "never": Notify.NEVER,
        "SUCCESS": Notify.SUCCESS,
        "Success,FAILURE,dELAY": Notify.SUCCESS | Notify.FAILURE | Notify.DELAY,
        "SUCCESS,SUCCESS": Notify.SUCCESS,
        "DELAY,,FAILURE": Notify.DELAY | Notify.FAILURE,
    }
    for value, notify in good.items():
        recipient = rcpt(f"NOTIFY={value}")[1]
        assert recipient is not None
        assert recipient.notify == notify
    for value in ("NEVER,SUCCESS", "SUCCESS,NEVER", "NEVER,NEVER", "FROB", "SUCCESS;DELAY", "", ","):
        assert rcpt(f"NOTIFY={value}")[0] == "501 5.5.4 Invalid parameter value: NOTIFY\r\n"
    assert rcpt("NOTIFY")[0].startswith("501 5.5.4 ")
    assert rcpt("NOTIFY=SUCCESS NOTIFY=DELAY")[0].startswith("501 5.5.4 ")
    absent = rcpt("")[1]
    assert absent is not None
    assert absent.notify == Notify.ABSENT


def test_r7_the_client_passes_dsn_parameters_on_unchanged_and_only_where_dsn_is_offered() -> None:
    original = OriginalRecipient("RFC822", "Bob+Tag=1@Foo.com")
    recipients = (
        Recipient(Address("b", "foo.com"), Notify.SUCCESS | Notify.DELAY, original),
        Recipient(Address("c", "foo.com"), Notify.NEVER),
        Recipient(Address("d", "foo.com")),
    )
    message = Transaction(None, recipients, b"x\r\n", envid="QQ 31+4", ret=Ret.HDRS)
    client = ready(["PIPELINING", "DSN"])
    client.send(message)
    assert client.output().decode().splitlines() == [
        "MAIL FROM:<> RET=HDRS ENVID=QQ+2031+2B4",
        "RCPT TO:<b@foo.com> NOTIFY=SUCCESS,DELAY ORCPT=RFC822;Bob+2BTag+3D1@Foo.com",
        "RCPT TO:<c@foo.com> NOTIFY=NEVER",
        "RCPT TO:<d@foo.com>",
        "DATA",
    ]
    client = ready(["PIPELINING"])
    client.send(message)
    assert client.output().decode().splitlines() == [
        "MAIL FROM:<>",
        "RCPT TO:<b@foo.com>",
        "RCPT TO:<c@foo.com>",
        "RCPT TO:<d@foo.com>",
        "DATA",
    ]


@pytest.mark.parametrize(
    ("value", "original"),
    [
        ("rfc822;Bob@Foo.com", OriginalRecipient("rfc822", "Bob@Foo.com")),
        ("RFC822;Bob+2Btag@foo.com", OriginalRecipient("RFC822", "Bob+tag@foo.com")),
        ("x400;/C=US+20/S=x/", None),
        ("x400;/S+3Dx/+20y", OriginalRecipient("x400", "/S=x/ y")),
        ("rfc822;" + "x" * 600, OriginalRecipient("rfc822", "x" * 600)),
        (r"utf-8;j\x{FC}rgen@b.com", OriginalRecipient("utf-8", "jürgen@b.com")),
        (r"utf-8;a\x{2B}b@b.com", OriginalRecipient("utf-8", "a+b@b.com")),
        ("utf-8;a+2Bb@b.com", OriginalRecipient("utf-8", "a+b@b.com")),
        ("utf-8;jürgen@b.com", OriginalRecipient("utf-8", "jürgen@b.com")),
    ],
)
def test_r8_orcpt_is_decoded_and_its_case_kept(value: str, original: OriginalRecipient | None) -> None:
    said, recipient = rcpt(f"ORCPT={value}")
    if original is None:
        assert said.startswith("501 5.5.4 ")
    else:
        assert recipient is not None
        assert recipient.original == original


@pytest.mark.parametrize(
    "value",
    [
        "bob@foo.com",
        ";bob@foo.com",
        "rfc822;",
        "rfc 822;x",
        "rfc822;a+2bb",
        "rfc822;a+",
        "rfc822;a+4",
        "rfc822;a+0D+0AX-Evil:+201",
        "rfc822;a+00",
        "rfc822;a+09",
        "rfc822;a+7F",
        "rfc822;a+E4",
        "rfc822;jürgen@b.com",
        r"utf-8;a\x{0D}b",
        r"utf-8;a\x{D800}b",
        r"utf-8;a\x{110000}b",
        r"utf-8;a\x{85}b",
        r"utf-8;a\x{2028}b",
        "utf-8;a+0D",
        "é;x",
    ],
)
def test_r8_orcpt_that_is_not_printable_xtext_is_501(value: str) -> None:
    said, recipient = rcpt(f"ORCPT={value}")
    assert said.startswith(("501 5.5.4 Invalid parameter value: ORCPT", "555 5.5.4 "))
    assert recipient is None


def test_r8_orcpt_twice_is_501() -> None:
    assert rcpt("ORCPT=rfc822;a ORCPT=rfc822;a")[0] == "501 5.5.4 Parameter given more than once: ORCPT\r\n"


def test_r9_envid_is_decoded_and_must_be_printable() -> None:
    for value, envid in {"QQ314159": "QQ314159", "a+20b+2B+3D": "a b+=", "x" * 100: "x" * 100}.items():
        event = mail(f"ENVID={value}")[1]
        assert event is not None
        assert event.envid == envid
    for value in ("a+0D+0AX-Evil:+20x", "a+0a", "a+2", "a=b", "+00", "ä", "", "a+7F", "a+80"):
        assert mail(f"ENVID={value}")[0] == "501 5.5.4 Invalid parameter value: ENVID\r\n"


def test_r10_ret_is_full_or_hdrs_and_neither_ret_nor_envid_may_come_twice() -> None:
    for value, ret in {"FULL": Ret.FULL, "hdrs": Ret.HDRS}.items():
        event = mail(f"RET={value}")[1]
        assert event is not None
        assert event.ret is ret
    for value in ("", "ALL", "FULL,HDRS"):
        assert mail(f"RET={value}")[0] == "501 5.5.4 Invalid parameter value: RET\r\n"
    assert mail("RET=FULL RET=FULL")[0] == "501 5.5.4 Parameter given more than once: RET\r\n"
    assert mail("ENVID=a ENVID=a")[0] == "501 5.5.4 Parameter given more than once: ENVID\r\n"


def test_r17_every_reply_but_greeting_hello_and_3xx_has_a_status_of_its_own_class_on_every_line() -> None:
    driver = serving(limits=Limits(max_errors=1000))
    said = "".join(driver.feed(line + b"\r\n") for line in EVERYTHING)
    driver = transaction()
    driver.no = lambda event: failure(550, "5.1.1", "a" * 2000) if isinstance(event, ev.Rcpt) else None
    said += driver.feed(b"RCPT TO:<x@y.z>\r\n")
    replies = [line for line in said.splitlines() if not line.startswith("3")]
    hello = [
        line for line in replies if re.match(r"250[ -](foo\.com|[A-Z0-9]+( |$))", line) and "250 2" not in line
    ]
    assert len(replies) - len(hello) > 50
    for line in replies:
        if line not in hello:
            found = re.match(r"([245])\d\d[ -]([245])\.\d{1,3}\.\d{1,3} ", line)
            assert found is not None, line
            assert found[1] == found[2], line
            assert len(line) <= 510


EVERYTHING = [
    b"FROB",
    b"NOOP\n",
    b"x" * 5000,
    b"MAIL FROM:<>",
    b"EHLO",
    b"EHLO a_b",
    b"HELO bar.com",
    b"EHLO bar.com",
    b"HELP",
    b"VRFY",
    b"VRFY x",
    b"EXPN x",
    b"AUTH PLAIN",
    b"STARTTLS x",
    b"RCPT TO:<a@b.com>",
    b"BDAT 0",
    b"BDAT x",
    b"MAIL",
    b"MAIL FROM:x",
    b"MAIL FROM:<> SIZE=x",
    b"MAIL FROM:<> FROB",
    b"MAIL FROM:<> SIZE=1 SIZE=1",
    b"MAIL FROM:<> SIZE=999999999999",
    b"MAIL FROM:<\xc3\xa4@b.com>",
    b"RCPT TO:<a@b.com>",
    b"MAIL FROM:<>",
    b"MAIL FROM:<>",
    b"DATA",
    b"BDAT 0 LAST",
    b"RCPT TO:x",
    b"RCPT TO:<x@y_z>",
    b"RCPT TO:<a@b.com>",
    b"DATA x",
    b"AUTH PLAIN",
    b"DATA",
    b"\0\r\n.",
    b"MAIL FROM:<>",
    b"RCPT TO:<a@b.com>",
    b"DATA",
    b"a\nb\r\n.",
    b"MAIL FROM:<>",
    b"RCPT TO:<a@b.com>",
    b"DATA",
    b"a" * 1001 + b"\r\n.",
    b"MAIL FROM:<>",
    b"RCPT TO:<a@b.com>",
    b"DATA",
    b"a\r\n" * 50000 + b".",
    b"MAIL FROM:<>",
    b"RCPT TO:<a@b.com>",
    b"BDAT 2",
    b"BDAT 200000",
    b"a" * 200000,
    b"BDAT 0",
    b"MAIL FROM:<>",
    b"RSET x",
    b"RSET",
    b"QUIT x",
    b"LHLO x",
]
