"""Words that mean something only when nothing better was said, the most general last.  See `common`."""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row(
        "remote-mailbox-moved",
        1,
        6,
        """
        has moved; mailbox moved; user not local please try; no forwarding address; address has changed; new
        address; has a new; please forward to; changed ... address
        """,
    ),
    Row(
        "remote-moderator-refused",
        7,
        1,
        """
        moderator; moderators; moderated; moderation
        """,
    ),
    Row(
        "remote-rule-refused",
        7,
        1,
        """
        transport rule; mail flow rule; organization policy; organisation policy; rejected by a rule
        """,
    ),
    Row(
        "remote-mailbox-disabled",
        2,
        1,
        """
        disabled; suspended; deactivated; inactive; discontinued; not active; no longer active; account
        expired; account has expired; mailbox expired; account locked; mailbox locked; account is locked;
        mailbox is locked; account closed; account has been closed; account terminated; not activated;
        mailbox blocked; account blocked; account is blocked; not accepting mail; not accepting messages;
        not accepting email; account is not available; mailbox is not accepting; frozen; mailbox is blocked
        """,
    ),
    Row(
        "remote-recipient-restricted",
        7,
        1,
        """
        not authorized to send to; not allowed to send to; not permitted to send to; only accepts messages
        from; only accepts mail from; restricted recipient; members only; delivery not authorized; not
        allowed to post; only members; subscribers only; not a member; does not accept mail from; internal
        only; doesn't accept mail from; blocked by recipient; recipient has blocked; from internal
        """,
    ),
    Row(
        "remote-route-unknown",
        1,
        2,
        """
        host unknown; unknown host; domain not found; host not found; domain unknown; nxdomain; unknown
        domain; no such domain; domain does not exist; domain doesn't exist; name or service not known; name
        service error; host or domain name not found; no mx; bad destination system; bad destination host;
        unable to route; cannot route; no route; dns lookup; dns error; invalid domain; invalid host; mx
        record; mx records; illegal host domain name; domain name not found; no matches to nameserver query
        """,
    ),
    Row(
        "remote-spam",
        7,
        1,
        """
        spam; spammer; spamming; spammy; unsolicited; junk; bulk mail; bulk email; ube; uce; antispam;
        suspicious; spamassassin; rspamd; considered spam; spam score; scam
        """,
    ),
    Row(
        "remote-virus-found",
        6,
        0,
        """
        virus; viruses; malware; infected; trojan; eicar
        """,
    ),
    Row(
        "remote-attachment-refused",
        6,
        0,
        """
        attachment; attachments; executable; executables; file type; file types; file extension; potential
        security issue; reject id ... banned
        """,
    ),
    Row(
        "remote-signature-broken",
        7,
        7,
        """
        integrity; checksum; content altered; message altered
        """,
    ),
    Row(
        "remote-content-unavailable",
        6,
        6,
        """
        content not available; content is not available
        """,
    ),
    Row(
        "remote-conversion-impossible",
        6,
        3,
        """
        conversion; 8bitmime; 8bit mime
        """,
    ),
    Row(
        "remote-header-invalid",
        6,
        0,
        """
        message id; invalid header; malformed header; missing header; header missing; header ... malformed;
        header ... missing; duplicate header; header field; from header; date header; rfc 5322; rfc5322; rfc
        2822; rfc2822; rfc 822
        """,
    ),
    Row(
        "remote-content-refused",
        6,
        0,
        """
        phish; phishing; content; malformed; mime; header; headers; format error; line too long; lines
        longer; message format; bare lf; bare cr; bare linefeed; bare line feed; non ascii; 8bit; 8 bit;
        dangerous
        """,
    ),
    Row(
        "remote-user-unknown",
        1,
        1,
        """
        does not exist; doesn't exist; do not exist; not exist; don't exist; no longer exists; not a valid;
        isn't a valid; is unknown; are unknown; not known; unknown virtual; user ... unknown; recipient ...
        unknown; user ... not found; recipient ... not found; mailbox ... not found; no user; no mailbox; no
        account; no recipient; nonexistent; non existent; non existing; unable to find; cannot find; can't
        find; could not be found; cannot be found; couldn't be found; no longer valid; no longer on server;
        no longer here; no longer available; no longer works; has been deleted; was deleted; bad recipient;
        bad address; invalid address; address is not valid; is not valid; wrong recipient; unrouteable
        address; unroutable address; no valid recipients; no one here; not present; isn't here; does not
        have; doesn't have; not found; unknown in; incorrect address; misspelled; no longer in use; left the
        company; no longer with; no longer employed
        """,
    ),
    Row(
        "remote-mailbox-full",
        2,
        2,
        """
        quota; storage full; mailbox limit; would be over the allowed; exceeds allowed size; out of storage;
        no space left in mailbox
        """,
    ),
    Row(
        "remote-system-full",
        3,
        1,
        """
        insufficient system; insufficient disk; no space left; disk full; disk is full; out of disk; out of
        memory; insufficient storage; insufficient resources; low disk; not enough disk; queue file write
        error; system full; mail system full; write error; cannot allocate; not enough space; insufficient
        space; filesystem is full; system storage
        """,
    ),
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        sender; from address; mail from; mailfrom; return path; envelope from; originating address; bounce
        address
        """,
    ),
    Row(
        "remote-authentication-required",
        7,
        0,
        """
        authentication; authenticate; authenticated; unauthenticated; log in; sign in
        """,
    ),
    Row(
        "remote-policy",
        7,
        1,
        """
        policy; policies; administratively prohibited; administrative prohibition; not authorized; not
        authorised; not allowed; not permitted; access denied; permission denied; denied; prohibited;
        forbidden; blocked; banned; security; violates; rejected by; refused by; not welcome; unwanted; go
        away; rejected due to; violation; complaints; reputation; your ip; your host; unauthorized; abuse;
        filtered; firewall; your server
        """,
    ),
    Row(
        "remote-unavailable",
        3,
        2,
        """
        service not available; not accepting network; closing connection; closing transmission; system not
        accepting; temporarily unavailable; service closing; shutting down; overloaded; server busy; too
        busy; is busy; heavy load; load too high; maintenance; is down
        """,
    ),
    Row(
        "connection-lost",
        4,
        2,
        """
        timed out; timeout; time out; connection dropped; connection lost; lost connection; connection
        reset; idle too long
        """,
    ),
    Row(
        "remote-chunking-refused",
        3,
        3,
        """
        bdat; chunking
        """,
    ),
    Row(
        "remote-system-error",
        3,
        0,
        """
        internal error; internal server error; system error; configuration error; local error; temporary
        failure; temporary error; lookup failure; lookup error; server error; processing error;
        misconfigured; misconfiguration; software error; fatal error; local problem; temporary problem;
        ldap; database; mailer error; configuration
        """,
    ),
    Row(
        "remote-protocol-error",
        5,
        0,
        """
        syntax error; bad sequence; out of sequence; command unrecognized; unrecognized command; command not
        recognized; command not implemented; unknown command; unimplemented; invalid command; command
        rejected; unsupported parameter; protocol error; bad command; need mail; need rcpt; pipelining;
        synchronization error
        """,
    ),
)
