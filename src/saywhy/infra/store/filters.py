"""What both stores mean by an address that an administrator typed, and by a message event."""

from __future__ import annotations

from saywhy.model.address import Address, AddressError
from saywhy.model.event import Event


def address_key(address: Address | str | None) -> str:
    """An address's key; `<>` for the null reverse-path; what is no address only equals itself, in lower case."""
    if address is None:
        return "<>"
    if isinstance(address, Address):
        return address.key
    text = address.strip()
    if text.startswith("<") and text.endswith(">") and text != "<>":
        text = text[1:-1]
    try:
        return Address.parse(text).key
    except AddressError:
        return text.lower()


def tracked(event: Event) -> bool:
    """Message kinds become tracking rows; the rest goes to the log only."""
    return 100 <= event.kind < 200
