"""Lines of servers of many makes, providers and languages, each with the reason that they give."""

from __future__ import annotations

import pytest

from saywhy.why.names import SISIMAI
from saywhy.why.phrases import common
from saywhy.why.reasons import OF_KIND, diagnose

# reason: lines.  Written for this test in the servers' ways of speaking, addresses ours.
ENGLISH = {
    "userunknown": """
        550 5.1.1 <bob@dest.test>: Recipient address rejected: User unknown in virtual mailbox table
        550 5.1.1 bob@dest.test... No such user here
        550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking
        554 delivery error: dd This user doesn't have a yahoo.com account (bob@dest.test) [0]
        550 Invalid recipient: bob@dest.test
        511 sorry, no mailbox here by that name (#5.1.1 - chkuser)
        550 #5.1.0 Address rejected. bob@dest.test is not a valid mailbox
        550 bob@dest.test is not in our directory
        host mx.dest.test[192.0.2.7] said: 550 No one by that name at this address (in reply to RCPT TO command)
        550 Unknown address: bob@dest.test
        550 5.1.1 RESOLVER.ADR.RecipNotFound; not found
    """,
    "mailboxfull": """
        552 5.2.2 bob@dest.test: mailbox is over its storage quota
        452 4.2.2 The email account that you tried to reach is over quota
        550 Mail quota exceeded for bob@dest.test
        552 Requested mail action aborted: the mailbox has exceeded its storage allocation
        554 Sorry, your message cannot be delivered: the recipient storage is full
    """,
    "mesgtoobig": """
        552 5.3.4 Message size exceeds fixed maximum message size (10485760)
        552 message is larger than the allowed 20 MB
    """,
    "suspend": """
        550 5.2.1 The email account that you tried to reach is disabled
        554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30)
        550 account bob@dest.test has been suspended
        550 5.2.1 mailbox is dormant
    """,
    "hasmoved": """
        551 5.1.6 The user has moved and left no forwarding address
        551 bob has moved; please use the new address bob@new.test
    """,
    "norelaying": """
        554 5.7.1 <bob@dest.test>: Relay access denied
        550 relaying prohibited. You should authenticate first
        550 We don't relay for dest.test
    """,
    "blocked": """
        554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org
        550 Your IP address 192.0.2.1 is listed in our local blacklist
        554 mx.dest.test: connections from dynamic IP addresses are not accepted
        450 4.2.0 <bob@dest.test>: Recipient address rejected: Greylisted for 300 seconds
    """,
    "requireptr": """
        450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]
        554 5.7.25 The sending address has no PTR record
        550 HELO name does not match the address
    """,
    "authfailure": """
        550 5.7.26 This message fails the DMARC policy of corp.example
        550 5.7.23 SPF check failed: 192.0.2.1 is not an authorized sender for corp.example
        550 5.7.20 no valid DKIM signature
    """,
    "speeding": """
        421 4.7.0 too many messages from 192.0.2.1, slow down
        450 4.2.1 The user you are trying to contact is receiving mail too quickly
        421 Too many concurrent connections from your host
    """,
    "toomanyconn": "452 4.5.3 Too many recipients",
    "spamdetected": """
        550 5.7.1 Message rejected as spam by Content Filtering
        554 5.7.1 [dest.test] Your message looks like spam (score 12.3)
        554 5.6.0 Message content rejected
    """,
    "virusdetected": "554 5.7.1 Your message was rejected because a virus was found: Eicar-Test-Signature",
    "contenterror": """
        552 5.7.0 Attachments of type .exe are not accepted
        552 5.6.0 Headers too large
    """,
    "notcompliantrfc": """
        550 5.6.0 The message is missing a valid Message-ID header
        554 Your message violates RFC 5322: duplicate header
    """,
    "rejected": """
        550 5.1.8 Sender address rejected: Domain not found
        553 5.1.8 domain of sender address alice@corp.example does not exist
        550 Null senders are not accepted here
        550 5.7.1 The group you tried to contact may not exist, or you may not have permission to post to it
    """,
    "policyviolation": """
        550 rejected by local policy
        554 5.7.1 Administrative prohibition
    """,
    "filtered": """
        550 5.7.1 the recipient accepts mail from approved senders only
        550 Mail is rejected by recipients
        550 5.7.1 RESOLVER.RST.AuthRequired; authentication required
        SMTP error from remote mail server after end of data: host mx.dest.test [192.0.2.7]: 550 User unknown
    """,
    "securityerror": """
        530 5.7.0 Authentication required
        550 5.7.1 Client was not authenticated to send anonymous mail during MAIL FROM
    """,
    "failedstarttls": """
        530 5.7.0 Must issue a STARTTLS command first
        454 TLS not available due to a passing reason; encryption required
    """,
    "exceedlimit": "550 5.4.5 Daily user sending limit exceeded",
    "systemerror": """
        451 4.3.0 Temporary lookup failure
        451 Local error in processing
        451 4.3.5 Server configuration error
    """,
    "systemfull": "452 4.3.1 Insufficient system storage",
    "syntaxerror": """
        501 5.5.4 Syntax error in parameters or arguments
        503 5.5.1 Bad sequence of commands
    """,
    "mailererror": """
        Command died with status 1: "/usr/bin/procmail -a bob"
        554 5.3.0 unknown mailer error 127
    """,
    "expired": """
        delivery temporarily suspended: connect to mx.dest.test[192.0.2.7]:25: Connection timed out
        retry timeout exceeded
        421 4.4.7 Delivery time expired
        your message has been delayed and will be retried for 3 more days
        I'm not going to try again; this message has been in the queue too long.
    """,
    "hostunknown": """
        Host or domain name not found. Name service error for name=dest.test type=MX: Host not found
        Unrouteable mail domain "dest.test"
        550 5.1.2 Host unknown (Name server: dest.test: host not found)
    """,
    "notaccept": """
        556 5.1.10 Domain does not accept mail (nullMX)
        521 mx.dest.test does not accept mail
        no MX record found for dest.test
    """,
    "networkerror": """
        connect to mx.dest.test[192.0.2.7]:25: No route to host
        554 5.4.6 Too many hops
        mail for dest.test loops back to myself
    """,
    "badreputation": """
        421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred; see https://postmaster.yahooinc.com/error-codes
        550-5.7.1 suspicious due to the very low reputation of the sending domain - gsmtp
    """,
    "onhold": "the message is on hold: its queue is suspended",
    "suppressed": "550 5.1.1 bob@dest.test is on the suppression list of this account",
    "delivered": "250 2.1.5 Ok",
    "undefined": """
        550 xyzzy
        554 5.0.0 plugh
    """,
}

