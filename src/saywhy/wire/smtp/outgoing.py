"""What a client says for one transaction: MAIL and RCPT with the parameters that the server knows, the content.

Pure functions of the message and of the extensions offered.  DSN parameters go on as they came, and only to a
server that offers DSN (R7, RFC 3461 section 5.2.1 and 5.2.2); nothing is added.  A deadline goes on
with the seconds that are left; one whose passing returns the message only to a server that promises it (RFC 2852
section 4.1.4).  Whether 8-bit content is for a server without 8BITMIME is the caller's affair
(wire/convert/sevenbit).
"""

from __future__ import annotations

from collections.abc import Mapping

from saywhy.model.address import Address
from saywhy.model.envelope import DeliverBy, Notify, OriginalRecipient, Recipient
from saywhy.wire.smtp import xtext
from saywhy.wire.smtp.events import Transaction

Extensions = Mapping[str, str]

MAX_BY_DIGITS = 9  # RFC 2852 section 4
MAX_BY = 10**MAX_BY_DIGITS - 1

_NOTIFY_WORDS = (Notify.NEVER, Notify.SUCCESS, Notify.FAILURE, Notify.DELAY)


def unsupported(transaction: Transaction, extensions: Extensions) -> str:
    """The extension that this message needs and the server lacks: "SMTPUTF8", "SIZE", "DELIVERBY", or ""."""
    if "SMTPUTF8" not in extensions and needs_smtputf8(transaction):
        return "SMTPUTF8"
    limit = extensions.get("SIZE", "").strip()
    if limit.isascii() and limit.isdecimal() and 0 < int(limit[:20]) < len(transaction.content):
        return "SIZE"  # 0 is no limit, no number is unknown: RFC 1870 section 3
    if transaction.by is not None and transaction.by.returns and not keeps(transaction.by, extensions):
        return "DELIVERBY"
    return ""


def keeps(by: DeliverBy, extensions: Extensions) -> bool:
    """Whether the server promises that deadline."""
    least = least_deadline(extensions)
    return by.seconds > 0 and least is not None and by.seconds >= least


def least_deadline(extensions: Extensions) -> int | None:
    """In seconds (min-by-time); 0 where any will do, None without DELIVERBY."""
    if "DELIVERBY" not in extensions:
        return None
    least = extensions["DELIVERBY"].strip()
    return int(least) if least.isascii() and least.isdecimal() and len(least) <= MAX_BY_DIGITS else 0


def needs_smtputf8(transaction: Transaction) -> bool:
    """A local part or a header field beyond ASCII; a domain alone has its A-labels (RFC 6531 section 3.2)."""
    sender = transaction.sender
    if sender is not None and not sender.local.isascii():
        return True
    if any(not recipient.address.local.isascii() for recipient in transaction.recipients):
        return True
    content = transaction.content
    if not transaction.smtputf8 or content.isascii():
        return False
    end = content.find(b"\r\n\r\n")
    return not (content[:end] if end >= 0 else content).isascii()


def mail_command(transaction: Transaction, extensions: Extensions) -> bytes:
    smtputf8 = "SMTPUTF8" in extensions
    words = [f"MAIL FROM:<{_path(transaction.sender, smtputf8)}>"]
    if "SIZE" in extensions:
        words.append(f"SIZE={len(transaction.content)}")
    if "8BITMIME" in extensions and not transaction.content.isascii():
        words.append("BODY=8BITMIME")
    if smtputf8 and _says_smtputf8(transaction):
        words.append("SMTPUTF8")
    if "DSN" in extensions:
        if transaction.ret is not None:
            words.append(f"RET={transaction.ret.value}")
        if transaction.envid:
            words.append(f"ENVID={xtext.encode(transaction.envid)}")
    if transaction.by is not None and "DELIVERBY" in extensions:
        words.append(f"BY={_deadline(transaction.by)}")
    return command(" ".join(words))


def _deadline(by: DeliverBy) -> str:
    seconds = max(-MAX_BY, min(by.seconds, MAX_BY))
    return f"{seconds};{'R' if by.returns else 'N'}{'T' if by.trace else ''}"


def rcpt_command(recipient: Recipient, transaction: Transaction, extensions: Extensions) -> bytes:
    smtputf8 = "SMTPUTF8" in extensions
    words = [f"RCPT TO:<{_path(recipient.address, smtputf8)}>"]
    if "DSN" in extensions:
        if recipient.notify:
            given = [word.name or "" for word in _NOTIFY_WORDS if word in recipient.notify]
            words.append(f"NOTIFY={','.join(given)}")
        if recipient.original is not None:
            native = smtputf8 and _says_smtputf8(transaction)
            words.append(f"ORCPT={original_recipient(recipient.original, native=native)}")
    return command(" ".join(words))


def _says_smtputf8(transaction: Transaction) -> bool:
    if transaction.smtputf8:
        return True
    addresses = [recipient.address for recipient in transaction.recipients]
    if transaction.sender is not None:
        addresses.append(transaction.sender)
    return not all(address.is_ascii for address in addresses)


def _path(address: Address | None, smtputf8: bool) -> str:
    if address is None:
        return ""
    if smtputf8 or address.is_ascii:
        return str(address)
    return str(Address(address.local, address.domain_key))


def original_recipient(original: OriginalRecipient, *, native: bool) -> str:
    """The value of ORCPT; type utf-8 has an encoding of its own (RFC 6533 section 3)."""
    if original.address_type.lower() == "utf-8":
        return f"{original.address_type};{xtext.encode_address(original.address, native=native)}"
    return f"{original.address_type};{xtext.encode(original.address)}"


def command(line: str) -> bytes:
    """One command line; ValueError if a line break got into it, which no parsed value can have."""
    if "\r" in line or "\n" in line:
        raise ValueError("a command line cannot hold a line break")
    return line.encode("utf-8") + b"\r\n"


def dotted(content: bytes) -> bytes:
    """Content for DATA: dots stuffed, the last line ended, and the end of data (RFC 5321 section 4.5.2)."""
    if b"\r\n." in content:
        content = content.replace(b"\r\n.", b"\r\n..")
    start = b"." if content.startswith(b".") else b""
    end = b".\r\n" if not content or content.endswith(b"\r\n") else b"\r\n.\r\n"
    return b"".join((start, content, end))


def chunked(content: bytes) -> bytes:
    """Content as one last BDAT (RFC 3030), its last line ended."""
    end = b"" if not content or content.endswith(b"\r\n") else b"\r\n"
    return b"".join((b"BDAT %d LAST\r\n" % (len(content) + len(end)), content, end))
