"""Sentences that name one thing exactly, and what names the network of the sender: asked first.  See `common`."""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row(
        "remote-sender-domain-takes-no-mail",
        7,
        27,
        """
        sender ... nullmx; sender ... null mx
        """,
    ),
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
    Row(
        "remote-connector-mismatch",
        7,
        1,
        """
        tenantattribution; tenantinboundattribution; partner connector
        """,
    ),
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
    Row(
        "remote-journal-refused",
        7,
        1,
        """
        journaling; journal report
        """,
    ),
    Row(
        "remote-address-syntax",
        1,
        3,
        """
        address syntax; hostname required; malformed address; malformed recipient; malformed mailbox
        """,
    ),
    Row(
        "remote-recipient-ambiguous",
        1,
        4,
        """
        ambiguous
        """,
    ),
    Row(
        "remote-group-broken",
        2,
        4,
        """
        list expansion; group expansion; expand the list; expand list; expanding the list
        """,
    ),
    Row(
        "remote-owner-changed",
        7,
        17,
        """
        owner has changed; owner changed; changed owner
        """,
    ),
    Row(
        "remote-redirection-denied",
        7,
        3,
        """
        alternate recipient
        """,
    ),
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
        "remote-link-refused",
        7,
        1,
        """
        contains a url; contains url; contains a link; blacklisted url; url listed; listed url; urls listed;
        spam url; blocked url; url blocked; surbl; uribl; uri listed; links to ... listed
        """,
    ),
    Row(
        "remote-ipv6-refused",
        7,
        1,
        """
        email over ipv6; mail over ipv6; messages over ipv6
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
        "remote-sending-limit",
        7,
        1,
        """
        daily user sending; daily sending limit; daily sending quota; submission quota; daily limit for
        message recipients; you've reached ... limit; you have reached ... limit; limit for sending; account
        has exceeded ... sending; user has exceeded ... messages; outgoing message limit; external recipient
        rate
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
        connections; too frequently; too quickly; excessive number of messages; user
        complaints; too many messages
        """,
    ),
)
