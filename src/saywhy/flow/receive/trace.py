"""The trace header (RFC 5321 section 4.4) and what submission adds (RFC 6409 section 8)."""

from __future__ import annotations

from saywhy.model.envelope import Envelope, Origin
from saywhy.model.queued import Headline, QueueId
from saywhy.wire.date import rfc5322


def protocol(*, extended: bool, encrypted: bool, authenticated: bool, smtputf8: bool) -> str:
    """The WITH word: ESMTPSA and its kin (RFC 3848, RFC 6531 section 3.7.3)."""
    if not extended:
        return "SMTP"
    word = "UTF8SMTP" if smtputf8 else "ESMTP"
    return word + ("S" if encrypted else "") + ("A" if authenticated else "")


def received(fqdn: str, id_: QueueId, origin: Origin, envelope: Envelope, arrived: float) -> str:
    """One Received field, folded, CRLF at its end.  FOR stands only where it reveals no other recipient."""
    helo = origin.helo or "unknown"
    address = f"IPv6:{origin.client_ip}" if ":" in origin.client_ip else origin.client_ip
    tls = f"\r\n ({origin.tls})" if origin.tls else ""
    only = envelope.recipients[0].address if len(envelope.recipients) == 1 else None
    for_ = f"\r\n for <{only}>" if only is not None else ""
    return (
        f"Received: from {helo} ([{address}])\r\n by {fqdn} with {origin.protocol} id {id_}"
        f"{tls}{for_};\r\n {rfc5322(arrived)}\r\n"
    )


def submission_fields(headline: Headline, id_: QueueId, domain: str, arrived: float) -> str:
    """Message-ID and Date for a signed-in client that gave none."""
    fields = ""
    if not headline.message_id:
        fields += f"Message-ID: <{id_}.{int(arrived)}@{domain}>\r\n"
    if not headline.date:
        fields += f"Date: {rfc5322(arrived)}\r\n"
    return fields
