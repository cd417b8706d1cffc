"""What a sending server says of its own attempts: nobody answers, no such domain, no time left, a program failed.

Asked first, and only of texts that nobody else said (`reasons`).  Words of Postfix, Exim, Sendmail, qmail,
Courier, Exchange, Gmail and their like.  Where Sisimai files a matter elsewhere than its cause (a
connection that times out is `expired` there, one that is refused `blocked`), the row says so.
"""

from __future__ import annotations

from saywhy.why.phrases.index import Row

ROWS: tuple[Row, ...] = (
    Row(
        "recipient-address-syntax",
        1,
        3,
        """
        malformed address; may not follow; malformed local part; missing local part; unqualified recipient;
        unqualified address
        """,
        reason="syntaxerror",
    ),
    Row(
        "domain-not-found",
        1,
        2,
        """
        host or domain name not found; domain name not found; host unknown; unknown host; host not found;
        domain not found; name or service not known; no such domain; account or domain may not exist; domain
        does not exist; domain doesn't exist; nxdomain; unrouteable mail domain; unrouteable domain; illegal
        host domain name; non existent hosts; non existent domain; nonexistent domain; recipient's domain
        does not exist; domain part of the address does not exist; domain couldn't be found; domain wasn't
        found; domain could not be found; couldn't find a host; could not find a host; couldn't find any
        host; couldn't find any host named; host name is unknown; bad destination system address; unknown
        domain; domain is invalid; invalid domain; recipient domain must exist; domain must exist; cannot
        find the domain; unable to find the domain; dns server returned answer with no data; name not
        resolved; name could not be resolved; could not resolve host; cannot resolve host; unable to resolve
        host; destination server for this recipient could not be found
        """,
    ),
    Row("null-mx", 1, 10, "null mx; nullmx; does not accept mail nullmx; no smtp service"),
    Row(
        "no-mail-host",
        4,
        4,
        """
        no mx record; no mx records; no mx record found; no mx or a record; no mx or a records; no mail
        server; no mail servers; no mail exchanger; no mail exchangers; no valid mx; no usable mx; no mail
        hosts for domain; has no mx; missing mx; no suitable mx; mx record is missing; mx list is empty; no
        mail host; valid mx; find a mail server; no mail service
        """,
        reason="notaccept",
    ),
    Row(
        "mail-loops-back",
        4,
        6,
        """
        loops back to myself; loops back to me; mail loops back; points back to me; points to itself; best
        mx host; lowest numbered mx record points to local host; mx records point to the local host; config
        error mail loops; although i'm listed as a best preference mx; address is the local host; host is
        the local host; is the local host
        """,
    ),
    Row(
        "hop-count-exceeded",
        4,
        6,
        """
        too many hops; hop count exceeded; maximum hop count; too many received headers; mail forwarding
        loop; mail loop detected; message looping; routing loop; loop detected; maximum forwarding loop
        """,
    ),
    Row(
        "no-answer",
        4,
        1,
        """
        connection refused by; refused the connection; refused our connection; refused connection
        """,
        reason="blocked",
    ),
    Row(
        "no-answer",
        4,
        1,
        """
        network is unreachable; network unreachable; no route to host; host is unreachable; host
        unreachable; network error; servers are unreachable; server is unreachable; all mail servers;
        destination unreachable; address is a loopback; connection refused; unreachable; unable to reach
        """,
    ),
    Row(
        "dns-unavailable",
        4,
        3,
        """
        name service error; name server reply; name server timeout; name server failure; host name lookup
        failure; lookup failure; dns lookup; dns failure; dns query failed; dns error; dns soft error; dns
        problem; name server; temporary failure in name resolution; host lookup did not complete; cname
        lookup failed; servfail; dns timeout; dns server; dns records; mx lookup; mx query; resolve route;
        try again ... host not found
        """,
    ),
    Row(
        "connection-lost",
        4,
        2,
        """
        lost connection; connection lost; connection dropped; connection died; connection was dropped;
        connection reset; closed connection; connection closed; closed the connection; remote host closed;
        bad connection; broken pipe; connection broken; connection aborted; connection failure
        """,
    ),
    Row(
        "delivery-agent-failed",
        3,
        0,
        """
        unknown mailer error; mailer error; died with signal; died with status; command died; command
        failed; command output; child process; pipe to; procmail; maildrop; exit status; exited with;
        returned exit; local delivery failed; command time limit; user defined signal; service unavailable
        ... program; can't create output; cannot create output; mail delivery agent; local mailer; sh
        command; command not found; x unix; sieve; vacation program; program exited; user output file
        """,
    ),
    Row(
        "system-resources",
        3,
        1,
        """
        no space left on device; queue file write error; insufficient disk space; out of disk space; disk
        full
        """,
    ),
    Row(
        "queue-suspended",
        3,
        2,
        """
        queue is suspended; queue suspended; message is frozen; message was frozen; message is on hold;
        message has been held; held in the queue; on hold
        """,
    ),
)

# What a server says when time has run out; asked after the sentences that tell why.
TIME: tuple[Row, ...] = (
    Row(
        "expired",
        4,
        7,
        """
        delivery time expired; message expired; queue lifetime; retry timeout exceeded; retry time not
        reached; been in the queue too long; been failing for a long time; in queue too long; message timed
        out; message has expired; could not be delivered for; has been delayed; will be retried for; message
        is delayed; delivery is delayed; delayed for more than; not been delivered yet; not yet been
        delivered; not been delivered after; not yet delivered; not delivered within; continue to try;
        continue trying; keep trying; will keep trying; undeliverable for; undelivered for; queue time
        limit; queued for too long; in the mail queue for; delivery attempts exceeded; too many delivery
        attempts; maximum delivery time; maximum queue time; maximum retry; retry limit; retries exceeded;
        number of retries; multiple retries; no further attempts; gave up after; delivery expired; expired
        in queue; expired after; was not reachable within; not collected after; bounced after; still in the
        queue; remained in the queue; cannot deliver message for; unable to deliver message after; have not
        been able to deliver; delivery temporarily delayed; warning message still undelivered; message
        delayed; delivery delayed; delay in delivery; temporarily delayed; will be attempted for; no need to
        resend; do not need to resend; unable to deliver ... after; unable to deliver ... for ... days;
        unable to deliver ... for ... hours; undeliverable after; not been collected after; failed after ...
        days; failed after ... hours; failed after ... attempts; days of attempts; attempts have failed;
        after ... days of; deadline expired; delivery timeout; delivery timed out; not delivered after;
        undelivered after; tried for ... days; tried for ... hours; past ... hours; past ... days; for the
        last ... seconds
        """,
    ),
    Row(
        "no-answer",
        4,
        1,
        """
        connection timed out; connect timed out; connection timeout; connection time out; operation timed
        out; connection attempt timed out; timed out while connecting; timed out connecting; timeout
        connecting; host not reachable; host is not reachable; no answer from host; did not respond; not
        responding; does not respond; no response; did not accept our requests to connect; unable to
        connect; could not connect; cannot connect; couldn't connect; can't connect; wasn't able to
        establish; unable to establish; couldn't establish; failed to connect; not able to connect; no smtp
        connection; no connection could be made; failed to establish; unable to open connection; cannot open
        connection; could not contact; unable to contact; timed out while; timeout exceeded; session timed
        out; conversation timed out; timed out during; not reachable
        """,
        reason="expired",
    ),
    Row("expired", 4, 7, "giving up; gave up; could not deliver"),
)
