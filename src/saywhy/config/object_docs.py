"""What each field of an organisation object means: for docs/settings.md, `config explain`, and cures of faults."""

from __future__ import annotations

from collections.abc import Mapping

SUMMARIES: Mapping[str, str] = {
    "domain": "A domain that mail is taken for.",
    "mailbox": "A mailbox delivered here.",
    "contact": "An address of ours whose mail goes on to an address elsewhere.",
    "group": "An address whose mail goes to every member; the sender stays the sender (RFC 3461, 5.2.7.1).",
    "folder": "A public folder that takes mail.",
    "address-policy": "How recipients get their addresses; `policy apply` gives them.",
    "address-book-policy": "Whom some of our own people see and may write to; others are hidden from them.",
    "user": "A login for submission.",
    "receive-connector": "How mail comes in: which listeners, from which networks, under which rules.",
    "send-connector": "How mail goes out: for which domains, by MX or through smart hosts.",
    "server": "A mail server of ours, in an organisation that has several: which mailbox stores it holds.",
    "transport-rule": "A reason of the organisation's own to refuse a message: all its conditions must hold.",
    "remote-domain": "What readers of reports in domains elsewhere get; the most specific domain wins.",
    "dial-plan": "Voice and fax messages that come in together, and whether their failures are reported.",
    "system-message": "Words of your own in reports and quota notices, in the place of ours.",
    "transport": "The transport settings of the whole organisation.",
}

_ADDRESSES = "Addresses of this recipient; the first is the primary one."
_DISPLAY = "The name people see."
_NAME = "Unique among recipients."
_SENDERS = "Addresses of senders, here or elsewhere, or of groups whose members are meant."

_COMMON: Mapping[str, str] = {
    "name": _NAME,
    "addresses": _ADDRESSES,
    "display_name": _DISPLAY,
    "alias": "A short name, `%m` in address policies.",
    "given_name": "`%g` in address policies.",
    "initials": "`%i` in address policies.",
    "surname": "`%s` in address policies.",
    "attributes": "Facts as `name=value`, such as `department=Brewery`; filters read them.",
    "container": "Where in the directory it stands, such as `corp.example/Staff`; groups' filters can name one.",
    "languages": "Language tags of what the server writes to it, the dearest first, such as `de-CH`.",
    "hidden": "Not in address lists, and not among the near misses of a mistyped address.",
    "address_policy": "Whether address policies give it addresses.",
    "other_addresses": "Addresses of other kinds: `EX:/o=...` and `X500:/o=...` (old internal ones), `FAX:...`.",
    "unusable": "Why it can take no mail, such as `deleted` (5.1.5); its addresses stay taken.",
    "max_receive_size": "Larger messages to it fail (5.2.3); 0: from outside, `transport.max_receive_size` holds.",
    "max_send_size": "Larger messages from it fail (5.2.3); 0: `transport.max_send_size` for mail to elsewhere.",
    "accept_from": f"Who may write to it (5.7.1); empty: everybody.  {_SENDERS}",
    "reject_from": f"Who may not (5.7.1); goes before `accept_from`.  {_SENDERS}",
    "require_sender_auth": "Mail from outside is refused (5.7.1).",
    "moderated": "Mail to it waits until a moderator lets it through (5.7.1 otherwise, 5.7.2 within a group).",
    "moderators": "Who decides, by answering a message, and may write to it directly.",
    "bypass_moderation": f"Who needs no moderator.  {_SENDERS}",
    "moderation_notices": "Who hears that his message was not approved: everybody (`always`), senders of "
    "ours (`internal`), or nobody (`never`).",
}
_FORWARDING: Mapping[str, str] = {
    "forwarding_address": "The recipient of ours who gets its mail instead, or too.",
    "deliver_and_forward": "Deliver here and forward; otherwise forward only.",
}

