"""Amazon SES notifications (JSON, as SNS mails them) and the events of its configuration sets."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from saywhy.why.read import fields
from saywhy.why.read.addresses import bare
from saywhy.why.read.dialect import Dialect
from saywhy.why.read.entry import Entry, Found
from saywhy.why.read.mail import Mail
from saywhy.why.read.values import From

MAX_JSON = 256 * 1024
MAX_DEPTH = 100  # brackets


def _read(mail: Mail) -> Found | None:
    data = mail.octets.data
    if b"otificationType" not in data and b"ventType" not in data and b"base64" not in data:
        return None
    body = mail.body.lstrip()
    if not body.startswith("{") or ("notificationType" not in body and "eventType" not in body):
        return None
    told = _object(body)
    kind = str(told.get("notificationType") or told.get("eventType") or "").lower()
    found = Found("Amazon SES", "Amazon SES")
    if kind == "bounce":
        _bounce(_dict(told.get("bounce")), found)
    elif kind == "delivery":
        _delivery(_dict(told.get("delivery")), found)
    elif kind == "deliverydelay":
        _delay(_dict(told.get("deliveryDelay")), found)
    sent = _dict(told.get("mail"))
    found.envelope_id = _text(sent.get("messageId"))
    return found if found.entries else None


def _object(body: str) -> dict[str, Any]:
    """The JSON object that opens the body; SNS puts a text behind it.  Empty if it is none, or too deep."""
    body = body[:MAX_JSON]
    end = body.rfind("}\n\n--")
    body = body[: end + 1] if end >= 0 else body
    if body.count("[") + body.count("{") > 10_000:
        return {}
    for text in (body, body.replace("\n", "")):
        try:
            return _dict(json.JSONDecoder().raw_decode(text)[0])
        except (ValueError, RecursionError):
            continue
    return {}


def _bounce(told: dict[str, Any], found: Found) -> None:
    found.reporting_mta = _text(told.get("reportingMTA")).partition(";")[2].strip()
    transient = _text(told.get("bounceType")).lower() == "transient"
    for each in _list(told.get("bouncedRecipients")):
        entry = _entry(each, "failed")
        if transient and not entry.diagnostic:
            entry.diagnostic = f"{_text(told.get('bounceType'))} {_text(told.get('bounceSubType'))}"
        entry.last_attempt = _moment(told.get("timestamp"))
        found.entries.append(entry)


def _delay(told: dict[str, Any], found: Found) -> None:
    for each in _list(told.get("delayedRecipients")):
        entry = _entry(each, "delayed")
        entry.retry_until = _moment(told.get("expirationTime"))
        found.entries.append(entry)


def _delivery(told: dict[str, Any], found: Found) -> None:
    found.reporting_mta = _text(told.get("reportingMTA"))
    for address in _list(told.get("recipients")):
        entry = Entry(bare(_text(address)), action="delivered", diagnostic=_text(told.get("smtpResponse")))
        entry.note("recipient", From.FIELD, "recipients")
        entry.note("action", From.FIELD, "notificationType")
        entry.last_attempt = _moment(told.get("timestamp"))
        found.entries.append(entry)


def _entry(told: Any, action: str) -> Entry:
    told = _dict(told)
    kind, semicolon, words = _text(told.get("diagnosticCode")).partition(";")
    entry = Entry(bare(_text(told.get("emailAddress"))), action=_text(told.get("action")).lower() or action)
    if entry.action not in ("failed", "delayed", "delivered", "relayed", "expanded"):
        entry.action = action
    entry.status = _text(told.get("status"))
    entry.diagnostic = (words if semicolon else kind).strip()
    entry.diagnostic_type = kind.strip().lower() if semicolon else ""
    entry.lines = (entry.diagnostic,) if entry.diagnostic else ()
    for name, key in (
        ("recipient", "emailAddress"),
        ("action", "action"),
        ("status", "status"),
        ("diagnostic", "diagnosticCode"),
    ):
        if getattr(entry, name):
            entry.note(name, From.FIELD, key)
    fields.supplement(entry)
    return entry


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value[: fields.MAX_RECIPIENTS] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[: fields.MAX_DIAGNOSTIC] if isinstance(value, str) else ""


def _moment(value: Any) -> float:
    try:
        return max(datetime.fromisoformat(_text(value).replace("Z", "+00:00")).timestamp(), 0.0)
    except (ValueError, OverflowError, OSError):
        return 0.0


DIALECT = Dialect("Amazon SES", _read)