FOREIGN = {
    "userunknown": """
        550 5.1.1 Empfänger unbekannt
        550 Die E-Mail-Adresse bob@dest.test existiert nicht
        550 Unbekannter Empfaenger
        550 L'utilisateur bob@dest.test n\u2019existe pas
        550 5.1.1 Destinataire inconnu
        550 El usuario no existe
        550 No existe ese usuario en este servidor
        550 Utente sconosciuto
        550 L'indirizzo non esiste
        550 Usuário não encontrado
        550 Ontvanger onbekend
        550 De gebruiker bestaat niet
        550 Mottagaren finns inte
        550 Modtageren findes ikke
        550 Nie ma takiego użytkownika
        550 Uživatel neexistuje
        550 Böyle bir kullan\u0131c\u0131 yok
        550 Пользователь не найден
        550 宛先が見つかりません
        550 收件人地址不存在
        550 존재하지 않는 사용자입니다
    """,
    "mailboxfull": """
        552 5.2.2 Das Postfach des Empfängers ist voll
        552 Quota überschritten
        552 Boîte aux lettres pleine
        552 El buzón está lleno
        552 Casella di posta piena
        552 Caixa de correio cheia
        552 Postvak is vol
        552 Brevlådan är full
        552 Postkassen er fuld
        552 Skrzynka odbiorcy jest pełna
        552 Schránka je plná
        552 Posta kutusu dolu
        552 Почтовый ящик переполнен
        552 メールボックスがいっぱいです
        552 邮箱空间不足
        552 메일함이 가득 찼습니다
    """,
    "mesgtoobig": """
        552 Nachricht zu groß
        552 Message trop volumineux
        552 El mensaje es demasiado grande
        552 Messaggio troppo grande
        552 Bericht is te groot
        552 Wiadomość jest za duża
        552 Сообщение слишком большое
        552 邮件太大
    """,
    "spamdetected": """
        554 Die Nachricht wurde als Spam eingestuft
        554 Votre message est considéré comme spam
        554 Mensaje detectado como spam
        554 Wiadomość uznana za spam
        554 Письмо похоже на спам
        554 垃圾邮件
    """,
    "blocked": """
        554 Ihr Server steht auf einer Blacklist: schwarze Liste
        554 Votre serveur est sur notre liste noire
        554 Ваш адрес в черном списке
    """,
    "norelaying": """
        550 Weiterleitung nicht erlaubt
        550 Relais refusé
        550 Relay no permitido
    """,
    "hostunknown": """
        550 Domain existiert nicht
        550 Domaine inconnu
        550 Dominio inexistente
        550 域名不存在
    """,
    "suspend": """
        550 Das Postfach ist gesperrt
        550 Compte suspendu
        550 Cuenta desactivada
        550 Konto jest zablokowane
    """,
}

