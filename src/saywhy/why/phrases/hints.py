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
        address; has a new; please forward to; changed ... address; has been changed; has been replaced;
        replaced by; moved to; user moved; user has moved; no longer here please; new e mail address; new
        email address; my new; please send to; use the new; try instead; update your address book;
        forwarding address
        """,
    ),
    Row(
        "remote-moderator-refused",
        7,
        1,
        """
        moderator; moderators; moderated; moderation; moderator approval; requires approval; awaiting
        approval; not approved; approval
        """,
    ),
    Row(
        "remote-rule-refused",
        7,
        1,
        """
        transport rule; mail flow rule; organization policy; organisation policy; rejected by a rule;
        administrator rule; custom rule; filter rule; rejected by rule; content rule; message rule; message
        filter; filter policy; organizational policy; company policy; corporate policy
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
        not accepting email; account is not available; mailbox is not accepting; frozen; mailbox is blocked;
        is inactive; inactivity; dormant; abandoned; blocked mailbox; not in use; not been used; expired
        mailbox; has expired; terminate; archived; archivee; suspend; blocked account; not active on;
        deleted account; administratively disabled; temporarily disabled; temporarily inactive; has been
        disabled; has been suspended; has been locked; has been deactivated; not allowed to receive; cannot
        receive; can't receive; unable to receive; not accept messages; does not accept messages; not
        currently accepting; not accepting any; no longer accepting; no longer accepts; no longer receiving;
        mail receiving disabled; deactivated mailbox; disabled mailbox; disabled account; disabled
        recipient; temporarily limited; account is temporarily; account has been temporarily; account
        temporarily; is limited
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
        only; doesn't accept mail from; blocked by recipient; recipient has blocked; from internal; specific
        email addresses; specific senders; only accepting mail from; only receives; only receive; accepts
        mail only; accepts messages only; accepts only; rejected by recipient; rejected by user; rejected by
        the user; refused by recipient; refused by the recipient; refused by user; recipient refused;
        recipient refuses; user refused; user refuses; recipient rejected; recipients rejected; recipients
        was rejected; recipients were rejected; recipient was rejected; recipient rejects; refuses to
        accept; recipient preferences; user preferences; user settings; recipient settings; user rules;
        user's rules; recipient has chosen; recipient does not wish; does not wish to receive; does not
        want; do not want to receive; doesn't want; opted out; opt out; unsubscribed; whitelist; white list;
        whitelisted; safe list; not on the list; not on list; allow list; allowlist; not in the list of
        allowed; not subscribed; list of approved; not an approved; protected by; blocked by user; blocked
        by the user; blocked by the recipient; blocked you; blocked by this recipient; you have been blocked
        by; on behalf of the recipient; internal use only; internal recipients; internal senders; external
        senders; outside senders; outside your organization; from outside; closed mailing list; not a
        subscriber; not permitted to post; may not post; permission to post; allowed to post; permission to
        send; do not have permission; don't have permission; you are not allowed to send; not allowed to
        mail; not allowed to email; not authorized to send; not authorized to mail; not authorized by
        recipient; rejected by recipients; rejected by recipient policy; approved senders; accepts mail
        from; accepts messages from; accepts email from; receives mail from; authorized senders;
        authenticated senders; internal senders only
        """,
    ),
    Row(
        "remote-host-takes-no-mail",
        3,
        2,
        """
        host does not accept any; host does not receive mail; does not accept any mail; no mail accepted
        here; does not accept smtp; domain does not accept mail; does not accept mail
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
        record; mx records; illegal host domain name; domain name not found; no matches to nameserver query;
        unknown domain name; recipient domain; destination domain; no such host; domain is unknown; domain
        name; bad domain; not a valid domain; host is unknown; domain invalid; invalid hostname; no valid
        mx; no mail exchanger; non existent domain; nonexistent domain; domain must exist; cannot resolve;
        could not resolve; unable to resolve; name server; name not resolved; does not have an mx; no route
        to; no longer hosted
        """,
    ),
    Row("remote-spam", 7, 1, "message filtered; message was filtered", reason="filtered"),
    Row("remote-spam", 7, 1, "content rejected ube"),
    Row("remote-content-refused", 6, 0, "message content rejected", reason="spamdetected"),
    Row(
        "remote-spam",
        7,
        1,
        """
        spam; spammer; spamming; spammy; unsolicited; junk; bulk mail; bulk email; ube; uce; antispam;
        suspicious; spamassassin; rspamd; scam; spam message; spam like; spam filter; probable spam;
        probably spam; possible spam; unsolicited commercial; unsolicited bulk; uce policy; bulk messages;
        mass mailing; mass mail; bayes; spambayes; gtube; blocked by filter; razor; pyzor; junkmail; spams;
        spamtrap; spam trap; commtouch; cyren; cloudmark; brightmail; vade; anti spam; message looks like;
        unwanted message; unwanted mail; fraud; denied by content; rejected due to content; rejected by
        content; high probability
        """,
    ),
    Row(
        "remote-virus-found",
        6,
        0,
        """
        virus; viruses; malware; infected; trojan; eicar; worm; virus detected; infected file; infected
        message; malicious code; malicious content; malicious; potentially harmful; harmful
        """,
    ),
    Row(
        "remote-attachment-refused",
        6,
        0,
        """
        attachment; attachments; executable; executables; file type; file types; file extension; potential
        security issue; reject id ... banned; banned content; banned file; banned name; banned filename;
        forbidden file; forbidden extension; compressed file; compressed files; double extension; encrypted
        archive; password protected; executable files
        """,
    ),
    Row("remote-signature-broken", 7, 7, "integrity; checksum; content altered; message altered"),
    Row("remote-content-unavailable", 6, 6, "content not available; content is not available"),
    Row("remote-conversion-impossible", 6, 3, "conversion; 8bitmime; 8bit mime"),
    Row(
        "remote-header-invalid",
        6,
        0,
        """
        message id; invalid header; malformed header; missing header; header missing; header ... malformed;
        header ... missing; duplicate header; header field; from header; date header; rfc 5322; rfc5322; rfc
        2822; rfc2822; rfc 822; rfc compliance; not rfc; non rfc; rfc violation; violates rfc; not
        compliant; non compliant; headers are not; header is missing; missing headers; missing required
        header; required header; missing date; missing from; missing subject; missing to; multiple headers;
        duplicate headers; bad header; bad headers; illegal header; header line; header lines; header
        syntax; header check; headers missing; subject header; from line; rfc822; rfc821; rfc5321; rfc 5321;
        rfc 821; rfc2821; rfc 2821; no date; improperly formatted
        """,
    ),
    Row(
        "remote-content-refused",
        6,
        0,
        """
        phish; phishing; content; malformed; mime; header; headers; format error; line too long; lines
        longer; message format; bare lf; bare cr; bare linefeed; bare line feed; non ascii; 8bit; 8 bit;
        dangerous; bad content; illegal content; forbidden content; prohibited content; offensive;
        profanity; word filter; content violates; inappropriate; mime type; mime error; mime header; bare
        carriage; invalid characters; illegal characters; cannot be processed; body rejected; message
        rejected ... content; objectionable; pornographic; credit card; data loss; dlp; subject contains;
        rejected subject; bad subject; blank subject; line length; allowed line length; lines too long
        """,
    ),
    Row(
        "remote-user-unknown",
        1,
        1,
        """
        invalid recipients; does not exist; doesn't exist; do not exist; not exist; don't exist; no longer
        exists; not a valid; isn't a valid; is unknown; are unknown; not known; unknown virtual; user ...
        unknown; recipient ... unknown; user ... not found; recipient ... not found; mailbox ... not found;
        no user; no mailbox; no account; no recipient; nonexistent; non existent; non existing; unable to
        find; cannot find; can't find; could not be found; cannot be found; couldn't be found; no longer
        valid; no longer on server; no longer here; no longer available; no longer works; has been deleted;
        was deleted; bad recipient; bad address; invalid address; address is not valid; is not valid; wrong
        recipient; unrouteable address; unroutable address; no valid recipients; no one here; not present;
        isn't here; does not have; doesn't have; not found; unknown in; incorrect address; misspelled; no
        longer in use; left the company; no longer with; no longer employed; not a known; not known to; not
        a recognized; no such; not a mailbox; unknown address; unknown or; no person; user ... does not
        exist; is not here; is not on; not on this server; not on this system; not in our; not in the; not
        in database; not in user; not in list; not a customer; not listed; not match; couldn't find; could
        not find; can't be found; wasn't found; weren't able to find; isn't valid; isn't a; doesn't seem;
        bad user; bad mailbox; wrong user; wrong mailbox; destination mailbox; destination address; no
        local; has been removed; check if address is correct; check the address; check that the address;
        check the recipient address; address is correct; check recipient address; check the spelling; not
        available at this address; mailbox not available; mailbox is not available; recipient is not
        available; user is not available; address is not available; account not available; does not have a
        mailbox; no longer at this; not at this address; no longer at
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
    Row("remote-system-full", 3, 1, "queue file write error; write error", reason="systemerror"),
    Row(
        "remote-system-full",
        3,
        1,
        """
        insufficient system; insufficient disk; no space left; disk full; disk is full; out of disk; out of
        memory; insufficient storage; insufficient resources; low disk; not enough disk; system full; mail
        system full; cannot allocate; not enough space; insufficient space; filesystem is full; system
        storage; system resources; resources exceeded; out of resources; out of space; no space; storage
        allocation; volume full; resources temporarily unavailable; insufficient main memory; server is
        full; spool
        """,
    ),
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        sender domain; domain of your address; does not resolve; sender; from address; mail from; mailfrom;
        return path; envelope from; originating address; bounce address
        """,
    ),
    Row(
        "remote-authentication-required",
        7,
        0,
        """
        authentication; authenticate; authenticated; unauthenticated; log in; sign in; login; logged in;
        credentials; password; username; not authenticated
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
        filtered; firewall; your server; policy reasons; policy violation; policy restrictions; local
        policy; security policy; site policy; blocked by; not accepted; not acceptable; unacceptable;
        disallowed; not welcome here; unable to accept; cannot accept; can't accept; won't accept; will not
        accept; will not be accepted; do not accept; don't accept; not accept; compromised; hacked;
        hijacked; tarpit; untrusted; terms of service; acceptable use; bad behavior; misbehaving; your isp;
        mail refused; message refused; delivery refused; connection refused; connection was refused;
        connection rejected; connection denied
        """,
    ),
    Row("remote-unavailable", 3, 2, "service not available closing transmission channel", reason="blocked"),
    Row(
        "remote-unavailable",
        3,
        2,
        """
        service not available; not accepting network; closing connection; closing transmission; system not
        accepting; temporarily unavailable; service closing; shutting down; overloaded; server busy; too
        busy; is busy; heavy load; load too high; maintenance; is down; service unavailable; service is
        unavailable; service temporarily unavailable; temporarily not available; too many load; not running;
        server is down; down for; closing channel; unable to process; cannot process; currently unavailable;
        resource unavailable
        """,
    ),
    Row(
        "connection-lost",
        4,
        2,
        """
        connection timed out; timed out; timeout; time out; host not reachable; host is not reachable;
        delivery time expired; message expired
        """,
        reason="expired",
    ),
    Row(
        "connection-lost",
        4,
        2,
        """
        connection dropped; connection lost; lost connection; connection reset; idle too long
        """,
    ),
    Row("remote-chunking-refused", 3, 3, "bdat; chunking"),
    Row(
        "delivery-agent-failed",
        3,
        0,
        """
        unknown mailer error; mailer error; died with signal; died with status; command died; exit status;
        operating system error; can't create output; cannot create output; internal software error; user
        output file; output file
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
        ldap; database; configuration; insufficient permission; insufficient permissions; unexpected error;
        unknown error; internal failure; internal problem; system failure; system problem; server
        configuration; server problem; server failure; failed to load; could not load; unable to load; error
        reading; error writing; error opening; i o error; io error; cannot open; can't open; cannot write;
        unable to write; write failed; read only; out of service; failure in; processing failed; failed to
        process; unable to complete; transaction failed; delivery failed; delivery error; delivery failure;
        temporary local; local delivery; local configuration; temporarily failed
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
        synchronization error; command out; wrong sequence; not implemented; unrecognized; unrecognised;
        need rcpt command; need mail command; bad command sequence; bad parameter; missing argument; no
        data; bare newline; smtp command; smtp commands; invalid parameter; ehlo first; helo first; nested
        mail; unable to parse; cannot parse; could not parse; not understood; command not understood; parse
        error; cannot understand
        """,
    ),
)
