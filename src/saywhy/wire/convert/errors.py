"""Why a message cannot be had in the form that is demanded.  The texts are for administrators."""

from __future__ import annotations


class CannotConvert(Exception):
    """Base: nothing was converted."""


class NoCodec(CannotConvert):
    """No codec for a character set (spec 4.6.5), or the administrator has switched it off (`disabled`)."""

    def __init__(self, charset: str, *, disabled: bool = False) -> None:
        super().__init__(f"character set {charset} {'is switched off' if disabled else 'is not known'}")
        self.charset = charset
        self.disabled = disabled


class Damaged(CannotConvert):
    """A part that must be read cannot be (spec 5.6.0): what is wrong with it."""


class Packed(Damaged):
    """The same of winmail.dat (spec 5.6.0 c)."""


class NoText(CannotConvert):
    """Plain text is wanted, and the message has none (spec 5.6.1 b); `media` is what it has."""

    def __init__(self, media: str) -> None:
        super().__init__(f"no text, but {media}")
        self.media = media


class WrongMedia(CannotConvert):
    """A part is of a media type that is not taken (spec 5.6.1 a)."""

    def __init__(self, media: str) -> None:
        super().__init__(media)
        self.media = media


class Prohibited(CannotConvert):
    """The sender forbade it: any conversion, or one that loses something (`lost`, RFC 2156 section 5.3)."""

    def __init__(self, field: str, lost: tuple[str, ...] = ()) -> None:
        super().__init__(f"{field}: prohibited")
        self.lost = lost


class TooMuch(CannotConvert):
    """More than is converted; `observed` and `limit` in the unit that `what` names."""

    def __init__(self, what: str, observed: int, limit: int) -> None:
        super().__init__(what)
        self.observed = observed
        self.limit = limit
