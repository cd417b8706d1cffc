"""Client and server engine back to back: whatever is sent arrives, whatever is offered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from saywhy.model.address import Address
from saywhy.model.envelope import Body, Notify, OriginalRecipient, Recipient, Ret
from saywhy.model.failure import Failure
from saywhy.wire.smtp import events as ev
from saywhy.wire.smtp.client import (
    ClientEngine,
    ClientEvent,
    ClientOptions,
    Finished,
    Ready,
    Transaction,
    WantTls,
)
from saywhy.wire.smtp.server import Limits, Offer, ServerEngine
from tests.wire.smtp.dialogue import Driver, failure

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
LOCAL = st.text(st.sampled_from("abcXYZ019.+-_\"\\ ,<>@:;'=äß漢"), min_size=1, max_size=20)
DOMAIN = st.sampled_from(["a.test", "B.Test", "bücher.example", "[192.0.2.1]", "[IPv6:2001:db8::1]"])
ADDRESS = st.builds(Address, LOCAL, DOMAIN)
NOTIFY = st.sampled_from([Notify.ABSENT, Notify.NEVER, Notify.SUCCESS, Notify.FAILURE | Notify.DELAY])
ORIGINAL = st.none() | st.builds(OriginalRecipient, st.sampled_from(["rfc822", "X400"]), PRINTABLE.filter(bool))
ORIGINAL_8 = st.builds(OriginalRecipient, st.sampled_from(["utf-8", "UTF-8"]), st.sampled_from(["ä+=\\ ü@x", "a"]))
RECIPIENT = st.builds(Recipient, ADDRESS, NOTIFY, ORIGINAL | ORIGINAL_8)
LINE = st.one_of(st.binary(max_size=60), st.sampled_from([b".", b"..", b"", b".x", b"QUIT", b"X" * 998])).map(
    lambda line: line.replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")
)
CONTENT = st.lists(LINE, max_size=20).map(lambda lines: b"".join(line + b"\r\n" for line in lines))
TRANSACTION = st.builds(
    Transaction,
    st.none() | ADDRESS,
    st.lists(RECIPIENT, min_size=1, max_size=5).map(tuple),
    CONTENT,
    PRINTABLE,
    st.sampled_from([None, *Ret]),
)
OFFER = st.builds(
    Offer, st.just("mx.test"), pipelining=st.booleans(), chunking=st.booleans(), starttls=st.booleans()
)


class Pair:
    """A client and a server with nothing but their octets between them."""

    def __init__(self, offer: Offer, options: ClientOptions | None = None, limits: Limits | None = None) -> None:
        self.client = ClientEngine(options or ClientOptions("bar.com"))
        self.server = Driver(ServerEngine(offer, limits or Limits()))
        self.server.engine.greet()

    def run(self) -> ClientEvent:
        """Until the client has something to tell."""
        while True:
            event = self.client.next_event()
            if isinstance(event, WantTls):
                self._shake_hands()
                continue
            if event is not None:
                return event
            self._exchange()

    def _exchange(self) -> None:
        self.server.engine.receive(self.client.output())
        self.server.pump()
        said = self.server.engine.output()
        assert said, "both sides wait"
        self.client.receive(said)

    def _shake_hands(self) -> None:
        self.server.engine.tls_done("TLSv1.3")
        self.client.tls_done("TLSv1.3")


@given(OFFER, st.lists(TRANSACTION, min_size=1, max_size=3))
def test_any_transaction_arrives_identical(offer: Offer, transactions: list[Transaction]) -> None:
    pair = Pair(offer)
    assert pair.run() == Ready()
    for transaction in transactions:
        pair.server.events.clear()
        pair.client.send(transaction)
        event = pair.run()
        assert isinstance(event, Finished)
        assert event.result.data is not None
        assert event.result.data.code == 250, pair.client.transcript
        assert event.result.dsn
        mail, *rest, content = (e for e in pair.server.events if isinstance(e, ev.Mail | ev.Rcpt | ev.Content))
        assert isinstance(mail, ev.Mail)
        assert (mail.sender, mail.envid, mail.ret) == (transaction.sender, transaction.envid, transaction.ret)
        assert (mail.body is Body.EIGHTBITMIME) == (not transaction.content.isascii())
        assert mail.size == len(transaction.content)
        assert [e.recipient for e in rest if isinstance(e, ev.Rcpt)] == list(transaction.recipients)
        assert content == ev.Content(transaction.content)


@given(OFFER, st.lists(st.booleans(), min_size=1, max_size=6))
def test_each_recipient_gets_its_own_reply(offer: Offer, accepted: list[bool]) -> None:
    pair = Pair(offer)
    pair.run()

    def no(event: ev.ServerEvent) -> Failure | None:
        unknown = isinstance(event, ev.Rcpt) and event.recipient.address.local.startswith("x")
        return failure() if unknown else None

    pair.server.no = no
    addresses = [Address(f"{'a' if good else 'x'}{n}", "a.test") for n, good in enumerate(accepted)]
    for _ in range(2):
        pair.client.send(Transaction(None, tuple(map(Recipient, addresses)), b"hello\r\n"))
        event = pair.run()
        assert isinstance(event, Finished)
        assert [reply is not None and reply.positive for reply in event.result.recipients] == accepted
        assert (event.result.data is not None) == any(accepted)
    assert len(pair.server.contents) == 2 * any(accepted)


def test_a_session_with_tls_and_sign_in() -> None:
    options = ClientOptions("bar.com", tls="must", user="tim", password="pässword")
    pair = Pair(Offer("mx.test", starttls=True), options)
    original = pair._shake_hands

    def shake_hands() -> None:
        pair.server.engine.offer = Offer("mx.test", auth=("PLAIN",))
        original()

    pair._shake_hands = shake_hands  # type: ignore[method-assign]
    assert pair.run() == Ready()
    assert pair.server.events[-1] == ev.Auth("PLAIN", "tim", "pässword", "")
    pair.client.quit()
    pair._exchange()
    assert pair.client.next_event() is None
    assert pair.client.closed
    assert pair.server.engine.closing


@given(st.booleans(), st.integers(1, 300))
def test_a_message_too_large_is_refused_and_the_session_goes_on(chunking: bool, over: int) -> None:
    pair = Pair(Offer("mx.test", chunking=chunking), limits=Limits(max_message_size=1000))
    pair.run()
    for content, code in ((b"x" * 98 + b"\r\n") * 10 + b"y" * over, 552), (b"fine\r\n", 250):
        pair.client.send(Transaction(None, (Recipient(Address("a", "a.test")),), content))
        event = pair.run()
        assert isinstance(event, Finished)
        reply = event.result.data or event.result.mail
        assert reply is not None
        assert reply.code == code