PROVIDERS = [
    (
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
        "dest.mail.protection.outlook.com",
        "userunknown",
    ),
    (
        "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent (S3140).",
        "x.olc.protection.outlook.com",
        "blocked",
    ),
    ("451 4.7.500 Server busy. Please try again later (S77714)", "dest.mail.protection.outlook.com", "speeding"),
    ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", "dest.mail.protection.outlook.com", "blocked"),
    ("554 5.7.9 [BL23] Connections not accepted from 192.0.2.1", "mta5.am0.yahoodns.net", "blocked"),
    ("554 5.7.1 [CS01] Message rejected due to local policy", "mx01.mail.icloud.com", "policyviolation"),
    ("554 RTR:BB 192.0.2.1 refused", "mailin-01.mx.aol.com", "blocked"),
    ("554 mx1.comcast.net BL000001 connection refused", "mx1.comcast.net", "blocked"),
    ("421 throttled, try again later RL000010", "mx1.comcast.net", "speeding"),
    ("554 gmx.net (mxgmx016) Nemesis ESMTP Service not available. Bad DNS PTR resource record.", "", "requireptr"),
    ("550 Requested action not taken: mailbox unavailable", "mx00.gmx.net", "userunknown"),
    ("554 IP=192.0.2.1 - A problem occurred. (Ask your postmaster for help)", "mx00.t-online.de", "blocked"),
    ("550 5.1.1 Adresse d au moins un destinataire invalide. OFR_416 [416]", "smtp-in.orange.fr", "userunknown"),
    ("552 5.1.1 Boite du destinataire pleine. OFR_417", "smtp-in.orange.fr", "mailboxfull"),
    (
        "550 Message was not accepted -- invalid mailbox.  Local mailbox bob@mail.ru is unavailable",
        "mxs.mail.ru",
        "userunknown",
    ),
    ("554 5.7.1 Message rejected under suspicion of SPAM; https://ya.cc/1IrBc", "mx.yandex.ru", "spamdetected"),
    ("550 Mailbox unavailable or access denied", "mx1.qq.com", "userunknown"),
    ("550 Ip frequency limited", "mx3.qq.com", "speeding"),
    ("554 DT:SPM 163 mx5, please see https://mail.163.com/help", "163mx01.mxmail.netease.com", "spamdetected"),
    ("421 HL:REP 163 mx10 bad reputation", "163mx01.mxmail.netease.com", "blocked"),
    ("550 Unknown user bob@docomo.ne.jp", "mfsmax.docomo.ne.jp", "userunknown"),
    ("554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1", "mx0a.pphosted.com", "blocked"),
    ("550 Rejected by header based manually blocked senders", "eu-smtp-inbound-1.mimecast.com", "rejected"),
    ("451 Internal resources are temporarily unavailable", "eu-smtp-inbound-1.mimecast.com", "blocked"),
    (
        "550 permanent failure for one or more recipients (bob@dest.test:blocked)",
        "d1.ess.barracudanetworks.com",
        "spamdetected",
    ),
    (
        "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation",
        "mx1.dest.iphmx.com",
        "blocked",
    ),
    ("553 Message filtered. Refer to the Troubleshooting page", "cluster1.eu.messagelabs.com", "spamdetected"),
    ("554 bizsmtp IB105. Connection refused", "mailstore1.secureserver.net", "blocked"),
    ("554 cox too many sessions from 192.0.2.1 CXCNCT", "mx.cox.net", "speeding"),
    ("550 5.1.1 address could not be found, or was misspelled (G8)", "mx1.emailsrvr.com", "userunknown"),
    ("554 5.1.8 Email Outgoing Blocked", "mx.zoho.com", "rejected"),
    (
        "550 5.1.1 RCP-P1 https://www.facebook.com/postmaster/response_codes",
        "msgin.vvv.facebook.com",
        "userunknown",
    ),
]


def lines(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(line.strip(), reason) for reason, text in table.items() for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize(("line", "reason"), lines(ENGLISH))
def test_a_line_in_english_gives_its_reason(line: str, reason: str) -> None:
    found = diagnose(line)
    assert found.reason == reason, found.rule


@pytest.mark.parametrize(("line", "reason"), lines(FOREIGN))
def test_a_line_in_another_language_gives_its_reason(line: str, reason: str) -> None:
    found = diagnose(line)
    assert found.reason == reason, found.rule


@pytest.mark.parametrize(("line", "host", "reason"), PROVIDERS)
def test_a_providers_own_words_give_their_reason(line: str, host: str, reason: str) -> None:
    found = diagnose(line, remote=host)
    assert found.reason == reason, found.rule


@pytest.mark.parametrize(
    "line",
    [
        "550 <spam@dest.test> xyzzy",
        "550 host full.quota.test xyzzy",
        "550 see https://dest.test/virus/greylist/blocked",
        "250 2.0.0 message accepted, spam score 0",
    ],
)
def test_names_of_people_and_hosts_give_none(line: str) -> None:
    assert diagnose(line).reason in ("undefined", "delivered", "policyviolation")
    assert not diagnose(line).words


def test_every_reason_can_be_reached() -> None:
    reached = {reason for _, reason in lines(ENGLISH)} | set(OF_KIND.values())
    reached |= {diagnose("550 xyzzy", action="delayed").reason}
    reached |= {row.reason for rows in common.TABLES.values() for row in rows}
    assert sorted(set(SISIMAI) - reached) == []
