"""What one provider's servers mean that others do not (spec A5 step 3, A3): their words, and whose host is whose.

`provider_of` finds the provider by the remote host's domain; the longest matching domain wins.  A provider is a
line in PROVIDERS, its words a table in WORDS; what its codes mean by themselves stands in codes/*.toml.
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
    # Part of the network is on Outlook.com's own block list.
    Row("remote-block-list", 7, 1, "s3140; s3150; rp 001; rp 002; rp 003; dy 001; dy 002; ou 001; ou 002"),
    Row("remote-spam", 7, 1, "sc 001; sc 002; sc 003; sc 004"),
)
_OUTLOOK_COM: tuple[Row, ...] = (
    # 550 5.5.0 Requested action not taken: mailbox unavailable is all that Outlook.com says of unknown addresses.
    Row("remote-user-unknown", 1, 1, "requested action not taken mailbox unavailable"),
    *_EXCHANGE_ONLINE[1:],
)
_GOOGLE: tuple[Row, ...] = (
    Row("remote-attachment-refused", 7, 0, "potential security issue; blocked because its content"),
    Row("remote-rate-limited", 2, 1, "receiving mail at a rate; receiving mail too quickly"),
    Row("remote-sender-unverified", 7, 26, "either spf or dkim; sender is unauthenticated"),
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

# The domains of a provider's servers, and its name among entries.SOURCES with the table of its words.
PROVIDERS: Mapping[str, tuple[str, tuple[Row, ...]]] = {
    "outlook.com": ("microsoft", _EXCHANGE_ONLINE),
    "office365.com": ("microsoft", _EXCHANGE_ONLINE),
    "olc.protection.outlook.com": ("microsoft", _OUTLOOK_COM),
    "hotmail.com": ("microsoft", _OUTLOOK_COM),
    "google.com": ("google", _GOOGLE),
    "googlemail.com": ("google", _GOOGLE),
    "gmail.com": ("google", _GOOGLE),
    "yahoodns.net": ("yahoo", _YAHOO),
    "yahoo.com": ("yahoo", _YAHOO),
    "icloud.com": ("apple", _ICLOUD),
}
# Words with which a provider signs every reply.
SIGNATURES: Mapping[str, str] = {" gsmtp ": "google.com"}

_INDEXES = {id(rows): PhraseIndex(rows) for _, rows in PROVIDERS.values()}
_NOBODY = ("", PhraseIndex(()))


@lru_cache(maxsize=1024)
def provider_of(host: str) -> tuple[str, PhraseIndex]:
    """The provider that `host` belongs to and its words; an empty name for everybody else."""
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        found = PROVIDERS.get(".".join(labels[start:]))
        if found is not None:
            return found[0], _INDEXES[id(found[1])]
    return _NOBODY
