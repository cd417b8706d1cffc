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
        is unauthenticated; required authentication level; multiple authentication checks; authentication
        information or fails to pass; does not have authentication information; fails to pass
        authentication; does not pass authentication; failed authentication checks; email authentication;
        domain authentication; authentication checks; authentication results; sender domain authentication;
        authentication policy of the domain
        """,
    ),
    Row("remote-arc-failed", 7, 29, "arc validation; arc seal; arc chain; arc failed"),
    Row(
        "remote-dmarc-failed",
        7,
        1,
        """
        dmarc; domain owner policy; dmarc policy; owner dmarc policy; dmarc verification; dmarc failure;
        dmarc check; dmarc evaluation
        """,
    ),
    Row(
        "remote-spf-failed",
        7,
        23,
        """
        spf; sender policy framework; does not designate; not permitted sender; not authorized to send mail
        for; not allowed to send mail for; not allowed to send mail from; is not allowed to send from; spf
        check; spf fail; spf failed; spf record; spf records; spf validation; spf softfail; spf permerror;
        spf settings; is not allowed to send mail; not authorized to send for; not authorised to send mail;
        not an authorized sender; not permitted by spf; not a permitted sender; sender ... not authorized by
        domain; sender id; pra
        """,
    ),
    Row(
        "remote-dkim-failed",
        7,
        20,
        """
        dkim; domainkeys; body hash; dkim signature; dkim verification; dkim check; domain keys; signature
        verification failed; invalid signature; signature invalid
        """,
    ),
    Row(
        "remote-no-reverse-name",
        7,
        25,
        """
        reverse dns; ptr; rdns; reverse hostname; cannot find your hostname; cannot find your reverse;
        reverse lookup; reverse mapping; forward confirmed; fcrdns; reverse name; missing ptr; no ptr; ptr
        record; ptr records; invalid rdns; rdns record; no rdns; ip name lookup failed; cannot resolve your
        address; cannot resolve your hostname; unresolvable relay host; reverse resolution; reverse record;
        reverse name lookup; hostname lookup failed; no valid reverse; without reverse; without a valid
        reverse; without ptr; fix your reverse; fix reverse; ip reverse; reverse ip; resolve your ip;
        resolve to a hostname; does not resolve to a name; unable to resolve your; host name does not match;
        no hostname found; could not find your hostname; can't find your hostname; unverifyable sending;
        unverifiable sending; servers devices with no reverse
        """,
    ),
    Row(
        "remote-helo-refused",
        7,
        1,
        """
        helo ... does not match; bad helo; bad ehlo; helo command rejected; ehlo command rejected; invalid
        helo; invalid ehlo; helo name; ehlo name; helo argument; helo host; fully qualified hostname;
        mismatches client ip; mismatched helo; helo mismatch; ehlo mismatch; hostname mismatch; host name
        mismatch; helo ... mismatch; ehlo ... mismatch; helo is not; helo was; helo must; helo does not;
        helo rejected; helo string; helo invalid; helo lookup; helo greeting; ehlo must; ehlo rejected;
        forged helo; fake helo; faked helo; polite people say hello first; say helo first; name in helo;
        name in ehlo; helo command; not a fqdn; valid fqdn
        """,
    ),
    Row("remote-sender-unverified", 7, 1, "unauthenticated email; unauthenticated mail; sender authentication"),
    Row(
        "remote-relay-denied",
        7,
        1,
        """
        relay; relaying; relay access denied; unable to relay; not a gateway; no such domain here; not our
        domain; domain not handled; rcpthosts; not hosted here; not accepted for domain; domain not found
        here; not a local domain; domain is not hosted; don't handle mail; do not accept mail for; not local
        host; does not accept mail for this domain; not in my list of allowed; isn't in my list; relay
        denied; relaying denied; relay not permitted; relay prohibited; relay disallowed; no relaying; not
        allowed to relay; insecure mail relay; mail relay; open relays; does not relay; doesn't relay; do
        not relay; we don't relay; you may not relay; cannot relay; can't relay; relaying mail to; domain
        not allowed; domain is not allowed; domain isn't allowed; domain not accepted; domain isn't in my;
        domain not in; not a valid local domain; not one of our; domain is not local; not a mail domain; not
        served here; domain not served; domain not hosted; does not host; not responsible for; not mx for;
        not authoritative for; mail to this domain; no mail for this domain; don't accept mail for; domain
        not configured; not configured for; unauthorized relay; recipient domain not; recipient domain is
        not; not allowed for this domain; mail for this domain; not relayed; cannot be relayed; be relayed
        """,
    ),
    Row("sts-policy-failed", 7, 5, "mta sts"),
    Row("dane-failed", 7, 5, "dane; tlsa; dnssec"),
    Row(
        "tls-failed",
        7,
        5,
        """
        certificate expired; certificate is expired; certificate has expired; certificate host mismatch;
        invalid certificate; certificate verify failed; certificate validation; untrusted certificate;
        remote certificate; tls handshake; tls negotiation; ssl error; ssl handshake; ssl certificate;
        certificate rejected; certificate not trusted; certificate does not match; certificate common name;
        tls error; tls failed; tls connection failed; tls version; cipher; tls session
        """,
    ),
    Row(
        "tls-not-offered",
        7,
        4,
        """
        starttls not supported; must support tls; requiretls; does not support tls; doesn't support tls;
        does not support starttls; tls not supported; tls is not supported; tls not available; tls is not
        available; tls currently unavailable; starttls not available; starttls is not available; starttls
        not offered; tls not offered; starttls unavailable; tls unavailable
        """,
    ),
    Row(
        "remote-tls-required",
        7,
        0,
        """
        starttls; tls required; encryption required; tls is required; requires tls; must use tls; requires
        encryption; session encryption; encryption needed; ssl required; tls encryption; requires a secure;
        secure connection; use encryption; encrypted connection; encrypted session; plaintext not; must be
        encrypted; unencrypted; requires an encrypted; secure transport; tls is mandatory; enable tls; use
        tls; use ssl
        """,
    ),
    Row(
        "remote-authentication-required",
        7,
        0,
        """
        authentication required; authentication is required; must be authenticated; must authenticate;
        client was not authenticated; login required; smtp auth; pop before smtp; please login; please
        authenticate; auth required; not authenticated; authenticate first; turn on smtp authentication;
        enable smtp authentication; smtp authentication; authentication turned on; you don't authenticate;
        don't authenticate or; not logged in; you must log in; check mail first; check for new mail first;
        check your mail; pop3 before; pop first; auth login; requires auth; requires authentication; need to
        authenticate; needs authentication; without authentication; not authorized to send mail;
        unauthenticated senders; authentication failure; authentication failed; authentication credentials;
        authentication unsuccessful; invalid credentials; incorrect authentication; username and password;
        bad username; invalid login; password transition; must be signed in
        """,
    ),
    Row(
        "remote-too-many-recipients",
        5,
        3,
        """
        too many recipients; too many rcpts; recipient limit; maximum number of recipients; number of
        recipients; recipients per; too many recipient; recipients limit; too many receivers; too many
        addressees; too many envelope recipients; maximum recipients; max recipients; max rcpt; exceeds
        maximum recipients; recipients exceeded; recipients exceeds; recipient count; limit of recipients;
        too much recipients; too many destinations
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
    Row("remote-priority-too-low", 7, 15, "priority level; specified priority; priority is too low"),
    Row(
        "remote-too-large",
        3,
        4,
        """
        message too large; message is too large; message too big; message is too big; size limit; exceeds
        size; exceeds the size; maximum size; exceeds fixed maximum; maximum message size; max message size;
        message size; mail size; size exceeds; larger than; too large; too big; message length exceeds;
        exceeds administrative limit; exceeded ... size; message exceeds; message exceeds maximum; message
        exceeds fixed; exceeded maximum; exceeds maximum; exceeded max; message size limit; size limits;
        message size exceeds; message size exceeded; maximum allowed size; maximum permitted size; maximum
        message; max message; message is larger; larger than allowed; larger than the; over the size; file
        too big; mail too large; mail is too large; mail too big; email too large; email is too large; data
        size exceeded; data size; oversized; oversize; size restriction; message length; message too long;
        body too large; data too large; exceeds size limit; exceeds allowable; exceed size; exceeds the
        maximum; exceeds limit; exceeded our size; exceeded size; big message
        """,
    ),
    Row(
        "remote-loop",
        4,
        6,
        """
        hop count; too many hops; mail loop; mail looping; loops back; routing loop; loop; maximum hop; too
        many received; loop detected; hops exceeded; forwarding loop; too many received headers; looping;
        loop back; mail is looping; message is looping; loops; message loop; delivered to line; same message
        """,
    ),
)
