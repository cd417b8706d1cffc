"""Words that are better than nothing, asked last of all; what they decide is told as a guess.  See `common`."""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row("remote-mailbox-full", 2, 2, "full; storage; space; allowance; over limit; allotted; allocated"),
    Row("remote-mailbox-disabled", 2, 1, "closed; expired; terminated; locked; archive; unused; on hold"),
    Row("remote-recipient-restricted", 7, 1, "restricted; challenge; private address"),
    Row("remote-attachment-refused", 6, 0, "exe; zip; rar; extension; extensions; macro; file name; filename"),
    Row(
        "remote-content-refused",
        6,
        0,
        """
        html; keyword; keywords; language; encoding; charset; character set; confidential
        """,
    ),
    Row(
        "remote-protocol-error",
        5,
        0,
        """
        syntax; sequence; parameter; parameters; argument; arguments; not supported; unsupported; protocol;
        duplicate; garbage
        """,
    ),
    Row(
        "remote-user-unknown",
        1,
        1,
        """
        unknown; invalid; deleted; removed; gone; nobody; no one; undeliverable; not local; typed; typo;
        spelling; incorrectly; obsolete; retired; no match; no matches
        """,
    ),
    Row("remote-user-unknown", 1, 1, "recipient address rejected; address rejected; mailbox unavailable"),
    Row(
        "remote-policy",
        7,
        1,
        """
        block; blocking; blocks; reject; rejects; rejected; refused; refuse; filter; filters; restriction;
        restrictions; threat; risk; trust; country; geo; protection; suspicion; punished; penalty;
        quarantine; quarantined; your domain; your network; your mail server; your email; contact your
        """,
    ),
    Row(
        "remote-unavailable",
        3,
        2,
        """
        unavailable; not available; busy; offline; shutdown; overload; not ready; load average
        """,
    ),
    Row(
        "remote-system-error",
        3,
        0,
        """
        permission; queue; backend; sql; mysql; directory; bug; exception; crash; crashed; corrupt;
        temporary; temporarily; error; failure; failed
        """,
    ),
)
