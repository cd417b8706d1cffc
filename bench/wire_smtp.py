"""CPU cost of the SMTP engines alone, without sockets: microseconds a session, best of several runs.

Run: python bench/wire_smtp.py
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from saywhy.model.address import Address
from saywhy.model.envelope import Recipient
from saywhy.model.evidence import Evidence, Stage, Step
from saywhy.model.failure import Failure
from saywhy.model.status import Status
from saywhy.wire.smtp import events
from saywhy.wire.smtp.client import ClientEngine, ClientOptions, Finished, Transaction
from saywhy.wire.smtp.server import Limits, Offer, ServerEngine

LINE = b"The quick brown fox jumps over the lazy dog, and then it does so once more.\r\n"
OFFER = Offer("mx.bench.test", size=36 * 1024 * 1024)
LIMITS = Limits()


def message(size: int) -> bytes:
    head = b"From: a@b.test\r\nTo: c@d.test\r\nSubject: bench\r\nMessage-ID: <1@b.test>\r\n\r\n"
    return head + LINE * ((size - len(head)) // len(LINE))


def best(work: Callable[[], None], number: int, rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        gc.collect()
        start = time.process_time()
        for _ in range(number):
            work()
        times.append((time.process_time() - start) / number)
    return min(times) * 1e6


def accepting(reads: list[bytes]) -> None:
    """A driver that says yes to all, as short as a driver can be."""
    engine = ServerEngine(OFFER, LIMITS)
    engine.greet()
    engine.output()
    for octets in reads:
        engine.receive(octets)
        while (event := engine.next_event()) is not None:
            if type(event) is events.Content:
                engine.accept("Queued as 1-8f31")
            elif type(event) is not events.Quit:
                engine.accept()
        engine.output()


def lockstep(content: bytes, n: int = 0) -> list[bytes]:
    return [
        b"EHLO client.bench.test\r\n",
        b"MAIL FROM:<sender%d@b.test> SIZE=4096\r\n" % n,
        b"RCPT TO:<user%d@d.test>\r\n" % n,
        b"DATA\r\n",
        content + b".\r\n",
        b"QUIT\r\n",
    ]


def session(size: int) -> float:
    sessions = iter([lockstep(message(size), n) for n in range(200)] * 100)
    return best(lambda: accepting(next(sessions)), 500 if size < 10000 else 200)


def pipelined(size: int) -> float:
    ehlo, mail, rcpt, data, content, quit_ = lockstep(message(size))
    return best(lambda: accepting([ehlo, mail + rcpt + data, content + quit_]), 500)


def refused_rcpt() -> float:
    engine = ServerEngine(OFFER, LIMITS)
    engine.greet()
    engine.receive(b"EHLO a.test\r\nMAIL FROM:<a@b.test>\r\n")
    for _ in range(2):
        engine.next_event()
        engine.accept()
    engine.output()
    numbers = iter(range(10_000_000))

    def work() -> None:
        engine.receive(b"RCPT TO:<nobody%d@d.test>\r\n" % next(numbers))
        engine.next_event()
        failure = Failure(
            Status(5, 1, 1), 550, "recipient-unknown", "User unknown", Evidence(Stage.RECEIVE, Step.RCPT), True
        )
        engine.refuse(failure)
        engine.output()

    return best(work, 5000)


def relayed(size: int) -> float:
    """Client and server back to back, one transaction on a standing session."""
    client = ClientEngine(ClientOptions("client.bench.test", chunking=False))
    server = ServerEngine(OFFER, LIMITS)
    server.greet()
    content = message(size)
    recipient = Recipient(Address("c", "d.test"))

    def pump() -> None:
        while True:
            client.receive(server.output())
            event = client.next_event()
            if event is not None:
                return
            server.receive(client.output())
            while (asked := server.next_event()) is not None:
                if not isinstance(asked, events.Quit):
                    server.accept()

    pump()

    def work() -> None:
        client.send(Transaction(Address("a", "b.test"), (recipient,), content))
        pump()

    return best(work, 500)


def client_alone(size: int) -> float:
    client = ClientEngine(ClientOptions("client.bench.test", chunking=False))
    client.receive(b"220 x\r\n")
    client.next_event()
    client.receive(b"250-x\r\n250-PIPELINING\r\n250-SIZE 0\r\n250 DSN\r\n")
    client.next_event()
    content = message(size)
    recipient = Recipient(Address("c", "d.test"))
    transaction = Transaction(Address("a", "b.test"), (recipient,), content)

    def work() -> None:
        client.send(transaction)
        client.output()
        client.receive(b"250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n")
        client.next_event()
        client.output()
        client.receive(b"250 2.0.0 Ok: queued as 4B1\r\n")
        assert type(client.next_event()) is Finished

    return best(work, 1000)


def main() -> None:
    print(f"server, whole session, lockstep,  4 KiB: {session(4096):7.1f} us")
    print(f"server, whole session, pipelined, 4 KiB: {pipelined(4096):7.1f} us")
    print(f"server, whole session, lockstep, 64 KiB: {session(65536):7.1f} us")
    print(f"server, one refused RCPT:                {refused_rcpt():7.1f} us")
    print(f"client, one transaction, 4 KiB:          {client_alone(4096):7.1f} us")
    print(f"client and server, one transaction:      {relayed(4096):7.1f} us")


if __name__ == "__main__":
    main()
