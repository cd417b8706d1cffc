"""Command lines, addresses and parameters at the server engine."""

from __future__ import annotations

import pytest

from saywhy.model.address import Address
from saywhy.model.envelope import Body, Notify, OriginalRecipient, Ret
from saywhy.model.evidence import Step
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.server import Limits, Offer
from tests.wire.smtp.dialogue import Driver, serving


def said_to_mail(argument: str, offer: Offer | None = None) -> tuple[Driver, str]:
    driver = serving(offer=offer or Offer("foo.com", auth=("PLAIN",)))
    driver.feed(b"EHLO bar.com\r\n")
    return driver, driver.feed(f"MAIL FROM:{argument}\r\n".encode())


def said_to_rcpt(argument: str, mail: str = "<>", offer: Offer | None = None) -> tuple[Driver, str]:
    driver, _ = said_to_mail(mail, offer)
    return driver, driver.feed(f"RCPT TO:{argument}\r\n".encode())


def mail(argument: str) -> ev.Mail:
    driver, said = said_to_mail(argument)
    event = driver.events[-1]
    assert isinstance(event, ev.Mail), said
    return event


def rcpt(argument: str, sender: str = "<>") -> ev.Rcpt:
    driver, said = said_to_rcpt(argument, sender)
    event = driver.events[-1]
    assert isinstance(event, ev.Rcpt), said
    return event


# -- lines --


def test_a_command_that_ends_in_a_bare_lf_is_refused_and_not_executed() -> None:
    driver = serving()
    said = driver.feed(b"EHLO bar.com\nEHLO bar.com\r\n")
    assert said.startswith("500 5.5.2 Bare CR or LF in a command, lines must end in CRLF\r\n250-")
    assert len(driver.of(ev.Hello)) == 1


def test_a_bare_cr_in_a_command_is_refused() -> None:
    assert serving().feed(b"NOOP\rQUIT\r\n").startswith("500 5.5.2")
    assert serving().feed(b"NOOP\r\r\n").startswith("500 5.5.2")


def test_a_command_line_of_1036_octets_is_accepted() -> None:
    driver, _ = said_to_mail("<>")
    line = b"RCPT TO:<b@foo.com> ORCPT=rfc822;" + b"x" * 1001 + b"\r\n"
    assert len(line) == 1036
    assert driver.feed(line) == "250 2.1.5 Recipient OK\r\n"


@pytest.mark.parametrize("octets", [2049, 100_000])
def test_a_longer_line_is_refused_with_5_5_2_and_skipped(octets: int) -> None:
    driver = serving()
    line = b"NOOP " + b"x" * (octets - 7) + b"\r\n"
    said = driver.feed(line + b"NOOP\r\n")
    assert said == "500 5.5.2 Command line too long\r\n250 2.0.0 OK\r\n"


def test_a_line_of_just_the_limit_is_accepted() -> None:
    assert serving().feed(b"NOOP " + b"x" * 2041 + b"\r\n") == "250 2.0.0 OK\r\n"


def test_an_endless_line_takes_no_memory_and_is_refused_once() -> None:
    driver = serving()
    for _ in range(1000):
        assert driver.feed(b"x" * 1000) == ""
        assert driver.engine.backlog <= Limits().max_line
    assert driver.feed(b"\r\n") == "500 5.5.2 Command line too long\r\n"


# -- paths --


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("<a@b.com>", Address("a", "b.com")),
        (" <a@b.com>", Address("a", "b.com")),
        ('<"a b"@b.com>', Address("a b", "b.com")),
        ('<"a>b"@b.com>', Address("a>b", "b.com")),
        (r'<"a\">b"@b.com>', Address('a">b', "b.com")),
        ("<a@[192.0.2.1]>", Address("a", "[192.0.2.1]")),
        ("<a@[IPv6:2001:db8::1]>", Address("a", "[IPv6:2001:db8::1]")),
        ("<@x.com,@y.com:a@b.com>", Address("a", "b.com")),
        ("<@[IPv6:::1]:a@b.com>", Address("a", "b.com")),
        ("<a%c@b.com>", Address("a%c", "b.com")),
        ("<>", None),
    ],
)
def test_paths_as_rfc_5321_writes_them(path: str, address: Address | None) -> None:
    assert mail(path).sender == address


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a@b.com",
        "<a@b.com",
        "<a b@c.com>",
        "<a@b.com>x",
        "<@a@b.com>",
        "<a>",
        "<@b.com>",
        "<bob@@x>",
        "<.a@b.com>",
        f"<{'x' * 65}@b.com>",
        f"<x@{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 60}.{'y' * 20}>",
        '<"a@b.com>',
        "<@x.com:>",
        "<a@b.com>>",
        "<<a@b.com>>",
    ],
)
def test_bad_paths_are_5_1_7_for_a_sender_and_5_1_3_for_a_recipient(path: str) -> None:
    driver, said = said_to_mail(path)
    assert said == "501 5.1.7 Invalid address\r\n"
    assert driver.failures[0].cause == "sender-address-syntax"
    assert driver.failures[0].evidence.step is Step.MAIL
    driver, said = said_to_rcpt(path)
    assert said == "501 5.1.3 Invalid address\r\n"
    assert driver.failures[0].cause == "recipient-address-syntax"


def test_a_recipient_without_a_domain_is_5_1_2_and_such_a_sender_5_1_7() -> None:
    assert said_to_mail("<a@>")[1] == "501 5.1.7 Invalid address\r\n"
    driver, said = said_to_rcpt("<a@>")
    assert said == "501 5.1.2 Invalid address, nothing stands after the @\r\n"
    assert driver.failures[0].cause == "recipient-address-syntax"


