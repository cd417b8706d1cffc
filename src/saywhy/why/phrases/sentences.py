"""Sentences that name one thing exactly, and what names the network of the sender: asked first.  See `common`."""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row("remote-sender-domain-takes-no-mail", 7, 27, "sender ... nullmx; sender ... null mx"),
    Row(
        "remote-sender-banned",
        1,
        8,
        """
        bad outbound sender; banned sender; sender ... banned; spam abuse detected; restricted entities
        """,
    ),
    Row(
        "remote-organisation-barred",
        7,
        1,
        """
        tenant has exceeded; tenant is new; tenant has been; unregistered domains; unregistered domain;
        tenant ... threshold; traffic not accepted
        """,
    ),
    Row("remote-connector-mismatch", 7, 1, "tenantattribution; tenantinboundattribution; partner connector"),
    Row(
        "remote-forwarding-disabled",
        7,
        1,
        """
        external forwarding; automatic forwarding; auto forwarding; autoforward; autoforwarding
        """,
    ),
    Row(
        "remote-from-header",
        6,
        0,
        """
        multiple from; must be rfc 5322 section; valid from header; valid from address
        """,
    ),
    Row("remote-journal-refused", 7, 1, "journaling; journal report"),
    Row(
        "remote-policy",
        7,
        1,
        """
        suppression list; suppressed address; address is suppressed; recipient is suppressed; recipient
        suppressed; previously bounced address; hard bounced before; on our bounce list; has bounced before;
        bounced previously; known bad address
        """,
        reason="suppressed",
    ),
    Row(
        "remote-address-syntax",
        1,
        3,
        """
        address syntax; hostname required; malformed address; malformed recipient; malformed mailbox; bad
        recipient address syntax; recipient address syntax; invalid address syntax; malformed email address;
        illegal address; illegal characters in; invalid characters in address; syntax error in mailbox;
        syntax error in recipient; syntax error in address
        """,
    ),
    Row("remote-recipient-ambiguous", 1, 4, "ambiguous"),
    Row(
        "remote-group-broken",
        2,
        4,
        """
        list expansion; group expansion; expand the list; expand list; expanding the list
        """,
    ),
    Row("remote-owner-changed", 7, 17, "owner has changed; owner changed; changed owner"),
    Row("remote-redirection-denied", 7, 3, "alternate recipient"),
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        email address is not verified; identities failed the check; sender domain must; sender domain does
        not; sender domain is not; sender domain not; sender domain has; sender domain cannot; sender domain
        could not; sender domain couldn't; sender domain can't; sender domain invalid; sender domain
        unknown; badmailfrom; envelope sender is in my; envelope sender domain must; sender has been denied;
        envelope sender has been denied; domain of sender does not; sender s domain does not
        """,
        reason="norelaying",
    ),
    Row(
        "remote-sender-refused",
        1,
        8,
        """
        sender address rejected; sender rejected; sender denied; sender verify failed; bad sender; sender
        verification failed; domain of sender; sender not found; unknown sender; invalid sender; verify
        sender; sender does not exist; sender callout; unresolvable sender; domain of the sender; sender s
        domain; sender address does not; mail from not owned; sender is not allowed; sender not allowed;
        sender not accepted; sender refused; sender is refused; sender address refused; sender address
        invalid; sender address is invalid; sender address does not exist; sender address could not be
        verified; sender address not; sender not pre approved; sender not verified; sender is not verified;
        sender unknown; sender invalid; sender domain is empty; sender domain not; sender email address
        rejected; sender email; sender ip must; sender could not be; sender must; invalid sender domain;
        invalid from; invalid return path; invalid envelope; invalid mail from; bad mail from; bad return
        path; bad from; bad envelope; bogus from; empty sender; empty envelope sender; empty envelope
        senders; null sender; null senders; empty from; bounce not accepted; bounces not accepted; returned
        mail not accepted; no third party dsns; unsigned dsn; batv; prvs; backscatter protection; from
        domain is invalid; from address is not; from address must; domain of the from; could not verify
        sender; cannot verify sender; unable to verify sender; unable to verify address; unverified sender;
        callback; callout; callback verification; sender verification; forged sender; forged address;
        spoofed; spoofing; spoof; fake sender; not authorized to send as; not authorised to send as; not
        allowed to send as; not permitted to send as; send as this sender; sendasdenied; sender doesn't
        exist; mx for sender; sender's mx; no mx for sender; domain of sender address; sender address has
        been; sender is blacklisted; sender blacklisted; sender is blocked; sender blocked; sender has been
        blocked; sender address blocked; sender in blacklist; email address is blacklisted; email address
        has been blacklisted; address you are sending from
        """,
    ),
    Row(
        "remote-recipient-restricted",
        7,
        1,
        """
        group you tried to contact; may not have permission to post; groupe que vous avez essaye de
        contacter; gruppe die sie kontaktieren; grupo con el que; gruppo che hai tentato di contattare;
        grupo que voce tentou contatar
        """,
        reason="rejected",
    ),
    Row(
        "remote-recipient-restricted",
        7,
        1,
        """
        recipient has been denied; recipient denied; recipient is denied; has refused mail from; refuses
        mail from; refused mail from; refuse to receive; refuses to receive; refused to receive; recipient
        not authorized; rejects mail from; has rejected mail from; rejected mail from you; no longer wishes
        to receive; does not wish to receive
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
        is unknown; bad destination mailbox; undeliverable address; not a registered; user doesn't have;
        address invalid; address not present; address no longer accepts; address no longer valid; address
        could not be found; archived recipient; badrcptto; badrecipientto; validrcptto; bad recipient;
        nobody by that name; no account by that name; no such local; no valid recipients; not a valid
        address; not a valid email; not an active address; not a local address; recipient not accepted here;
        recipient is not local; recipient not exist; recipient isn't valid; recipient not ok; recipient not
        valid; recipient not recognized; user not recognized; mailbox not present; mailbox does not seem to
        exist; mailbox is invalid; account is not found; account is unknown; account is invalid; user name
        is not found; user's email name is not found; email name is not found; there is no one at this
        address; no one at this address; no one by that name; no longer a valid; is no longer valid; no
        longer exists; does not have an email account; doesn't have a ... account; isn't a known user; not
        in recipient list; not in our directory; not in the directory; not listed in; not found in
        directory; not a registered user; not registered here; unknown email address; unknown addresses;
        unknown users; users unknown; unrecognized recipient; unrecognised recipient; invalid addressee;
        invalid user name; invalid email address; email address is invalid; email address not found; email
        address could not be found; email address unknown; email not found; e mail address does not exist; e
        mail account does not exist; email account does not exist; no such email; no such e mail; no such
        address here; no such alias; no such name; no mail box; no mailbox found; mailbox unknown or not
        accepting; cannot find user; cannot find recipient; couldn't find user; can't find user; could not
        find recipient; user could not be found; recipient could not be found; mailbox could not be found;
        user cannot be found; user was not found; recipient was not found; mailbox was not found; wrong
        email address; wrong address; incorrect recipient; misspelled; misspelt; nonexistent user; non
        existent user; nonexistent mailbox; non existent mailbox; non existing user; non existing mailbox;
        nonexistent recipient; non existent recipient; user account does not exist; the user doesn't exist;
        the recipient doesn't exist; recipient doesn't exist; mailbox doesn't exist; address doesn't exist;
        sorry user does not exist; user missing home directory; left the company; has left the organization;
        left our company; has left this company; no longer with the company; no longer employed; no longer
        works here; not a user; is not known; is unknown to; undefined recipient; recipient verification
        failed; recipient verify failed; verification of recipient failed; no recipient found; recipient
        does not have; unable to verify recipient; unable to verify destination address; unverified address;
        recipient cannot be verified; could not verify recipient; recipient name is not recognized;
        recipient name is not recognised; name is not recognized; name not recognized; not our customer;
        left the organisation; left the organization; has left the organisation; has left the company
        """,
    ),
    Row(
        "remote-sending-limit",
        7,
        1,
        """
        daily user sending; daily sending limit; daily sending quota; submission quota; daily limit for
        message recipients; you've reached ... limit; you have reached ... limit; limit for sending; account
        has exceeded ... sending; user has exceeded ... messages; outgoing message limit; external recipient
        rate; outgoing mail limit; sending limits; exceeded your; exceeded your sending; your account has
        exceeded; sender rate exceeded; daily message quota; daily smtp relay limit; outgoing messages
        limit; smtp relay limit; hourly quota
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
        mailbox; mailbox overflow; exceeding receiving limits; exceeding their quota; exceeding its mailbox
        quota; exceeded quota; exceeded their quota; exceeded his quota; exceeded its quota; exceeded the
        quota; exceeds quota; exceeds the quota; exceeds mailbox; quota exceeded; quota is exceeded; quota
        exceed; quota violation; quota usage exceeded; quota reached; quota limit; email quota; disc quota;
        over disk quota; over the quota; over its quota; over their quota; overdrawn quota; out of quota;
        does not have enough space; not enough storage; no space left in; no more space; insufficient
        mailbox; insufficient space in ... mailbox; storage limit; storage space exceeded; storage capacity;
        storage is full; mailbox would exceed; would exceed the mailbox; would exceed maximum allowed; space
        has been used up; has too many messages; too many messages on the server; exhausted your storage;
        mailfolder is full; mail folder is full; folder is full; maildir over; maildir is full; mail
        directory is full; mailbox limit; mailbox exceeded; mailbox exceeds; mailbox size; mailbox storage;
        reached disk quota; reached quota; reached its limit; reached the limit; user is full; box is full;
        mailbox temporarily full; mailbox currently full; mailbox space; mailbox capacity; mail file is
        full; mail file size exceeds the maximum size allowed; mailspool full; disk space limit; disk usage
        exceeded; disk quota exceeded; account full; account has exceeded its; user over; storage exceeded;
        storage full; mail data; mailbox is out of space; mailbox out of space; mailbox has no space;
        mailbox has run out; run out of space; storage quota exceeded; mail storage
        """,
    ),
    Row(
        "remote-greylisted",
        7,
        0,
        """
        greylisted; greylisting; greylist; graylisted; graylisting; graylist; grey listed; grey listing;
        gray listed; gray listing; temporarily deferred ... new sender; grey list; gray list; greylist in
        action; greylisting in effect; greylisting in action; graylist in action; you are being greylisted;
        you have been greylisted; first delivery attempt; first attempt; try again in ... seconds; try again
        in ... minutes; retry in ... seconds; retry in ... minutes; temporarily rejected try again later
        """,
    ),
    Row("remote-host-takes-no-mail", 3, 2, "host does not accept mail; server does not accept mail"),
    Row(
        "remote-header-invalid",
        6,
        0,
        """
        not rfc 5322 compliant; not rfc 2822 compliant; not rfc compliant; not rfc5322 compliant; not
        rfc2822 compliant; not rfc 822 compliant; rfc 5322 compliant; rfc compliant; multiple subject
        headers
        """,
    ),
    Row(
        "remote-link-refused",
        7,
        1,
        """
        contains a url; contains url; contains a link; blacklisted url; url listed; listed url; urls listed;
        spam url; blocked url; url blocked; surbl; uribl; uri listed; links to ... listed; contains a
        blacklisted; contains blacklisted; blacklisted domain in; spam link; spam uri; malicious url;
        malicious link; phishing link; suspicious link; suspicious url; url in the message; url in this
        message; url in message; links in the message; domain in body; body contains
        """,
    ),
    Row("remote-ipv6-refused", 7, 1, "email over ipv6; mail over ipv6; messages over ipv6"),
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
        banned ip; ip ... banned; open proxy; open relay; host ... is blocked; your mail server ... blocked;
        rejecting open proxy; looks like a dynamic; looks suspiciously like; looks like spammer; looks like
        a spammer; dynamic range; dynamic network; dynamic host; dialup; dial up; dynamic dns; generic
        hostname; generic host name; generic rdns; generic ptr; your ip is; your ip address is; your address
        is listed; your host is listed; your server is listed; your server ip; server is in the blacklist;
        realtime block list; real time block; realtime blackhole; blackhole list; black hole; blocked by
        rbl; blocked by dnsbl; rejected using; rejected by rbl; found in dns blacklist; found in blacklist;
        found on blacklist; in our blacklist; on our blacklist; on our block list; on our blocklist; in a
        black list; in my black list; in a blacklist; in the blacklist; local blacklist; local block list;
        local blocklist; ip blacklist; ip address blacklisted; ip address has been blocked; ip address was
        rejected; ip address is rejected; ip is rejected; ip has been rejected; ip rejected; ip denied; ip
        not allowed; ip is not allowed; ip address not allowed; ip is banned; ip has been banned; ip has
        poor; ip ... has been listed; ip ... is listed; ip ... listed; client ... blocked; connections from
        this host; connections from this ip; connections from your ip; not allowed to connect; not
        authorized to connect; not permitted to connect; denied by rbl; denied by spamhaus; denied dns
        blacklist; barracuda reputation; senderbase; sender score; senderscore; reputation filter;
        reputation block list; server reputation; network reputation; host reputation; sender ip reputation;
        email reputation; ip profile; your host is blacklisted; host ... blacklisted; sending ip; sbl; xbl;
        pbl; sorbs; uceprotect; barracudacentral; cbl; njabl; psbl; backscatterer; invaluement; spamrats;
        abuseat; mailspike; access from ip address; a problem occurred ask your postmaster; smtp server of
        your isp; use your isp; your isp s smtp; your isp's mail server; your provider's mail server; use
        your provider; use the mail server of your; not accepting messages from; not accepting connections
        from; not accepting mail from; does not accept connections from; connections not accepted from; ip
        not in whitelist
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
        connections; too frequently; too quickly; excessive number of messages; user complaints; too many
        messages; too many connection; too many errors from; too many unknown; too many invalid recipients;
        too many bad; too many failed; too many requests; too many hosts; too many threads; too many open;
        exceeded the maximum number of connections; exceeded maximum connection; exceeded the connection;
        maximum connections; maximum number of concurrent; max connections; max message per connection;
        maximum messages per connection; messages per connection; message limit reached; connection
        frequency; frequency limit; frequency limited; receiving limit; recipient is receiving; being
        received at; temporarily blocked for; rate controlled; rate control; sending too; sending to fast;
        deferred due to excessive; excessive connections; excessive messages; traffic limit; traffic rate;
        connect limit; simultaneous connections; concurrency limit; exceeds the maximum number of; flood;
        flooding; too often; recipient limit ... hour; messages received recently; slowdown; greeting delay;
        too many errors; too frequent; too frequent connects; connecting too; try again slower; slower; too
        much traffic; resources restricted; sending too many; sent too much; too many deliveries; excessive
        number; excessive rate; excessive mail; quota of messages per; maximum number of messages per; quota
        of messages; sent too many
        """,
    ),
    Row(
        "remote-spam",
        7,
        1,
        """
        rejected as spam; classified as spam; identified as spam; considered spam; detected as spam; due to
        spam; spam message rejected; spam detected; blocked for spam; blocked as spam; spam classification;
        looks like spam; appears to be unsolicited; appears to be spam; likely unsolicited; suspected spam;
        recognized as spam; marked as spam; is spam; message is spam; message was spam; suspicion of spam;
        spam content; spam score; scored as spam
        """,
    ),
    Row(
        "remote-system-error",
        3,
        0,
        """
        unable to chdir; chdir to maildir; home directory is writable; unable to switch to; file has been
        locked; cannot open mailbox; can't open mailbox; cannot lock mailbox; mailbox is locked by; unable
        to open mailbox; mailbox is corrupt; mailbox corrupt
        """,
    ),
    Row(
        "no-answer",
        4,
        1,
        """
        unable to connect; attempted failover; failed to connect; could not connect
        """,
        reason="expired",
    ),
)
