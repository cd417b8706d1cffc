"""Tags of Exchange and of ourselves that name the condition exactly (spec A4), in lower case.

Those of the components that look recipients up come in the replies of others.  Those of ROUTING, QUEUE and
SMTPSEND are only said by the server that writes the report, so they have the causes of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from saywhy.why.phrases.index import Meaning

# Hosts whose pages a system points at for one reason only: Google Groups says in sixty languages that the group
# may not exist or that the sender may not post.
LINKS: Mapping[str, Meaning] = {"groups.google.com": Meaning("remote-recipient-restricted", 7, 1, "rejected")}

TAGS: Mapping[str, Meaning] = {
    "resolver.adr.recipnotfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.adr.recipientnotfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.adr.exrecipnotfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.fwd.notfound": Meaning("remote-user-unknown", 1, 1),
    "resolver.adr.ambiguous": Meaning("remote-recipient-ambiguous", 1, 4),
    "resolver.adr.notarget": Meaning("remote-recipient-unusable", 1, 0),
    "resolver.adr.badtarget": Meaning("remote-recipient-unusable", 1, 0),
    "resolver.adr.invalidinsmtp": Meaning("remote-recipient-unusable", 1, 0),
    "resolver.adr.invalidobject": Meaning("remote-recipient-unusable", 1, 0),
    "resolver.adr.homedatabasemissing": Meaning("remote-recipient-unusable", 1, 6),
    "resolver.adr.moved": Meaning("remote-mailbox-moved", 1, 6),
    "resolver.adr.badprimary": Meaning("remote-sender-refused", 1, 7),
    "resolver.adr.reciplimit": Meaning("remote-too-many-recipients", 5, 3),
    "resolver.rst.authrequired": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.notauthorized": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.sendernotauthenticatedforgroup": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.sendernotauthenticatedformailbox": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.sendernotauthenticatedforpublicfolder": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.sendernotauthenticatedformailuser": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.restrictedtogrouppermission": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.rst.restrictedtorecipientspermission": Meaning("remote-recipient-restricted", 7, 1),
    "resolver.grp.expansiondenied": Meaning("remote-recipient-restricted", 7, 2),
    "resolver.rst.recipsizelimit": Meaning("remote-too-large", 2, 3),
    "resolver.rst.sendsizelimit": Meaning("remote-too-large", 2, 3),
    "resolver.rst.recipientmessageratelimit": Meaning("remote-rate-limited", 2, 1),
    "resolver.grp.badfilter": Meaning("remote-group-broken", 2, 4),
    "resolver.grp.badcontainer": Meaning("remote-group-broken", 2, 4),
    "resolver.grp.groupassender": Meaning("remote-group-broken", 2, 4),
    "resolver.grp.expansionserver": Meaning("remote-group-broken", 2, 4),
    "resolver.grp.nomembers": Meaning("remote-group-broken", 2, 4),
    "resolver.grp.toomanymembers": Meaning("remote-group-broken", 2, 4),
    "resolver.fwd.notauthorized": Meaning("remote-redirection-denied", 7, 3),
    "resolver.fwd.loop": Meaning("remote-loop", 4, 6),
    "resolver.fwd.depth": Meaning("remote-loop", 4, 6),
    "routing.localloop": Meaning("remote-loop", 4, 6),
    "approval.rejected": Meaning("remote-moderator-refused", 7, 1),
    "approval.expired": Meaning("remote-moderator-refused", 7, 1),
    "transport.rules.rejectmessage": Meaning("remote-rule-refused", 7, 1),
    "content.attachmentlimit": Meaning("remote-attachment-refused", 6, 0),
    "convert.medianotsupported": Meaning("remote-conversion-impossible", 6, 1),
    "routing.noconnector": Meaning("remote-route-unknown", 1, 2),
    "routing.noconnectorforaddresstype": Meaning("remote-route-unknown", 1, 2),
    "queue.expired": Meaning("expired", 4, 7),
    "queue.deliverby": Meaning("deadline-missed", 4, 7),
    "queue.admin": Meaning("removed-by-administrator", 3, 2),
    "smtpsend.dns.nonexistentdomain": Meaning("domain-not-found", 1, 2),
    "smtpsend.dns.mxloopback": Meaning("mail-loops-back", 3, 5),
    "smtpsend.dns.unavailable": Meaning("dns-unavailable", 4, 0),
    "smtpsend.dns.nullmx": Meaning("null-mx", 1, 10),
    "routing.nonexthop": Meaning("no-mail-host", 4, 4),
    "smtpsend.noanswer": Meaning("no-answer", 4, 1),
    "smtpsend.badconnection": Meaning("connection-lost", 4, 2),
    "routing.smarthost.unresolved": Meaning("smart-host-unresolved", 4, 0),
    "routing.smarthost.badliteral": Meaning("smart-host-malformed", 4, 0),
    "routing.smarthost.connectorgone": Meaning("connector-gone", 4, 3),
    "routing.noavailableroute": Meaning("connector-gone", 4, 3),
    "smtpsend.tls.notoffered": Meaning("tls-not-offered", 7, 4),
    "smtpsend.tls.failed": Meaning("tls-failed", 7, 5),
    "smtpsend.tls.certificateinvalid": Meaning("tls-failed", 7, 5),
    "smtpsend.tls.nocommoncipher": Meaning("tls-no-common-cipher", 7, 6),
    "smtpsend.bdat.storage": Meaning("remote-chunking-refused", 3, 3),
    "routing.domainisserver": Meaning("domain-is-server", 4, 0),
}