@pytest.mark.parametrize("path", ["<a@b_c.com>", "<a@b.com.>", "<a@-b.com>", "<a@b c.com>", "<a@[1.2.3]>"])
def test_a_domain_with_illegal_characters_is_5_5_4(path: str) -> None:
    driver, said = said_to_rcpt(path)
    assert said == "501 5.5.4 Invalid domain name\r\n"
    assert driver.failures[0].cause == "domain-name-invalid"


def test_the_null_path_is_no_recipient() -> None:
    assert said_to_rcpt("<>")[1] == "501 5.1.3 Invalid address\r\n"


@pytest.mark.parametrize("command", ["MAIL <a@b.com>", "MAIL", "MAIL TO:<a@b.com>", "MAIL FROM <a@b.com>"])
def test_mail_without_from_is_a_syntax_error(command: str) -> None:
    driver, _ = said_to_mail("<>")
    driver.feed(b"RSET\r\n")
    assert driver.feed(f"{command}\r\n".encode()).startswith("501 5.5.2 Syntax error")


def test_octets_that_are_not_utf_8_are_no_address() -> None:
    driver = serving()
    driver.feed(b"EHLO bar.com\r\n")
    assert driver.feed(b"MAIL FROM:<\xff@b.com> SMTPUTF8\r\n") == "501 5.1.7 Invalid address\r\n"


# -- SMTPUTF8 --


def test_an_address_beyond_ascii_needs_smtputf8() -> None:
    assert mail("<jürgen@bücher.example> SMTPUTF8").sender == Address("jürgen", "bücher.example")
    assert rcpt("<jürgen@bücher.example>", "<> SMTPUTF8").recipient.address == Address("jürgen", "bücher.example")
    for driver, said in (said_to_mail("<jürgen@b.com>"), said_to_rcpt("<a@bücher.example>")):
        assert said.startswith("553 5.6.7 ")
        assert driver.failures[0].cause == "smtputf8-required"


def test_smtputf8_holds_for_its_transaction_only() -> None:
    driver, _ = said_to_mail("<> SMTPUTF8")
    driver.feed(b"RSET\r\nMAIL FROM:<>\r\n")
    assert driver.feed("RCPT TO:<jürgen@b.com>\r\n".encode()).startswith("553 5.6.7 ")


def test_smtputf8_takes_no_value() -> None:
    assert said_to_mail("<> SMTPUTF8=YES")[1] == "501 5.5.4 Invalid parameter value: SMTPUTF8\r\n"


# -- parameters --


def test_all_parameters_of_mail() -> None:
    event = mail("<a@b.com> SIZE=1234 body=8bitmime SmtpUtf8 RET=hdrs ENVID=QQ+2B1 AUTH=<>")
    assert event == ev.Mail(Address("a", "b.com"), "QQ+1", Ret.HDRS, Body.EIGHTBITMIME, True, 1234)


def test_mail_without_parameters() -> None:
    assert mail("<a@b.com>") == ev.Mail(Address("a", "b.com"), "", None, Body.SEVENBIT, False, 0)


def test_all_parameters_of_rcpt() -> None:
    recipient = rcpt("<c@d.com> NOTIFY=SUCCESS,delay ORCPT=rfc822;C+2Bx@D.com").recipient
    assert recipient.notify == Notify.SUCCESS | Notify.DELAY
    assert recipient.original == OriginalRecipient("rfc822", "C+x@D.com")


@pytest.mark.parametrize("value", ["abc", "", "-1", "1.5", "1" * 21, "+5"])
def test_a_bad_size_is_501_5_5_4(value: str) -> None:
    assert said_to_mail(f"<> SIZE={value}")[1] == "501 5.5.4 Invalid parameter value: SIZE\r\n"


@pytest.mark.parametrize(
    "word", ["BODY=BINARYMIME", "BODY", "BODY=", "AUTH=", "AUTH=a+2", "RET", "RET=x", "ENVID"]
)
def test_other_bad_values_are_501_5_5_4(word: str) -> None:
    assert said_to_mail(f"<> {word}")[1].startswith("501 5.5.4 Invalid parameter value: ")


def test_an_unknown_parameter_is_555_5_5_4() -> None:
    assert said_to_mail("<> MT-PRIORITY=1")[1] == "555 5.5.4 Unrecognized parameter: MT-PRIORITY\r\n"
    assert said_to_rcpt("<a@b.com> X-FROB")[1] == "555 5.5.4 Unrecognized parameter: X-FROB\r\n"
    assert said_to_mail("<> \x01\x02=1")[1] == "555 5.5.4 Unrecognized parameter\r\n"


@pytest.mark.parametrize("word", ["RET=FULL", "ENVID=x", "BY=60;N", "SMTPUTF8", "BODY=8BITMIME", "AUTH=<>"])
def test_parameters_of_extensions_not_on_offer_are_555(word: str) -> None:
    bare = Offer("foo.com", dsn=False, smtputf8=False, eightbitmime=False)
    assert said_to_mail(f"<> {word}", bare)[1].startswith("555 5.5.4 ")


def test_without_dsn_notify_and_orcpt_are_555() -> None:
    bare = Offer("foo.com", dsn=False)
    assert said_to_rcpt("<a@b.com> NOTIFY=NEVER", offer=bare)[1] == "555 5.5.4 Unrecognized parameter: NOTIFY\r\n"
    assert said_to_rcpt("<a@b.com> ORCPT=rfc822;x", offer=bare)[1].startswith("555 5.5.4 ")


@pytest.mark.parametrize("words", ["SIZE=1 SIZE=1", "SIZE=1 size=2", "BODY=7BIT BODY=7BIT", "SMTPUTF8 SMTPUTF8"])
def test_a_repeated_parameter_is_501(words: str) -> None:
    assert said_to_mail(f"<> {words}")[1].startswith("501 5.5.4 Parameter given more than once: ")
