"""The words in which servers of all makes refuse, in order of precedence: the first row that is found wins.

A row is cause, subject, detail, phrases; the class comes from the reply.  Exact sentences stand first; then what
names the sender's network or identity, because that often comes with a general sentence about the mailbox behind
it; words that mean something only when nothing better was said stand last.  Stock sentences that every refusal may
carry ("Requested action not taken: mailbox unavailable", "Service unavailable") are left out on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping

from saywhy.why.phrases.index import Meaning, Row

ROWS: tuple[Row, ...] = (
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        sender address rejected; sender rejected; sender denied; sender verify failed; bad sender; sender
        verification failed; sender domain; domain of sender; sender not found; unknown sender; invalid
        sender; verify sender; sender does not exist; sender callout; unresolvable sender; domain of the
        sender; sender s domain; sender address does not
        """,
    ),
    Row(
        "remote-user-unknown",
        1,
        1,
        """
        user unknown; unknown user; recipient unknown; unknown recipient; address unknown; unknown address;
        mailbox unknown; unknown mailbox; account unknown; unknown account; no such user; no such recipient;
        no such mailbox; no such address; no such account; no such person; no such local user; no mailbox
        here; no user here; no mailbox by that name; user not found; recipient not found; mailbox not found;
        address not found; account not found; user is not found; recipient is not found; not our user; user
        does not exist; user doesn't exist; user not exist; recipient does not exist; account does not
        exist; account doesn't exist; account that you tried to reach does not exist; mailbox does not
        exist; address does not exist; email address does not exist; invalid recipient; recipient invalid;
        invalid mailbox; mailbox invalid; user invalid; invalid user; not a known user; not a valid user;
        not a valid mailbox; not a valid recipient; unknown local part; unknown localpart; unknown or
        illegal alias; user not known; unknown in virtual; unknown in local; unknown in relay; recipients
        unknown; is not a user; not listed in ... directory; addressee unknown; recipient is unknown; user
        is unknown; bad destination mailbox; undeliverable address; not a registered; user doesn't have
        """,
    ),
    Row(
        "remote-mailbox-full",
        2,
        2,
        """
        mailbox full; mailbox is full; mail box full; mail box is full; inbox full; inbox is full; account
        is full; over quota; overquota; mailbox quota; storage quota; user quota; disk quota; quota full;
        exceeded storage allocation; mailbox size limit; full mailbox; out of storage space; mailbox over;
        mailbox has exceeded; recipient storage full; exceeded ... mailbox size; not enough space in ...
        mailbox; mailbox overflow
        """,
    ),
    Row(
        "remote-greylisted",
        7,
        0,
        """
        greylisted; greylisting; greylist; graylisted; graylisting; graylist; grey listed; grey listing;
        gray listed; gray listing; temporarily deferred ... new sender
        """,
    ),
    Row(
        "remote-block-list",
        7,
        1,
        """
        blocked using; block list; blocklist; blocklisted; blacklist; black list; blacklisted; black listed;
        block listed; rbl; dnsbl; listed in; is listed by; listed at; listed on; denylist; denylisted;
        client host ... blocked; ip ... is blocked; spamhaus; spamcop; ip address ... blocked; your ip ...
        blocked; your network ... block; ip ... has been blocked; poor reputation; bad reputation; low
        reputation; reputation of your; sender reputation; ip reputation; domain reputation; dynamic ip;
        dynamic ips; dynamic address; ip blocked; dynamically assigned; residential ip; banned sending ip;
        access denied ... ip; banned ip; ip ... banned; open proxy; open relay; host ... is blocked; your
        mail server ... blocked
        """,
    ),
    Row(
        "remote-rate-limited",
        7,
        0,
        """
        rate limit; rate limited; rate limiting; ratelimit; ratelimited; rate exceeded; too many messages
        from; too many emails; too many mails; too much mail; throttled; too many connections; too many
        concurrent; too many simultaneous; too many sessions; connection rate; message rate; sending rate;
        at a rate; unusual rate; too fast; messages per hour; messages per day; daily limit; hourly limit;
        daily quota; slow down; limit ... per hour; limit ... per day; excessive volume; connection limit;
        throttling; connections from your; too many recent; volume of messages; mail flood; sending limit;
        sending quota; exceeded ... rate; unexpected volume; concurrent connections; maximum number of
        connections; too frequently; too quickly; excessive number of messages; submission quota; user
        complaints; too many messages
        """,
    ),
    Row(
        "remote-sender-unverified",
        7,
        1,
        """
        spf; dkim; dmarc; sender policy framework; unauthenticated email; unauthenticated mail; sender
        authentication; domain owner policy; reverse dns; ptr record; ptr records; rdns; no ptr; missing
        ptr; invalid ptr; reverse hostname; cannot find your hostname; reverse lookup; reverse mapping;
        forward confirmed; fcrdns; helo ... does not match; bad helo; helo command rejected; ehlo command
        rejected; invalid helo; invalid ehlo; helo name; does not designate; not permitted sender; not
        authorized to send mail for; not allowed to send mail for; not allowed to send mail from; is not
        allowed to send from
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
        "remote-content-refused",
        6,
        0,
        """
        virus; malware; infected; trojan; phish; phishing; attachment; attachments; executable; file type;
        content; malformed; mime; header; headers; message id; rfc 5322; rfc 2822; rfc 822; rfc5322;
        rfc2822; format error; line too long; lines longer; message format; bare lf; bare cr; bare linefeed;
        bare line feed; non ascii; 8bit; 8 bit; dangerous
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

# Tags of Exchange and of ourselves that name the condition exactly (spec A4), lower case.
TAGS: Mapping[str, Meaning] = {
    "resolver.adr.recipnotfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.adr.recipientnotfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.adr.exrecipnotfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.fwd.notfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.adr.badprimary": Meaning("remote-sender-refused", 1, 7),
    "resolver.adr.reciplimit": Meaning("remote-too-many-recipients", 5, 3),
    "resolver.rst.authrequired": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.notauthorized": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.recipsizelimit": Meaning("remote-too-large", 2, 3),
    "resolver.rst.sendernotauthenticatedforgroup": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.sendernotauthenticatedformailbox": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.restrictedtogrouppermission": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.fwd.loop": Meaning("remote-loop", 4, 6),
    "routing.noconnector": Meaning("remote-route-unknown", 1, 2),
    "smtpsend.dns.nonexistentdomain": Meaning("remote-route-unknown", 1, 2),
    "transport.rules.rejectmessage": Meaning("remote-policy", 7, 1),
}
