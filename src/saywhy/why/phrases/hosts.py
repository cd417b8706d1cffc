"""Names of public block lists: the last two labels of the hosts that replies mention."""

from __future__ import annotations

BLOCK_LISTS = frozenset(
    {
        *("abuseat.org", "abusix.com", "abusix.zone", "backscatterer.org", "barracudacentral.org"),
        *("barracudanetworks.com", "blocklist.de", "cloudmark.com", "dnsbl.info", "dronebl.org"),
        *("fabel.dk", "gbudb.net", "inps.de", "invaluement.com", "ivmsip.com", "junkemailfilter.com"),
        *("mailspike.net", "manitu.net", "mxtoolbox.com", "nixspam.net", "proofpoint.com", "rbl.jp"),
        *("s5h.net", "senderbase.org", "senderscore.com", "senderscore.net", "sorbs.net", "spamcop.net"),
        *("spameatingmonkey.net", "spamhaus.net", "spamhaus.org", "spamrats.com", "spfbl.net"),
        *("surbl.org", "surriel.com", "talosintelligence.com", "uceprotect.net", "uribl.com"),
    }
)
