"""Arguments of EHLO, MAIL, RCPT and BDAT (RFC 5321 section 4.1.2, RFC 1870, 6152, 6531, 3461, 4954).

Octets in, values out; CommandError carries the refusal.  Source routes are recognised and stripped (RFC 5321
appendix C).  White space after `FROM:` is let pass; anything else outside the grammar is not.
"""

from __future__ import annotations

import re

from saywhy.model.address import Address, AddressError, check_domain
from saywhy.model.envelope import Recipient
from saywhy.wire.smtp import refusals
from saywhy.wire.smtp.events import Mail, Rcpt
from saywhy.wire.smtp.offer import Offer
from saywhy.wire.smtp.parameters import mail_parameters, rcpt_parameters
from saywhy.wire.smtp.refusals import CommandError, Refusal

_HOST = re.compile(r"[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)*+")
_LITERAL = re.compile(r"\[[!-Z^-~]+\]")
_QUOTED_PATH = re.compile(r'<(?:[^">]|"(?:[^"\\]|\\.)*+")*+>')
_AT_DOMAIN = r"@(?:\[[^\[\]\s]*+\]|[^,:@\[\]\s]++)"
_ROUTE = re.compile(rf"{_AT_DOMAIN}(?:,{_AT_DOMAIN})*+:")

POSTMASTER = Address("Postmaster", "")


def hello_name(argument: bytes, offer: Offer, *, required: bool) -> str:
    """The argument of EHLO or HELO.  What follows an address literal is dropped (RFC 5321 section 4.1.1.1)."""
    try:
        name = argument.decode("utf-8")
    except UnicodeDecodeError:
        raise CommandError(refusals.HELLO_DOMAIN) from None
    if _HOST.fullmatch(name) and len(name) <= 255:
        return name
    if not name:
        if required:
            raise CommandError(refusals.NO_HELLO_DOMAIN)
        return ""
    literal = _LITERAL.match(name)
    if literal and literal.end() <= 255 and (literal.end() == len(name) or name[literal.end()] == " "):
        return literal[0]
    if not name.isascii() and offer.smtputf8:
        return _unicode_host(name)
    raise CommandError(refusals.HELLO_DOMAIN)


def _unicode_host(name: str) -> str:
    try:
        check_domain(name)
    except AddressError:
        raise CommandError(refusals.HELLO_DOMAIN) from None
    return name


def mail(argument: bytes, offer: Offer) -> Mail:
    """`FROM:<a@b> SIZE=1 ...` -> Mail."""
    path, words = _split(argument, "FROM", refusals.SENDER)
    given = mail_parameters(words, offer)
    sender = _address(path, refusals.SENDER, smtputf8=given.smtputf8) if path else None
    return Mail(sender, given.envid, given.ret, given.body, given.smtputf8, given.size, given.by)


def rcpt(argument: bytes, offer: Offer, *, smtputf8: bool) -> Rcpt:
    """`TO:<c@d> NOTIFY=NEVER ...` -> Rcpt."""
    path, words = _split(argument, "TO", refusals.RECIPIENT)
    if not words:
        return Rcpt(Recipient(_recipient_address(path, smtputf8)))
    notify, original = rcpt_parameters(words, offer)
    return Rcpt(Recipient(_recipient_address(path, smtputf8), notify, original))


def _recipient_address(path: str, smtputf8: bool) -> Address:
    if path.lower() == "postmaster":
        return POSTMASTER
    return _address(path, refusals.RECIPIENT, smtputf8=smtputf8)


def _split(argument: bytes, keyword: str, refusal: Refusal) -> tuple[str, str]:
    """The path without its brackets, and the parameters."""
    try:
        text = argument.decode("utf-8")
    except UnicodeDecodeError:
        raise CommandError(refusal) from None
    head, colon, rest = text.partition(":")
    if not colon or head.upper() != keyword:
        raise CommandError(refusals.SYNTAX, f"expected {keyword}:<address>")
    rest = rest.lstrip(" ")
    end = _end_of_path(rest)
    if end < 0 or rest[end + 1 : end + 2] not in ("", " "):
        raise CommandError(refusal)
    return rest[1:end], rest[end + 2 :]


def _end_of_path(text: str) -> int:
    if not text.startswith("<"):
        return -1
    if '"' not in text:
        return text.find(">")
    found = _QUOTED_PATH.match(text)
    return found.end() - 1 if found else -1


def _address(path: str, refusal: Refusal, *, smtputf8: bool) -> Address:
    if path.startswith("@"):
        route = _ROUTE.match(path)
        path = path[route.end() :] if route else path
    if not smtputf8 and not path.isascii():
        raise CommandError(refusals.NEEDS_SMTPUTF8)
    try:
        return Address.parse(path)
    except AddressError as error:
        raise CommandError(_fault(path, error, refusal)) from None


def _fault(path: str, error: AddressError, refusal: Refusal) -> Refusal:
    """5.5.4 when there is one domain and it is spelt with illegal characters (spec A2), else 5.1.3 or 5.1.7.

    A recipient without one, `bob@`, is spec 5.1.2 b.
    """
    domain = path.rpartition("@")[2]
    if refusal is refusals.RECIPIENT and path.count("@") == 1 and path.endswith("@"):
        return refusals.NO_DOMAIN
    if error.part == "domain" and domain and path.count("@") == 1:
        return refusals.ADDRESS_DOMAIN
    return refusal


def chunk(argument: bytes) -> tuple[int, bool]:
    """`86 LAST` -> (86, True) (RFC 3030 section 2)."""
    size, _, last = argument.partition(b" ")
    if not size.isdigit() or len(size) > 20 or last.upper() not in (b"", b"LAST"):
        raise CommandError(refusals.ARGUMENT, "expected BDAT size [LAST]")
    return int(size), bool(last)
