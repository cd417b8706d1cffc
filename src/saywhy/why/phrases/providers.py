"""Whose server is whose, so that words and codes can be read as this provider means them (spec A5 step 3, A3).

`provider_of` finds the provider by the remote host's domain; the longest matching domain wins.  A provider is a
few lines in PROVIDERS and a table in `provider_words`; what its codes mean by themselves stands in codes/*.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from saywhy.why.phrases.index import Row
from saywhy.why.phrases.provider_words import WORDS

# The tables of words, under names that no other table has; `outlook.com` is Microsoft's part for private users.
TABLES: Mapping[str, tuple[Row, ...]] = WORDS

_DOMAINS: Mapping[str, str] = {
    "microsoft": "outlook.com office365.com exchangelabs.com",
    "outlook.com": "olc.protection.outlook.com hotmail.com live.com msn.com",
    "google": "google.com googlemail.com gmail.com",
    "yahoo": "yahoodns.net yahoo.com yahoo.net yahooinc.com yahoo.co.jp",
    "aol": "aol.com aim.com",
    "apple": "icloud.com me.com mac.com apple.com",
    "comcast": "comcast.net xfinity.com",
    "gmx": "gmx.net gmx.com gmx.de gmx.at gmx.ch web.de 1und1.de kundenserver.de ionos.com ionos.de 1and1.com",
    "t-online": "t-online.de telekom.de",
    "orange": "orange.fr wanadoo.fr laposte.net sfr.fr neuf.fr",
    "free": "free.fr proxad.net",
    "mail.ru": "mail.ru inbox.ru list.ru bk.ru",
    "yandex": "yandex.ru yandex.net yandex.com ya.ru",
    "qq": "qq.com foxmail.com",
    "163": "163.com 126.com netease.com yeah.net",
    "naver": "naver.com",
    "carriers": "docomo.ne.jp ezweb.ne.jp au.com softbank.jp softbank.ne.jp vodafone.ne.jp uqmobile.jp",
    "proofpoint": "pphosted.com proofpoint.com ppe-hosted.com",
    "mimecast": "mimecast.com mimecast.org mimecast.co.za",
    "barracuda": "barracudanetworks.com barracuda.com cudamail.com",
    "ironport": "iphmx.com ironport.com",
    "messagelabs": "messagelabs.com symanteccloud.com",
    "secureserver": "secureserver.net",
    "cox": "cox.net cox.com",
    "spectrum": "charter.net charter.com rr.com spectrum.net twc.com",
    "att": "att.net sbcglobal.net bellsouth.net prodigy.net att.com",
    "zoho": "zoho.com zoho.eu zoho.in zohomail.com",
    "rackspace": "emailsrvr.com rackspace.com",
    "strato": "strato.de rzone.de strato.com",
    "libero": "libero.it virgilio.it tiscali.it aruba.it iol.it",
    "facebook": "facebook.com fb.com",
    "fortinet": "fortinet.com fortiguard.com fortimail.com",
    "trendmicro": "trendmicro.com trendmicro.eu tmes.trendmicro.com mail-abuse.com",
}
PROVIDERS: Mapping[str, str] = {domain: name for name, domains in _DOMAINS.items() for domain in domains.split()}
# Words with which a provider signs its replies.
SIGNATURES: Mapping[str, str] = {
    " gsmtp ": "google",
    " nemesis esmtp ": "gmx",
    " ofr": "orange",
    " lpn0": "orange",
    " dnsbl attrbl ": "att",
    " bizsmtp ": "secureserver",
    " netease ": "163",
    " fortimail ": "fortinet",
    " fortiguard ": "fortinet",
}
_SOURCES = {"outlook.com": "microsoft"}


def source_of(table: str) -> str:
    """The name among entries.SOURCES under which the codes of these servers are catalogued."""
    return _SOURCES.get(table, table)


@lru_cache(maxsize=1024)
def provider_of(host: str) -> str:
    """The table of the provider that `host` belongs to; empty for everybody else."""
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        found = PROVIDERS.get(".".join(labels[start:]))
        if found is not None:
            return found
    return ""
