"""Parameters of MAIL and RCPT: SIZE, BODY, SMTPUTF8, AUTH, RET, ENVID, BY; NOTIFY, ORCPT.

RFC 1870, 2852, 6152, 6531, 4954 section 5, 3461 section 4, with rules R4, R8 to R10 (spec B9, errata 4, 7 to 9).
Each parameter is one entry of a table: the offer that makes it known, and the function that takes its value.
A parameter given twice is refused whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from saywhy.model.envelope import Body, DeliverBy, Notify, OriginalRecipient, Ret
from saywhy.wire.smtp import refusals, xtext
from saywhy.wire.smtp.offer import Offer
from saywhy.wire.smtp.refusals import CommandError

MAX_SIZE_DIGITS = 20  # RFC 1870 section 4

_BY = re.compile(r"([+-]?[0-9]{1,9});([RN])(T?)", re.ASCII | re.IGNORECASE)  # RFC 2852 section 4


@dataclass(slots=True)
class MailParameters:
    envid: str = ""
    ret: Ret | None = None
    body: Body = Body.SEVENBIT
    smtputf8: bool = False
    size: int = 0
    by: DeliverBy | None = None


@dataclass(slots=True)
class RcptParameters:
    notify: Notify = Notify.ABSENT
    original: OriginalRecipient | None = None


def mail_parameters(words: str, offer: Offer) -> MailParameters:
    given = MailParameters()
    for key, value in _split(words):
        known = _MAIL.get(key)
        if known is None or not known[0](offer):
            raise CommandError(refusals.PARAMETER_UNKNOWN, _name(key))
        try:
            known[1](given, value)
        except ValueError:
            raise CommandError(refusals.PARAMETER_VALUE, key) from None
    if given.by is not None and given.by.returns and given.by.seconds < offer.min_by:
        raise CommandError(refusals.DEADLINE_TOO_SHORT, f"{offer.min_by} s", observed=given.by.seconds)
    return given


def rcpt_parameters(words: str, offer: Offer) -> tuple[Notify, OriginalRecipient | None]:
    given = RcptParameters()
    for key, value in _split(words):
        take = _RCPT.get(key)
        if take is None or not offer.dsn:
            raise CommandError(refusals.PARAMETER_UNKNOWN, _name(key))
        try:
            take(given, value)
        except ValueError:
            raise CommandError(refusals.PARAMETER_VALUE, key) from None
    return given.notify, given.original


def _split(words: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for word in words.split(" "):
        if not word:
            continue
        key, equals, value = word.partition("=")
        key = key.upper()
        if key in found:
            raise CommandError(refusals.PARAMETER_REPEATED, _name(key))
        if equals and not value:
            raise CommandError(refusals.PARAMETER_VALUE, _name(key))
        found[key] = value
    return list(found.items())


def _name(key: str) -> str:
    """A keyword fit to be said back."""
    return key if len(key) <= 40 and key.isascii() and key.replace("-", "").isalnum() else ""


def _size(given: MailParameters, value: str) -> None:
    if not (value.isascii() and value.isdecimal() and len(value) <= MAX_SIZE_DIGITS):
        raise ValueError
    given.size = int(value)


def _body(given: MailParameters, value: str) -> None:
    given.body = Body(value.upper())


def _smtputf8(given: MailParameters, value: str) -> None:
    if value:
        raise ValueError
    given.smtputf8 = True


def _ret(given: MailParameters, value: str) -> None:
    given.ret = Ret(value.upper())


def _envid(given: MailParameters, value: str) -> None:
    if not value:
        raise ValueError
    given.envid = xtext.decode(value)


def _by(given: MailParameters, value: str) -> None:
    """What is to be returned must have some time at least (RFC 2852 section 4.1.2, errata 18)."""
    found = _BY.fullmatch(value)
    if found is None:
        raise ValueError
    by = DeliverBy(int(found[1]), found[2].upper() == "R", bool(found[3]))
    if by.returns and by.seconds <= 0:
        raise ValueError
    given.by = by


def _auth(_given: MailParameters, value: str) -> None:
    """Understood and not believed, as RFC 4954 section 5 permits."""
    if value != "<>" and (not value or not xtext.decode(value)):
        raise ValueError


def _notify(given: RcptParameters, value: str) -> None:
    given.notify = notify(value.upper())


@lru_cache(maxsize=64)
def notify(value: str) -> Notify:
    """A list of keywords in upper case; empty elements count for nothing (RFC 822 section 2.7)."""
    if value == "NEVER":
        return Notify.NEVER
    flags = Notify.ABSENT
    for word in value.split(","):
        if word not in ("SUCCESS", "FAILURE", "DELAY", ""):
            raise ValueError(word)
        if word:
            flags |= Notify[word]
    if not flags:
        raise ValueError(value)
    return flags


def _orcpt(given: RcptParameters, value: str) -> None:
    address_type, semicolon, address = value.partition(";")
    if not (semicolon and address and _is_atom(address_type)):
        raise ValueError(value)
    decode = xtext.decode_address if address_type.lower() == "utf-8" else xtext.decode
    given.original = OriginalRecipient(address_type, decode(address))


def _is_atom(text: str) -> bool:
    return text.isascii() and bool(text) and all(char.isalnum() or char in "!#$%&'*+-/=?^_`{|}~" for char in text)


MailTaker = Callable[[MailParameters, str], None]

_MAIL: dict[str, tuple[Callable[[Offer], bool], MailTaker]] = {
    "SIZE": (lambda _offer: True, _size),
    "BODY": (lambda offer: offer.eightbitmime, _body),
    "SMTPUTF8": (lambda offer: offer.smtputf8, _smtputf8),
    "AUTH": (lambda offer: bool(offer.auth), _auth),
    "RET": (lambda offer: offer.dsn, _ret),
    "ENVID": (lambda offer: offer.dsn, _envid),
    "BY": (lambda offer: offer.deliverby and offer.dsn, _by),
}

_RCPT: dict[str, Callable[[RcptParameters, str], None]] = {"NOTIFY": _notify, "ORCPT": _orcpt}
