"""Addresses of other kinds inside mail addresses: `IMCEAEX-_O=CORP_CN=ANNA@corp.example` (spec F4, A2 5.1.1 c).

Mail programs keep the internal address of a recipient who answered once, and use it when the recipient is
long gone.  `_` stands for `/`, `+2E` for the character with that number.  A local part longer than RFC 5321
allows is refused before it comes here.
"""

from __future__ import annotations

from saywhy.model import foreign
from saywhy.model.address import Address
from saywhy.model.foreign import PREFIX

REFUSED = frozenset({"SMTP", "X500", "INVALID"})  # types that may not be encapsulated


def is_encapsulated(address: Address) -> bool:
    return address.local[:5].upper() == PREFIX and "-" in address.local


def kind(address: Address) -> str:
    """`EX`, `FAX` ..., in upper case."""
    return address.local[5:].partition("-")[0].upper()


def candidates(address: Address) -> list[str]:
    """The addresses as recipients have them: `EX:/o=...`, and for EX the X500 ones, which keep older names."""
    type_ = kind(address)
    if type_ in REFUSED:
        return []
    text = _decoded(address.local[5:].partition("-")[2])
    return [f"EX:{text}", f"X500:{text}"] if type_ == "EX" else [f"{type_}:{text}"]


def other_kind(address: Address) -> str:
    """The address of another kind that is meant, `FAX:+44190520000`; empty where none is, or a mailbox of ours."""
    if not is_encapsulated(address) or kind(address) in REFUSED | {"EX"}:
        return ""
    found = f"{kind(address)}:{_decoded(address.local[5:].partition('-')[2])}"
    return found if foreign.is_address(found) and "*" not in found else ""


def _decoded(text: str) -> str:
    first, *rest = text.replace("_", "/").split("+")
    return first + "".join(_part(each) for each in rest)


def _part(text: str) -> str:
    try:
        return chr(int(text[:2], 16)) + text[2:]
    except ValueError:
        return "+" + text
