"""Local delivery into Debian's Dovecot by LMTP: over TCP and over its Unix socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from saywhy.flow.deliver.lmtp import LmtpMailboxes
from saywhy.infra.net.connect import Timeouts
from saywhy.model.outcome import Delivered
from tests.flow.deliver.builders import MAILBOX, FixedClock, transmission
from tests.interop.dovecot import Dovecot

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot(lmtp=True) as dovecot:
        yield dovecot


def received(server: Dovecot, user: str) -> list[bytes]:
    server.user = f"{user}@here.example"
    return [path.read_bytes() for path in server.files()]


@pytest.mark.parametrize("way", ["tcp", "unix"])
async def test_each_recipient_gets_its_copy_and_is_answered_for(server: Dovecot, way: str) -> None:
    address = f"unix:{server.socket}" if way == "unix" else f"127.0.0.1:{server.lmtp_port}"
    al, jo = f"al-{way}", f"jo-{way}"
    store = LmtpMailboxes(address, "mail.us.test", FixedClock(), timeouts=Timeouts())
    sent = transmission(f"{al}@here.example", f"{jo}@here.example", hop=MAILBOX, mailboxes=(al, jo))
    assert await store(sent) == [Delivered(al), Delivered(jo)]
    assert await store(sent) == [Delivered(al), Delivered(jo)]  # the session is used again
    assert await store.check(sent.pending[0]) is None
    await store.stop()
    for user in (al, jo):
        texts = received(server, user)
        assert len(texts) == 2
        assert all(text.startswith(b"Return-Path: <ann@us.test>") for text in texts)
