"""The words and private codes of single providers, by the name of the provider in `providers`.

Only what means something else, or something at all, in the replies of one provider; the sentences of everybody
stand in the other tables.  The wordings are from general knowledge of those servers' replies, not from a list.
"""

from __future__ import annotations

from collections.abc import Mapping

from saywhy.why.phrases.index import Row

_UNKNOWN = "remote-user-unknown"
_LISTED = "remote-block-list"
_RATE = "remote-rate-limited"
_SPAM = "remote-spam"
_POLICY = "remote-policy"

_MICROSOFT_BLOCKS: tuple[Row, ...] = (
    # S3140 and S3150: part of the network is on Outlook.com's own block list.
    Row(
        _RATE,
        7,
        0,
        """
        rp 001; rp 002; rp 003; exceeded the rate limit; temporarily rate limited; s775; s777; server busy
        """,
    ),
    Row(_LISTED, 7, 1, "s3140; s3150; dy 001; dy 002; ou 001; ou 002; as 1550; banned sending ip"),
    Row(_SPAM, 7, 1, "sc 001; sc 002; sc 003; sc 004"),
)
_EXCHANGE_ONLINE: tuple[Row, ...] = (
    # 550 5.4.1 Recipient address rejected: Access denied is directory-based edge blocking: no such recipient.
    Row(
        _UNKNOWN,
        1,
        1,
        """
        recipient address rejected access denied; recipient addresses rejected access denied; as 201806281
        """,
    ),
    *_MICROSOFT_BLOCKS,
)
_OUTLOOK_COM: tuple[Row, ...] = (
    # 550 5.5.0 Requested action not taken: mailbox unavailable is all that Outlook.com says of unknown addresses.
    Row(_UNKNOWN, 1, 1, "requested action not taken mailbox unavailable"),
    *_MICROSOFT_BLOCKS,
)
_GOOGLE: tuple[Row, ...] = (
    Row(
        "remote-attachment-refused",
        7,
        0,
        "potential security issue; blocked because its content",
        "policyviolation",
    ),
    Row(_RATE, 2, 1, "receiving mail at a rate; receiving mail too quickly"),
    Row(
        "remote-sender-unverified", 7, 26, "either spf or dkim; sender is unauthenticated; ipv6 sending guidelines"
    ),
    Row(_SPAM, 7, 1, "low reputation; likely unsolicited; suspicious due to", "badreputation"),
    Row("remote-recipient-restricted", 7, 1, "group you tried to contact", "rejected"),
)
_YAHOO: tuple[Row, ...] = (
    Row(_RATE, 7, 0, "tss04; tss05; tss06; ts01; ts02; ts03; ts04", "badreputation"),
    Row(_RATE, 7, 0, "tss09; tss11; tss12; ipts04; gl01; rl01; 4 16 55"),
    Row(_LISTED, 7, 1, "tss07; tss08; bl21; bl23; bl24; ip is in spamhaus"),
    Row(_SPAM, 7, 1, "ph01; ph02; ph03"),
    Row("remote-sender-unverified", 7, 1, "aup8; au01"),
)
_AOL: tuple[Row, ...] = (
    Row(
        _LISTED,
        7,
        1,
        """
        rtr bb; rtr bd; rtr bg; rtr bl; rtr ge; rtr ch; rtr sc; dyn t1; con b1; rly cs4; rly b1; rly b2
        """,
    ),
    Row("remote-no-reverse-name", 7, 25, "dns p1; dns p2; dns nr; rly nw"),
    Row("remote-link-refused", 7, 1, "hvu b1; hvu b2; hvu mpx; cs06"),
    Row(_RATE, 7, 0, "rly bd; rly ch; rly ch2; rly cs1; rly cs2; rly cs3; dyn t4"),
    Row(_SPAM, 7, 1, "scn; abl; mtg"),
)
_ICLOUD: tuple[Row, ...] = (
    Row(_POLICY, 7, 1, "cs01"),
    Row("remote-sender-unverified", 7, 1, "hm08; hm07; hme1"),
    Row("remote-block-list", 7, 1, "hc; dns rbl"),
    Row(_SPAM, 7, 1, "vi 1; vi 2; cs02"),
    Row(_UNKNOWN, 1, 1, "inactive email address"),
    Row(_POLICY, 7, 1, "rejected due to local policy"),
)
_COMCAST: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "bl000000; bl000001; bl000010; bl000100"),
    Row(_RATE, 7, 0, "rl000001; rl000002; rl000003; rl000010; throttled"),
    Row("remote-no-reverse-name", 7, 25, "pt000001; ptr lookup"),
    Row("remote-spam", 7, 1, "comcast block for spam"),
    Row("remote-mailbox-disabled", 2, 1, "account not available; account is not available"),
)
# GMX, web.de, 1&1 and IONOS share their servers.
_UNITED: tuple[Row, ...] = (
    Row("remote-no-reverse-name", 7, 25, "bad dns ptr; ptr resource record; unknown dns ptr"),
    Row(
        "remote-sender-refused",
        1,
        8,
        "mx or a aaaa resource record; invalid dns mx; dns a aaaa; sender address is not allowed",
    ),
    Row(
        _LISTED,
        7,
        1,
        """
        ip address is block listed; ip address is black listed; block listed; reject due to blacklisting
        """,
    ),
    Row(_RATE, 7, 0, "too many connections; message rate; mail send limit exceeded"),
    Row(
        _POLICY,
        7,
        1,
        """
        reject due to policy restrictions; policy restrictions; mailservice not available; no smtp service
        """,
    ),
    Row(
        _UNKNOWN,
        1,
        1,
        """
        requested action not taken mailbox unavailable; requested mail action not taken mailbox unavailable
        """,
    ),
)
_T_ONLINE: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "a problem occurred; dyn; bl; spam reputation; ip address is blocked; bad reputation"),
    Row("remote-no-reverse-name", 7, 25, "unknown hostname; no ptr; dns"),
    Row(_UNKNOWN, 1, 1, "unbekannter empfanger; unknown user"),
    Row(_RATE, 7, 0, "too many connections; zu viele verbindungen"),
)
# Orange, Wanadoo, La Poste and SFR: OFR_nnn, LPN_nnn, and a sentence in French and English.
_FRENCH: tuple[Row, ...] = (
    Row(_UNKNOWN, 1, 1, "ofr 416; lpn 416; adresse d au moins un destinataire invalide; destinataire invalide"),
    Row("remote-mailbox-full", 2, 2, "ofr 417; lpn 417; boite du destinataire pleine; recipient overquota"),
    Row("remote-sender-refused", 1, 8, "ofr 405; lpn 405; emetteur invalide; invalid sender; ofr 407"),
    Row("remote-too-large", 3, 4, "ofr 414; lpn 414; message trop volumineux"),
    Row(
        _LISTED,
        7,
        1,
        """
        ofr 506; ofr 102; ofr 101; ofr 999; lpn 105; lpn 106; service refuse; mail rejete; mail rejected
        """,
        "blocked",
    ),
    Row(_RATE, 7, 0, "ofr 104; ofr 109; trop de connexions; ofr 103; ofr 108"),
    Row("remote-no-reverse-name", 7, 25, "lpn 103; reverse dns"),
)
_FREE: tuple[Row, ...] = (
    Row(_RATE, 7, 0, "too many errors from your ip; too many spams from your ip; trop de"),
    Row(_SPAM, 7, 1, "spam detected"),
    Row(_UNKNOWN, 1, 1, "requested action not taken mailbox unavailable"),
)
_MAIL_RU: tuple[Row, ...] = (
    Row(
        "remote-mailbox-disabled",
        2,
        1,
        "access to this account is disabled; account is disabled; user is terminated",
    ),
    Row(_UNKNOWN, 1, 1, "message was not accepted invalid mailbox; invalid mailbox; user not found"),
    Row("remote-mailbox-full", 2, 2, "mailbox is full; user quota; over quota"),
    Row("remote-no-reverse-name", 7, 25, "generic dns ptr; no ptr; ptr records"),
    Row(_SPAM, 7, 1, "spam message rejected; spam message discarded; discarded as spam"),
    Row(_LISTED, 7, 1, "we do not accept mail from hosts with dynamic ip; ip is blocked; blocked by"),
    Row("remote-greylisted", 7, 0, "try again later; cannot accept mail now; temporarily unavailable"),
)
_YANDEX: tuple[Row, ...] = (
    Row(_UNKNOWN, 1, 1, "no such user; bad address mailbox"),
    Row("remote-recipient-restricted", 7, 1, "policy rejection on the target address"),
    Row(_SPAM, 7, 1, "under suspicion of spam"),
    Row(_RATE, 7, 0, "too many messages; sending limit; limit exceeded"),
    Row("remote-unavailable", 3, 2, "service is currently unavailable"),
)
_QQ: tuple[Row, ...] = (
    Row(_UNKNOWN, 1, 1, "mailbox not found; mailbox unavailable or access denied; user not found; does not exist"),
    Row(
        "remote-recipient-restricted",
        7,
        1,
        "mail is rejected by recipients; rejected by recipients; recipient refused",
    ),
    Row(_SPAM, 7, 1, "mail content denied; mail content is denied; suspected spam; spam is embedded"),
    Row(
        _RATE,
        7,
        0,
        """
        connection frequency limited; ip frequency limited; sender frequency limited; domain frequency
        limited; frequency limited; too many connections
        """,
    ),
    Row(_LISTED, 7, 1, "connection denied; ip is blocked; in the block list; ip in blacklist; ip denied"),
    Row("remote-sender-refused", 1, 8, "sender is rejected; from address is invalid; mail from must equal"),
)
_NETEASE: tuple[Row, ...] = (
    Row(_UNKNOWN, 1, 1, "invalid user; user not found"),
    Row("remote-mailbox-disabled", 2, 1, "user suspended; user is locked; user has been suspended"),
    Row(_SPAM, 7, 1, "dt spm; dt sum; mi spb; mi sfq; gb spm; dt lch"),
    Row(_RATE, 7, 0, "mi cel; mi dmc; mi ccl; rp cel; rp rcl; rp ccl; ip ftl; qt"),
    Row(_LISTED, 7, 1, "ip in blacklist; hl rep; hl itc; rp trc; rp qrc; mi nhd; ip dmc"),
    Row("remote-spf-failed", 7, 23, "mi spf; mi sti; hl dsf"),
)
_NAVER: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "denied by ip; blocked ip; ip blocked"),
    Row(_UNKNOWN, 1, 1, "recipient not found; invalid recipient; no such user"),
    Row(_RATE, 7, 0, "connection limit; too many messages; message limit"),
)
_CARRIERS: tuple[Row, ...] = (  # NTT docomo, au, SoftBank
    Row(_UNKNOWN, 1, 1, "unknown user; user unknown; invalid recipient; no such user; address unknown"),
    Row(
        "remote-recipient-restricted",
        7,
        1,
        "permission denied; domain setting; rejected by receiver; refused by user",
    ),
    Row(_RATE, 7, 0, "too many requests; too many recipients; traffic restriction"),
)
_PROOFPOINT: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "blocked see; blocked using; ip is blocked; dnsbl; dynamic reputation"),
    Row(_SPAM, 7, 1, "message blocked; content policy; classified as"),
    Row("remote-recipient-restricted", 7, 1, "not authorized by recipient"),
)
_MIMECAST: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "poor reputation sender; ip reputation policy; rejected by rbl; csi mimecast; spamcop"),
    Row(
        "remote-greylisted",
        7,
        0,
        "internal resource temporarily unavailable; internal resources are temporarily unavailable",
    ),
    Row(_UNKNOWN, 1, 1, "invalid recipient"),
    Row("remote-sender-banned", 1, 8, "envelope blocked; manually blocked senders; user entry; user domain entry"),
    Row("remote-sender-unverified", 7, 1, "anti spoofing; submitter failed to authenticate"),
    Row("remote-attachment-refused", 6, 0, "attachment policy; attachment management"),
    Row("remote-content-refused", 6, 0, "content examination; content policy"),
    Row("remote-virus-found", 6, 0, "virus signature detected"),
    Row(_POLICY, 7, 1, "host network not allowed; administrative prohibition; delivery not authorized"),
)
_BARRACUDA: tuple[Row, ...] = (
    Row(_SPAM, 7, 1, "blocked; rejected due to content; intent"),
    Row(_LISTED, 7, 1, "reputation; rejected by reputation"),
)
_IRONPORT: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "poor reputation; sending mta's poor reputation; senderbase"),
    Row(_RATE, 7, 0, "too many recipients received; too many messages"),
)
_MESSAGELABS: tuple[Row, ...] = (
    Row("remote-authentication-required", 7, 0, "turn on smtp authentication; not permitted to relay"),
    Row("remote-sender-refused", 1, 8, "smtp mail from domain unknown; sender domain"),
    Row(_SPAM, 7, 1, "message filtered; message filtering"),
    Row(_POLICY, 7, 1, "connection rejected by policy; requested action aborted; 7 7; 7 2"),
    Row(_UNKNOWN, 1, 1, "invalid recipients; invalid recipient"),
)
_SECURESERVER: tuple[Row, ...] = (  # GoDaddy
    Row(_UNKNOWN, 1, 1, "account does not exist; recipient not found; no such user; ib401; ib402"),
    Row(_LISTED, 7, 1, "ib104; ib105; ib106; ib108; ib110; ib111; ib113; ib115; ib001; ib007; rbl; blacklist"),
    Row(_RATE, 7, 0, "ib605; ib607; ib501; ib504; ib506; ib508; ib511; too many messages; temporarily blocked"),
    Row(_SPAM, 7, 1, "ib212; ib213; ib705; ib703; ib405; judged to be spam"),
    Row("remote-sender-refused", 1, 8, "ib305; ib306; ib307; ib504"),
    Row(_POLICY, 7, 1, "rejected for policy reasons; ib510"),
)
_COX: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "cxbl; ip blacklisted; aup; cxaup; sender rejected; blocked", "blocked"),
    Row("remote-no-reverse-name", 7, 25, "cxdns; rdns; reverse dns"),
    Row(_RATE, 7, 0, "cxcnct; cxthrt; cxmxrt; cxsnt; too many sessions; too many invalid recipients"),
    Row("remote-dmarc-failed", 7, 1, "cxdmarc"),
    Row("remote-sender-refused", 1, 8, "cxsa; cxmj"),
)
_SPECTRUM: tuple[Row, ...] = (  # Charter, Time Warner, Road Runner
    Row(_LISTED, 7, 1, "aup in; aup i 1000; aup i 1310; aup i 1520; aup i 1580; e1110; e2110; e2120; blocked for"),
    Row(_RATE, 7, 0, "e2130; e3110; e3130; e4110; too many"),
    Row(_UNKNOWN, 1, 1, "e5110; aup o 1020"),
)
_ATT: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "dnsbl attrbl; attrbl; rbl 521; is blocked for assistance; is blocked"),
    Row("remote-no-reverse-name", 7, 25, "fix reverse dns"),
)
_ZOHO: tuple[Row, ...] = (
    Row("remote-sender-banned", 1, 8, "email outgoing blocked; outgoing blocked; unusual activity"),
    Row(_UNKNOWN, 1, 1, "email id not found; error delivering to mailboxes"),
    Row("remote-mailbox-full", 2, 2, "exceeds allowed size; user mailbox exceeds"),
)
_RACKSPACE: tuple[Row, ...] = (
    Row(_UNKNOWN, 1, 1, "g8; g9; g10; could not be found or was misspelled"),
    Row(_LISTED, 7, 1, "g15; g17; g27; h1; l1; blacklisted"),
    Row(_RATE, 7, 0, "d4; d5; d6; g13; g14"),
    Row("remote-sender-refused", 1, 8, "g12; s1; s2"),
)
_STRATO: tuple[Row, ...] = (
    Row("remote-link-refused", 7, 1, "b url"),
    Row(_SPAM, 7, 1, "b ex; b vi; spam content"),
    Row(_LISTED, 7, 1, "blacklisted; b ip"),
    Row(_UNKNOWN, 1, 1, "user unknown; recipient unknown; mailbox does not exist"),
)
_ITALIAN: tuple[Row, ...] = (  # Libero, Virgilio, Tiscali, Aruba
    Row(_LISTED, 7, 1, "lib 102; lib 104; lib 106; ip in blacklist; blocked ip"),
    Row(_UNKNOWN, 1, 1, "utente inesistente; casella inesistente; mailbox inesistente"),
    Row("remote-mailbox-disabled", 2, 1, "utente sospeso; casella disabilitata; account sospeso"),
)
_FORTINET: tuple[Row, ...] = (
    Row(_SPAM, 7, 1, "determined this email to be spam; fortiguard antispam; detected as spam"),
    Row(_LISTED, 7, 1, "this email from ip; fortiguard ip"),
)
_TREND_MICRO: tuple[Row, ...] = (
    Row(_LISTED, 7, 1, "ers dul; ers rbl; email reputation; rbl; ip profiler; blocked using"),
)