DOCS: Mapping[str, Mapping[str, str]] = {
    "domain": {
        "name": "The domain, in Unicode or as A-labels.",
        "type": "`authoritative`: unknown recipients do not exist.  `internal-relay`: recipients found here are "
        "delivered, others go on by a connector.  `external-relay`: all go on.",
        "default": "The domain of our own postmaster and message ids; without a mark, the first domain.",
    },
    "mailbox": {
        **_COMMON,
        **_FORWARDING,
        "type": "`user`, `shared`, `room`, `equipment`, or `system`: sends and receives without restrictions.",
        "home": "The store that holds it: one of a server's `stores`, where its mail is sent then, or of "
        "`transport.mailbox_stores` (5.1.6); empty: this server's.",
        "home_unclear": "Why the directory that it comes from does not tell its store; its mail fails (5.1.0).",
        "moved": "Whether it was moved to another mail system; without forwarding its mail fails (5.1.6).",
        "disabled": "Takes no mail (5.2.1) and sends none (5.1.8).",
        "may_send": "Whether it may send (5.1.8).",
        "default_quotas": "The quotas of `transport` hold; otherwise the three here.",
        "warning_quota": "From here on the owner is warned; 0: never.",
        "send_quota": "From here on it may not send (5.2.2); 0: no limit.",
        "receive_quota": "From here on it takes no mail (5.2.2); 0: no limit.",
        "max_recipients": "Recipients of one message from it (5.5.3); 0: `transport.max_recipients`.",
        "forwarding_smtp_address": "An address anywhere that gets its mail; `forwarding_address` goes before it.",
        "delegates": "Who may send on its behalf; `recipient check` finds those who are gone.",
    },
    "contact": {
        **_COMMON,
        "external": "Where the mail goes; without it or `foreign` mail fails (5.1.0).",
        "bad_external": "What an import brought in its place and is no address; mail fails (5.1.3).",
        "foreign": "Instead of `external` an address of another kind, `FAX:+44190520000`, for a send connector "
        "whose `address_spaces` cover it.",
        "message_format": "What can be read there: `mime`, or `text`: one plain text, with attachments left out "
        "(5.6.1 where there is no text).",
        "type": "`contact`, or `user`: one of ours with a mailbox elsewhere.",
    },
    "group": {
        **_COMMON,
        "members": "Addresses of recipients here, or addresses elsewhere.",
        "bad_members": "What an import brought among them and is no address: for these the mail fails (5.1.3).",
        "filter": 'Everybody who matches is a member, too: `kind = mailbox and department = "Brewery"`.',
        "filter_container": "Only those in this container and below.",
        "managed_by": "Its owners; the first one gets the reports of `report_to_manager`.",
        "expansion_server": "The only server that may expand it, by its host name: others send the mail there.  "
        "It must be this one or a `server` (5.2.4); empty: any.",
        "expansion_permission": "Who may write to it: `anyone`, `members` or `owners` (5.7.2).",
        "hidden_members": "Who the members are is nobody's business outside: mail from there fails (5.7.2).",
        "report_to_originator": "Reports about members go to the sender.",
        "report_to_manager": "They go to the first owner; with neither, to nobody.",
    },
    "folder": {
        **_COMMON,
        **_FORWARDING,
        "path": "Where it stands in the tree: `\\\\ProblemFolder`; empty: its name below the root.",
        "permissions": "Who may do what: `Default: Author`, `anna@corp.example: Owner`.  "
        "Mail needs CreateItems (5.2.1).",
        "warning_quota": "From here on the owners are warned; 0: never.",
        "post_quota": "From here on it takes nothing (5.2.2); 0: no limit.",
        "max_item_size": "Larger messages fail (5.2.3); 0: no limit.",
    },
    "address-policy": {
        "name": "Stands in what `policy apply` says.",
        "templates": "`%1g.%s@corp.example`: %g given name, %i initials, %s surname, %d display name, %m alias.  "
        "The first makes the primary address.",
        "filter": "Whom it is for, as in groups; empty: everybody.",
        "priority": "Of several policies that match, the lowest priority wins.",
    },
    "address-book-policy": {
        "name": "Stands in what administrators read.",
        "visible": "The recipients that these senders see, as a filter: `department = Brewery`.  Mail from them "
        "to other recipients of ours fails (5.3.2), except through a group or a forwarding.",
        "filter": "The senders that it is for, as in groups; empty: everybody of ours.",
        "priority": "Of several policies for one sender, the lowest priority holds.",
    },
    "user": {
        "name": "The login.",
        "password": "An argon2 hash, as `saywhy user add` makes it; never the password itself.",
        "addresses": "The addresses this user may send as.",
    },
    "receive-connector": {
        "name": "Stands in trace headers and logs.",
        "listeners": "The server's listeners (`[listeners.NAME]`) that this connector takes.",
        "remote_ranges": "The clients it takes, as networks.  Of several connectors the narrowest range wins.",
        "fqdn": "The name in banner and EHLO; empty: the server's host name.",
        "relay_ranges": "Clients that may relay to anywhere without signing in.",
        "auth": "Mechanisms offered after TLS: `PLAIN`, `LOGIN`.",
        "require_auth": "Refuse MAIL before a sign-in (530 5.7.0).",
        "starttls": "Offer STARTTLS.",
        "recipient_lookup": "Refuse unknown recipients at RCPT; otherwise they are taken and reported later.",
        "dsn": "Offer DSN (RFC 3461).",
        "deliver_by": "Offer DELIVERBY (RFC 2852): senders set deadlines. Only beside DSN.",
        "min_deliver_by": "The shortest deadline after which a message is returned; 0: any.",
        "pipelining": "Offer PIPELINING (RFC 2920).",
        "chunking": "Offer CHUNKING (RFC 3030).",
        "eightbitmime": "Offer 8BITMIME (RFC 6152).",
        "smtputf8": "Offer SMTPUTF8 (RFC 6531).",
        "require_ehlo_domain": "Refuse an EHLO without a valid name.",
        "max_message_size": "Larger messages are refused (552 5.3.4).",
        "max_header_size": "Longer headers are refused (552 5.3.4).",
        "max_recipients": "Recipients of one message; the next one gets 452 4.5.3.",
        "max_hops": "Received fields; more mean a loop (554 5.4.6).",
        "max_local_hops": "Received fields of this very server; more mean a loop (451 4.4.6).",
        "max_connections": "Connections at once.",
        "max_connections_per_source": "Connections at once from one client.",
        "max_connections_per_source_percent": "Share of `max_connections` that one client may hold, in percent.",
        "connection_timeout": "How long a connection may last while no message is in transfer.",
        "inactivity_timeout": "How long a client may be silent (421 4.4.2).",
        "max_protocol_errors": "Errors after which the connection is closed.",
        "max_logon_failures": "Failed sign-ins after which the connection is closed.",
        "tarpit": "Wait before the answer to an unknown recipient or a failed sign-in.",
        "state": "`active`; `inactive` turns clients away for now (421 4.3.2), `closed` for good (521 5.3.2).",
        "check_sender_domain": "Refuse senders, unless signed in, whose domain does not exist (5.1.8) or takes no "
        "mail (5.7.27).",
        "own_domain_senders": "Take mail from our own domains' addresses without a sign-in.",
        "block_lists": "DNS block lists (zones); a listed client is refused (550 5.7.1).",
        "message_rate": "Messages that one client may send in a minute (421 4.4.2); 0: no limit.",
        "spf": "May the client send for the sender's domain? `off`; `check` notes the result; `refuse` also "
        "refuses a fail (550 5.7.23).  Like the next three it is for clients that may not relay.",
        "dkim": "Do the message's signatures fit? `refuse`: a message changed on its way is refused (554 5.7.7), "
        "and one none of whose signatures can be verified (550 5.7.20).",
        "dmarc": "Is the domain in the From field proved? `refuse`: if not, and its owner asks for that, 550 "
        "5.7.26.  Needs the extra `auth`, and works with what `spf` and `dkim` find.",
        "reverse_dns": "Has the client's address a name that leads back to it? `refuse`: 550 5.7.25.",
    },
    "send-connector": {
        "name": "Stands in queue names and logs.",
        "address_spaces": "Domains it takes: `*`, `partner.example`, `*.partner.example`; the most specific wins. "
        " Or addresses of another kind: `FAX:*`, `X400:c=GB*`.",
        "cost": "Among equals, the lowest cost wins.",
        "protocol": "`smtp`, `lmtp` for a server of mailboxes, which answers for each recipient (RFC 2033), or "
        "`program`.",
        "tls_auth_level": "`encryption`: any certificate; `certificate`: a trusted one; `domain`: that, with "
        "the right name. The latter two require TLS.",
        "tls_domain": "The name that the certificate must have; empty: the smart host's, or the mail domain.",
        "tls_authorities": "File with the CA certificates to trust (PEM); empty: the system's.",
        "smart_hosts": "Hosts that take its mail, in order: a name, `[IP]`, either with `:port`; for LMTP also "
        "`unix:/path`.  Empty: by MX.",
        "dns_routing": "Find next hops by MX where no smart host is named; otherwise mail waits (5.4.4).",
        "port": "The port of the next hop.",
        "fqdn": "The name in EHLO; empty: the server's host name.",
        "ignore_starttls": "Do not use STARTTLS even where it is offered.",
        "require_tls": "Deliver only over TLS with a valid certificate.",
        "min_key_bits": "Where TLS is required, the least strength of the key in the next hop's certificate, in "
        "bits of RSA (a curve of 256 counts as 3072); weaker ones are refused (5.7.6).  0: what OpenSSL by itself "
        "asks, and nothing where any certificate will do.",
        "force_helo": "Say HELO instead of EHLO.",
        "require_esmtp": "A next hop that does not know EHLO gets no mail (5.5.5); otherwise HELO is tried.",
        "chunking": "Use BDAT where it is offered.",
        "max_message_size": "Larger messages take another connector, or fail (5.3.4); 0: no limit.",
        "max_connections_per_destination": "Connections at once to one next hop.",
        "max_messages_per_connection": "Messages after which a connection is closed.",
        "enabled": "Whether it takes mail.",
        "source_ip": "The local address to connect from; empty: the system chooses.",
        "user": "Sign in at the smart host under this name.",
        "password": "The password for it.",
        "servers": "The servers of ours that use it, by their host names; others send its mail to the first of "
        "them that is a `server`.  Empty: each server uses it.",
        "scoped": "For other servers than those it does not exist, not even by way of them (5.4.3).",
        "upgrade_connect_failures": "When no host of a next hop can be connected to, its mail fails at once "
        "(5.4.1); otherwise it waits and is tried again.",
        "program": "With protocol `program`: the path of a program that takes each message on its standard input, "
        "and its arguments; `{address}`, `{type}`, `{recipient}`, `{sender}` and `{queue_id}` stand for what they "
        "say.  Its exit status says what became of it (docs/running.md).",
        "program_timeout": "How long that program may take for one recipient; then it is ended and mail waits.",
        "media_types": "Media types that go there: `text/plain`, `image/*`; what cannot be converted fails "
        "(5.6.1).  Empty: all.",
        "networks": "Loopback or own networks where a next hop is allowed all the same (5.3.5).",
    },
    "server": {
        "name": "Its host name, the `server.hostname` of its own settings.  Mail goes to it by the send connector "
        "whose address space covers this name (`*` does not count); without one it waits (5.4.4).",
        "stores": "The mailbox stores that it holds, as mailboxes name them in `home`.",
    },
    "transport-rule": {
        "name": "Stands in logs and in what administrators read.",
        "priority": "Of several rules that match, the lowest priority wins.",
        "enabled": "Whether it is in force.",
        "senders": "Addresses, domains or `*.domain`; empty: everybody.",
        "recipients": "The same for recipients, of whom one is enough.",
        "outside_only": "Only messages whose sender is none of ours.",
        "subject_contains": "Words in the subject, one of which is enough.",
        "header_contains": "`Name: words`, one of which is enough.",
        "message_size_over": "Only larger messages.",
        "attachment_size_over": "Only messages with a larger attachment.",
        "action": "`reject` the message, or `quarantine` it: with no mailbox for that it is refused (5.2.1).",
        "status": "The code of the refusal: 5.7.1, 5.7.900 to 5.7.999, or 5.3.4.",
        "text": "What the sender reads.",
    },
    "remote-domain": {
        "name": "Its name in commands and logs; `Default` is the one for `*`.",
        "domain": "Whose: `partner.example`, `*.partner.example` (its subdomains), or `*`.",
        "ndr": "They get failure reports (NDREnabled).  Off, their mail is lost to them without a word: RFC 5321 "
        "section 6.1 forbids it.",
        "delivery_reports": "They get all other reports: delayed, delivered, relayed, expanded "
        "(DeliveryReportEnabled).",
        "diagnostics": "Their reports have the section for administrators, and returned headers tell the way "
        "(NDRDiagnosticInfoEnabled).",
        "content_type": "The bodies of mail to them: `mime-html-text` (as written), `mime-text` or `mime-html`, "
        "into which others are converted (ContentType).",
        "character_set": "The character set into which texts are converted, such as `utf-8`; empty: as they are "
        "(CharacterSet).",
        "tnef": "They get winmail.dat as it is; otherwise it is unpacked (TNEFEnabled).",
    },
    "dial-plan": {
        "name": "The word of the field `X-SayWhy-Dial-Plan` with which a client of ours stamps its messages.",
        "connector": "The receive connector whose messages belong to it; empty: only stamped ones.",
        "ndr": "Failures are reported (NDREnabled of a UM dial plan).",
    },
    "system-message": {
        "name": "For what it is: `de\\\\internal\\\\5.1.1` (language, readers, code), `de\\\\warning-mailbox` (a "
        "quota notice), each with a domain behind it for that one alone.",
        "text": "At most 512 characters, with the tags B, EM, BR, P and A HREF, and the placeholders "
        "`{recipient}`, `{code}`, `{server}`, `{size}`, `{limit}` and `{helpdesk}`.",
    },
    "transport": {
        "glitch_retries": "First retries after a failed connection.",
        "glitch_interval": "Time between these first retries.",
        "transient_retries": "Retries after the first ones.",
        "transient_interval": "Time between these further retries.",
        "steady_interval": "Time between all later retries.",
        "message_interval": "Time until a recipient is tried again whom a host that answers has put off.",
        "mailbox_interval": "Time between attempts to store in a mailbox.",
        "retry_jitter": "Share of an interval by which it varies, both ways.",
        "resubmit_after": "Mail for a next hop that has failed for so long is routed again; 0: never.",
        "recheck_interval": "When to look first whether a next hop that failed is back: one connection or "
        "look-up, then after twice as long each time; 0: only with the next attempt.",
        "recheck_most": "The longest time between two such looks.",
        "delay_after": "When the sender is told that the message waits.",
        "expire_after": "When a message is given up.",
        "report_expire_after": "When a report is given up.",
        "expiry_status": "Status of what is given up: `specific` (5.4.1 for 4.4.1), `classic` (4.4.7), "
        "`permanent` (5.4.7) or `transient` (the last error as it was).",
        "unreachable_action": "Mail without a route: `queue` it until there is one, or `reject` it (5.0.0).",
        "nxdomain_status": "Status for a domain that does not exist: `5.1.2` or `5.4.4`.",
        "max_recipients": "Recipients of one message before groups are expanded (5.5.3).",
        "poison_threshold": (
            "How many crashes a message must have been in work at, the last ones alone, to be put aside in the "
            "poison queue; 0: never."
        ),
        "max_group_depth": "How deep groups may be nested (5.4.6).",
        "moderation_expire_after": "When mail that waits for a moderator goes back (5.7.1).",
        "max_forwardings": "How often a message may be forwarded or go to the members of a list by itself, over "
        "all times that it comes here (5.4.6).",
        "max_automatic_forwardings": "The same of a message that says it was sent by a program (RFC 3834).",
        "max_group_members": "Members that one message may reach through its groups (5.2.4).",
        "max_send_size": "Larger messages from us to addresses elsewhere fail (5.2.3); 0: no limit.",
        "max_receive_size": "Larger messages from outside fail (5.2.3) where the recipient has no limit; 0: none.",
        "ambiguous_action": "Mail for an address that several own: `reject` (5.1.4), or `defer` (4.2.0) while a "
        "synchronisation may be mending it.",
        "mailbox_stores": "Names that mailboxes may have as their `home`, of stores on each server.",
        "warning_quota": "From here on the owner of a mailbox is warned; 0: never.",
        "send_quota": "From here on a mailbox may not send (5.2.2); 0: no limit.",
        "receive_quota": "From here on a mailbox takes no mail (5.2.2); 0: no limit.",
        "quota_notices": "When owners of full mailboxes and folders are told, each day, by the server's clock: "
        "`01:00`; empty: never.",
        "quota_action": "A mailbox over its `receive_quota`: `reject` mail (5.2.2), or `defer` it (4.2.2).",
        "store_state": "The mailboxes: `online`, `offline` (mail waits, 4.2.1), `disabled` (mail returns, 5.3.0).",
        "offline_grace": "How long an offline store only delays mail; 0: until it expires (5.2.1).",
        "store_full_action": "No room for mailboxes at all: `defer` mail (4.3.1), or `reject` it (5.3.1).",
        "max_store_size": "Size of all mailboxes together; 0: no limit.",
        "max_store_message_size": "Larger messages are not stored in mailboxes (5.2.1); 0: no limit.",
        "max_delivery_directory_size": "Mail that its owner has not seen yet, above which mail waits (4.2.2); "
        "0: no limit.",
        "max_mailbox_deliveries": "Deliveries to one mailbox at a time; others wait (4.3.2); 0: no limit.",
        "max_folder_messages": "Messages in a public folder (5.2.2); 0: no limit.",
        "blocked_senders": "Addresses, domains or `*.domain` that may not send to us (554 5.1.0).",
        "restricted_senders": "Our own addresses that may not send any more (550 5.1.8): stolen accounts, bulk.",
        "blocked_clients": "Networks that may not connect (550 5.7.1).",
        "reject_reserved_tlds": "Refuse recipients in `.test`, `.example`, `.invalid` and `.localhost` (5.1.4).",
        "reject_reserved_domains": "Refuse recipients in `example.com`, `.net` and `.org` (5.1.5).",
        "reject_single_labels": "Refuse recipients whose domain has no dot (5.1.6).",
        "max_attachments": "Attachments of one message; more are refused (554 5.6.3); 0: no limit.",
        "blocked_attachments": "File names that are refused (550 5.7.1): `*.exe`.",
        "conversion_timeout": "How long a message waits that must be converted and whose character set has no "
        "codec (4.6.5).",
        "charset_aliases": "Labels of character sets that mail is found to use: `x-cp-unknown=windows-1252`.",
        "disabled_charsets": "Character sets that are not converted from: such mail waits (4.6.5).",
        "store_character_set": "The character set of texts in mailboxes, into which others are converted; "
        "empty: as they come.  What cannot be read fails (5.6.0).",
        "store_tnef": "Mailboxes get winmail.dat as it comes; otherwise it is unpacked.",
        "reply_recipient": "Who gets replies to `report_postmaster`, by name; empty: postmaster.",
        "report_html": "Reports have an HTML part beside the plain text.",
        "report_max_return_size": "Larger messages return in reports as headers only; 0: always.",
        "report_rate": "Failure reports that one sender outside gets within `report_rate_interval`; what fails "
        "above that is named in one report when the time is over; 0: any number.",
        "report_domain_rate": "The same for all senders of one domain outside.",
        "report_rate_interval": "The time in which they are counted, and gathered.",
        "report_unverified": "Report to senders whose address neither SPF nor DKIM proved.  To one that SPF says "
        "is forged no report leaves, whatever this says.",
        "report_external_full": "Return whole messages to readers outside, too.",
        "report_external_delays": "Tell senders outside that their message waits.",
        "report_internal_delays": "Tell senders of ours that their message waits.",
        "report_copies": "Failure reports with one of these codes go to `reply_recipient`, too; where none is "
        "named, nobody gets a copy.",
        "report_postmaster": "From address of reports; empty: postmaster at the default domain.",
        "report_help_text": "A sentence of your own in each report: where to find help.",
        "report_language_detection": "Reports use the language that the original names, where there is one.",
        "report_default_language": "Language of reports otherwise, such as `de`; empty: English.",
        "tombstone_age": "How long it is remembered who was removed, so that mail for them says so to the "
        "administrator (5.1.1, `recipient deleted`); 0: not at all.",
        "near_misses": "Reports to our own people name similar addresses that exist.",
        "storm_messages": "Messages that one cause may return within `storm_interval`, by their expiry or by a "
        "fault of ours; more are held until an administrator decides (`storm list`); 0: any number.",
        "storm_interval": "The time in which they are counted.",
    },
}

