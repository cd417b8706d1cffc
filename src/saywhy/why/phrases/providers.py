"""Words of one provider's servers that mean something else there than elsewhere (spec A5 step 3, A3).

`rows_for` finds the table by the remote host's domain; the longest matching domain wins.  A provider is a line in
PROVIDERS; its codes with private meanings stand in codes/*.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from saywhy.why.phrases.index import PhraseIndex, Row

_EXCHANGE_ONLINE: tuple[Row, ...] = (
    # 550 5.4.1 Recipient address rejected: Access denied is directory-based edge blocking: no such recipient.
    Row(
        "remote-user-unknown",
        1,
        1,
        "recipient address rejected access denied; recipient addresses rejected access denied",
    ),
)
_OUTLOOK_COM: tuple[Row, ...] = (
    # 550 5.5.0 Requested action not taken: mailbox unavailable is all that Outlook.com says of unknown addresses.
    Row("remote-user-unknown", 1, 1, "requested action not taken mailbox unavailable"),
)
_YAHOO: tuple[Row, ...] = (
    Row("remote-rate-limited", 7, 0, "tss04; tss09; tss11"),
    Row("remote-block-list", 7, 1, "bl21; bl23"),
    Row("remote-spam", 7, 1, "ph01"),
)
_ICLOUD: tuple[Row, ...] = (
    Row("remote-policy", 7, 1, "cs01"),
    Row("remote-sender-unverified", 7, 1, "hm08; hme1"),
)

PROVIDERS: Mapping[str, tuple[Row, ...]] = {
    "protection.outlook.com": _EXCHANGE_ONLINE,
    "olc.protection.outlook.com": _OUTLOOK_COM,
    "hotmail.com": _OUTLOOK_COM,
    "yahoodns.net": _YAHOO,
    "yahoo.com": _YAHOO,
    "icloud.com": _ICLOUD,
}

_INDEXES = {id(rows): PhraseIndex(rows) for rows in PROVIDERS.values()}


@lru_cache(maxsize=1024)
def rows_for(host: str) -> PhraseIndex | None:
    """The table of the provider that `host` belongs to, or None."""
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        rows = PROVIDERS.get(".".join(labels[start:]))
        if rows is not None:
            return _INDEXES[id(rows)]
    return None