_FACEBOOK: tuple[Row, ...] = (
    Row(_UNKNOWN, 1, 1, "rcp p1"),
    Row("remote-recipient-restricted", 7, 1, "rcp p2; rcp p4", "filtered"),
    Row("remote-mailbox-disabled", 2, 1, "rcp p3"),
    Row(_RATE, 7, 0, "con t1; con t3; con t4; msg t1; rcp t1; rcp t2; rcp t3"),
    Row("remote-dkim-failed", 7, 20, "dkm p1; dkm t1"),
    Row(_POLICY, 7, 1, "pol p1; pol p2; pol p3; pol p4; pol p5; pol p6; pol p7; pol t1"),
)

WORDS: Mapping[str, tuple[Row, ...]] = {
    "microsoft": _EXCHANGE_ONLINE,
    "outlook.com": _OUTLOOK_COM,
    "google": _GOOGLE,
    "yahoo": _YAHOO,
    "aol": _AOL,
    "apple": _ICLOUD,
    "comcast": _COMCAST,
    "gmx": _UNITED,
    "t-online": _T_ONLINE,
    "orange": _FRENCH,
    "free": _FREE,
    "mail.ru": _MAIL_RU,
    "yandex": _YANDEX,
    "qq": _QQ,
    "163": _NETEASE,
    "naver": _NAVER,
    "carriers": _CARRIERS,
    "proofpoint": _PROOFPOINT,
    "mimecast": _MIMECAST,
    "barracuda": _BARRACUDA,
    "ironport": _IRONPORT,
    "messagelabs": _MESSAGELABS,
    "secureserver": _SECURESERVER,
    "cox": _COX,
    "spectrum": _SPECTRUM,
    "att": _ATT,
    "zoho": _ZOHO,
    "rackspace": _RACKSPACE,
    "strato": _STRATO,
    "libero": _ITALIAN,
    "facebook": _FACEBOOK,
    "fortinet": _FORTINET,
    "trendmicro": _TREND_MICRO,
}
