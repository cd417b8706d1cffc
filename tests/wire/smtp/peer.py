"""A server for the client engine to talk to, by hand: feed replies, see what it says."""

from __future__ import annotations

from saywhy.wire.smtp.client import ClientEngine, ClientEvent, ClientOptions, Ready

OPTIONS = ClientOptions("bar.com")


def ehlo(keywords: list[str]) -> bytes:
    lines = ["foo.com greets you", *keywords]
    return "".join(f"250{' ' if n == len(lines) - 1 else '-'}{line}\r\n" for n, line in enumerate(lines)).encode()


def feed(client: ClientEngine, *replies: str | bytes) -> ClientEvent | None:
    for reply in replies:
        client.receive(reply if isinstance(reply, bytes) else reply.encode() + b"\r\n")
    return client.next_event()


def ready(keywords: list[str], options: ClientOptions = OPTIONS) -> ClientEngine:
    """A client that has been greeted and may send."""
    client = ClientEngine(options)
    assert feed(client, "220 foo.com ESMTP") is None
    assert client.output() == b"EHLO bar.com\r\n"
    assert feed(client, ehlo(keywords)) == Ready()
    return client