DURATIONS: Mapping[str, frozenset[str]] = {
    **{kind: frozenset[str]() for kind in DOCS},
    "receive-connector": frozenset({"connection_timeout", "inactivity_timeout", "tarpit"}),
    "send-connector": frozenset({"program_timeout"}),
    "transport": frozenset(
        {
            "glitch_interval", "transient_interval", "steady_interval", "message_interval", "mailbox_interval",
            "resubmit_after", "recheck_interval", "recheck_most", "delay_after", "expire_after",
            "report_expire_after", "offline_grace", "storm_interval", "report_rate_interval", "conversion_timeout",
            "tombstone_age", "moderation_expire_after",
        }
    ),
}  # fmt: skip
_LIMITS = frozenset({"max_send_size", "max_receive_size"})
SIZES: Mapping[str, frozenset[str]] = {
    **{kind: frozenset[str]() for kind in DOCS},
    "receive-connector": frozenset({"max_message_size", "max_header_size"}),
    "send-connector": frozenset({"max_message_size"}),
    "mailbox": _LIMITS | {"warning_quota", "send_quota", "receive_quota"},
    "contact": _LIMITS,
    "group": _LIMITS,
    "folder": _LIMITS | {"warning_quota", "post_quota", "max_item_size"},
    "transport": _LIMITS | {"report_max_return_size", "warning_quota", "send_quota", "receive_quota"},
}
