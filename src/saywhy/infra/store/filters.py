"""How the stores compare addresses that an administrator typed with those of the queue."""

from __future__ import annotations

from saywhy.model.address import Address, AddressError


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
