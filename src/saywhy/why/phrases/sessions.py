"""What is said of the sender's identity, of relaying, of encryption and of sizes: asked second.  See `common`."""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row(
        "remote-sender-unverified",
        7,
        1,
        """
        either spf or dkim; spf or dkim; spf and dkim; spf dkim; dkim and spf; dkim or spf; dkim spf; sender
        is unauthenticated; required authentication level; multiple authentication checks
        """,
    ),
    Row(
        "remote-arc-failed",
        7,
        29,
        """
        arc validation; arc seal; arc chain; arc failed
        """,
    ),
    Row(
        "remote-dmarc-failed",
        7,
        1,
        """
        dmarc; domain owner policy
        """,
    ),
    Row(
        "remote-spf-failed",
        7,
        23,
        """
        spf; sender policy framework; does not designate; not permitted sender; not authorized to send mail
        for; not allowed to send mail for; not allowed to send mail from; is not allowed to send from
        """,
    ),
    Row(
        "remote-dkim-failed",
        7,
        20,
        """
        dkim; domainkeys; body hash
        """,
    ),
    Row(
        "remote-no-reverse-name",
        7,
        25,
        """
        reverse dns; ptr; rdns; reverse hostname; cannot find your hostname; cannot find your reverse;
        reverse lookup; reverse mapping; forward confirmed; fcrdns; reverse name
        """,
    ),
    Row(
        "remote-helo-refused",
        7,
        1,
        """
        helo ... does not match; bad helo; bad ehlo; helo command rejected; ehlo command rejected; invalid
        helo; invalid ehlo; helo name; ehlo name; helo argument; helo host; fully qualified hostname
        """,
    ),
    Row(
        "remote-sender-unverified",
        7,
        1,
        """
        unauthenticated email; unauthenticated mail; sender authentication
        """,
    ),
    Row(
        "remote-relay-denied",
        7,
        1,
        """
        relay; relaying; relayed; relay access denied; unable to relay; not a gateway; no such domain here;
        not our domain; domain not handled; rcpthosts; not hosted here; not accepted for domain; domain not
        found here; not a local domain; not our customer; domain is not hosted; don't handle mail; do not
        accept mail for; not local host; does not accept mail for this domain; not in my list of allowed;
        isn't in my list
        """,
    ),
    Row(
        "sts-policy-failed",
        7,
        5,
        """
        mta sts
        """,
    ),
    Row(
        "dane-failed",
        7,
        5,
        """
        dane; tlsa; dnssec
        """,
    ),
    Row(
        "tls-failed",
        7,
        5,
        """
        certificate expired; certificate is expired; certificate has expired; certificate host mismatch;
        invalid certificate; certificate verify failed; certificate validation; untrusted certificate;
        remote certificate; tls handshake; tls negotiation
        """,
    ),
    Row(
        "tls-not-offered",
        7,
        4,
        """
        starttls not supported; must support tls; requiretls
        """,
    ),
    Row(
        "remote-tls-required",
        7,
        0,
        """
        starttls; tls required; encryption required; tls is required; requires tls; must use tls; requires
        encryption; session encryption; encryption needed; ssl required
        """,
    ),
    Row(
        "remote-authentication-required",
        7,
        0,
        """
        authentication required; authentication is required; must be authenticated; must authenticate;
        client was not authenticated; login required; smtp auth; pop before smtp; please login; please
        authenticate; auth required; not authenticated; authenticate first
        """,
    ),
    Row(
        "remote-too-many-recipients",
        5,
        3,
        """
        too many recipients; too many rcpts; recipient limit; maximum number of recipients; number of
        recipients; recipients per; too many recipient; recipients limit
        """,
    ),
    Row(
        "remote-header-too-large",
        3,
        4,
        """
        header is too long; header too long; header size; header is too large; header too large; headers too
        large; headers too long; headers are too large
        """,
    ),
    Row(
        "remote-priority-too-low",
        7,
        15,
        """
        priority level; specified priority; priority is too low
        """,
    ),
    Row(
        "remote-too-large",
        3,
        4,
        """
        message too large; message is too large; message too big; message is too big; size limit; exceeds
        size; exceeds the size; maximum size; exceeds fixed maximum; maximum message size; max message size;
        message size; mail size; size exceeds; larger than; too large; too big; message length exceeds;
        exceeds administrative limit; exceeded ... size; message exceeds
        """,
    ),
    Row(
        "remote-loop",
        4,
        6,
        """
        hop count; too many hops; mail loop; mail looping; loops back; routing loop; loop; maximum hop; too
        many received; loop detected; hops exceeded; forwarding loop
        """,
    ),
)
