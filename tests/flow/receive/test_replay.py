"""What the Replay folder takes (spec F3)."""

from __future__ import annotations

import pytest

from saywhy.flow.receive import replay
from saywhy.flow.receive.filed import BadFile, Filed
from saywhy.model.envelope import Notify, OriginalRecipient, Ret

MESSAGE = "From: else@where.example\nTo: nobody@at.all\n\nAt ten.\n"


def read(x_fields: str, message: str = MESSAGE, *, own: bool = False, size: int = 0) -> Filed:
    data = (x_fields + message).encode()
    return replay.read(data, size or len(data), 10_000, own=own)


def test_the_envelope_with_its_wishes_comes_from_the_x_fields() -> None:
    message = read(
        "X-Sender: <ann@a.example> RET=HDRS ENVID=job+2B7 auth=<>\n"
        "X-Receiver: <bob@b.example> NOTIFY=SUCCESS,FAILURE ORcpt=rfc822;Bob@b.example\n"
        "X-Receiver: <carol@c.example>\n"
    )
    envelope = message.envelope
    assert (str(envelope.sender), envelope.ret, envelope.envid) == ("ann@a.example", Ret.HDRS, "job+7")
    first, second = envelope.recipients
    assert (str(first.address), first.notify) == ("bob@b.example", Notify.SUCCESS | Notify.FAILURE)
    assert first.original == OriginalRecipient("rfc822", "Bob@b.example")
    assert str(second.address) == "carol@c.example"
    assert message.content == MESSAGE.replace("\n", "\r\n").encode()


def test_the_null_sender_is_one() -> None:
    assert read("X-Sender: <>\nX-Receiver: <bob@b.example>\n").envelope.sender is None


def test_x_fields_behind_the_message_s_own_stay_in_it() -> None:
    message = read("X-Sender: <a@a.example>\nX-Receiver: <b@b.example>\n", "Subject: x\nX-Sender: mine\n\n")
    assert message.content == b"Subject: x\r\nX-Sender: mine\r\n\r\n"


def test_after_the_end_mark_everything_is_the_message_s() -> None:
    given = "X-Sender: <a@a.example>\nX-Receiver: <b@b.example>\nX-EndOfInjectedXHeaders: 99\n"
    assert read(given, "X-Source: mine\n\n").content == b"X-Source: mine\r\n\r\n"


def test_an_unreadable_receiver_is_reported_and_the_others_get_the_message() -> None:
    message = read(
        "X-Sender: <a@a.example>\nX-Receiver: <b@@b.example> NOTIFY=FAILURE\nX-Receiver: <c@c.example>\n"
    )
    [failed] = message.refused
    assert str(failed.address) == '"b@"@b.example'
    assert [str(each.address) for each in message.envelope.recipients] == ["c@c.example", '"b@"@b.example']


def test_there_is_no_limit_of_header_and_recipients() -> None:
    receivers = "".join(f"X-Receiver: <b{number}@b.example>\n" for number in range(150))
    message = read("X-Sender: <a@a.example>\n" + receivers)
    assert (len(message.envelope.recipients), message.refused) == (150, ())


def test_of_a_message_that_is_too_large_the_sender_is_told() -> None:
    [failed] = read("X-Sender: <a@a.example>\nX-Receiver: <b@b.example>\n", size=10_001).refused
    assert str(failed.address) == "b@b.example"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("", "X-Sender"),
        ("X-Receiver: <b@b.example>\n", "X-Sender"),
        ("X-Sender: <a@a.example>\nX-Sender: <a@a.example>\nX-Receiver: <b@b.example>\n", "X-Sender"),
        ("X-Sender: a@a.example\nX-Receiver: <b@b.example>\n", "not well formed"),
        ("X-Sender: <a@@a.example>\nX-Receiver: <b@b.example>\n", "not well formed"),
        ("X-Sender: <a@a.example> RET=SOME\nX-Receiver: <b@b.example>\n", "not well formed"),
        ("X-Sender: <a@a.example>\n", "no X-Receiver"),
        ("X-Sender: <>\nX-Receiver: <b@@b.example>\n", "no sender who could be told"),
    ],
)
def test_without_a_usable_envelope_it_is_bad(given: str, why: str) -> None:
    with pytest.raises(BadFile, match=why):
        read(given)


def test_a_file_of_x_fields_alone_is_bad() -> None:
    with pytest.raises(BadFile, match="no header of the message"):
        read("X-Sender: <a@a.example>\nX-Receiver: <b@b.example>\n", "\n")


@pytest.mark.parametrize(("own", "created", "internal"), [
    (True, "saywhy", True), (False, "saywhy", False), (True, "another program", False),
])  # fmt: skip
def test_only_our_own_user_s_file_is_believed_to_be_ours(own: bool, created: str, internal: bool) -> None:
    given = (
        "X-Sender: <a@a.example>\nX-Receiver: <b@b.example>\n"
        f"X-CreatedBy: {created}\nX-HeloDomain: pc7.a.example\nX-SourceIPAddress: 192.0.2.7\n"
    )
    message = read(given, own=own)
    assert message.internal is internal
    assert (message.helo, message.client_ip) == (("pc7.a.example", "192.0.2.7") if internal else ("", ""))
