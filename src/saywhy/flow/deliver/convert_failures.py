"""What wire/convert could not do, as Failures (spec A2 4.6.5, 5.6.0, 5.6.1; RFC 3463 X.6.5)."""

from __future__ import annotations

from saywhy.model.evidence import Evidence, Stage
from saywhy.model.failure import Failure
from saywhy.model.organisation import TransportConfig
from saywhy.model.queued import HopKind, Message, NextHop
from saywhy.model.status import Status
from saywhy.wire.convert.errors import (
    CannotConvert,
    Damaged,
    NoCodec,
    NoText,
    Packed,
    Prohibited,
    TooMuch,
    WrongMedia,
)
from saywhy.wire.smtp.reply import plain

MAX_NAME = 200  # characters


def failure(error: CannotConvert, hop: NextHop, message: Message, config: TransportConfig, at: float) -> Failure:
    """A codec may be added, so a message waits for it up to `conversion_timeout`; nothing else gets better."""
    match error:
        case NoCodec():
            return _no_codec(error, hop, message, config, at)
        case Packed():
            return _failed(
                "5.6.0", "tnef-damaged", "CONVERT.Tnef", "corrupt winmail.dat", _seen(hop, str(error)), at
            )
        case Damaged():
            tag = "STOREDRV.Deliver.Content" if hop.kind is HopKind.MAILBOX else "CONVERT.Content"
            return _failed("5.6.0", "content-corrupt", tag, "corrupt message content", _seen(hop, str(error)), at)
        case NoText() | WrongMedia():
            media, tag = plain(error.media)[:MAX_NAME], "CONVERT.MediaNotSupported"
            return _failed("5.6.1", "media-not-supported", tag, media, _seen(hop, media), at)
        case Prohibited():
            status, tag = ("5.6.4", "CONVERT.LossProhibited") if error.lost else ("5.6.2", "CONVERT.Prohibited")
            seen = _seen(hop, "; ".join((str(error), *error.lost)))
            return _failed(status, "conversion-prohibited", tag, "the sender forbade a conversion", seen, at)
        case TooMuch():
            seen = _seen(hop, str(error), error.observed, error.limit)
            return _failed(
                "5.6.5", "conversion-failed", "CONVERT.Failed", "the message cannot be converted", seen, at
            )
        case _:
            raise AssertionError(error)


def _no_codec(error: NoCodec, hop: NextHop, message: Message, config: TransportConfig, at: float) -> Failure:
    charset = plain(error.charset)
    waited, limit = at - message.arrived, config.conversion_timeout
    over = waited >= limit
    if error.disabled:
        cause, text = "charset-disabled", f'character set "{charset}" is switched off'
    else:
        cause, text = "charset-unavailable", f'no codec for "{charset}"'
    seen = _seen(hop, charset, int(waited), int(limit)) if limit else _seen(hop, charset)
    tag = "CONVERT.CharsetDisabled" if error.disabled else "CONVERT.CharsetUnavailable"
    # Spec A2 4.6.5: given up, it keeps its status of class 4, which stands in reports only.
    return Failure(Status(4, 6, 5), 550 if over else 451, cause, text, seen, permanent=over, tag=tag, at=at)


def _seen(hop: NextHop, name: str, observed: int = -1, limit: int = -1) -> Evidence:
    stage = Stage.STORE if hop.kind is HopKind.MAILBOX else Stage.CONVERT
    shown = plain(name)[:MAX_NAME]
    return Evidence(stage, connector=hop.connector, queue=hop.key, name=shown, observed=observed, limit=limit)


def _failed(status: str, cause: str, tag: str, text: str, seen: Evidence, at: float) -> Failure:
    return Failure(Status.parse(status), 554, cause, text, seen, permanent=True, tag=tag, at=at)
