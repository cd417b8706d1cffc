"""A hundred messages that are no delivery reports, although many speak of mail, errors and failure."""

from __future__ import annotations

from saywhy.why.read.values import Kind


def _mail(from_: str, subject: str, body: str, more: str = "") -> bytes:
    return f"From: {from_}\nTo: ann@worcester.example\nSubject: {subject}\n{more}\n{body}\n".encode()


_PEOPLE = ("Bob <bob@dest.test>", "carol@shop.example", '"Dave D." <dave@list.example>')
_TALK = (
    ("Lunch", "Shall we meet at noon?"),
    ("Your invoice 550", "Invoice 550 of 5.1.2025 is attached. Please pay within 30 days."),
    ("The mail server", "Yesterday I got '550 5.1.1 <joe@dest.test>: User unknown'. What does it mean?"),
    ("Re: failing tests", "The build failed again: 3 errors, 2 failures. See the log."),
    ("Question", "My message to joe@dest.test was returned. Do you have another address?"),
    ("Fwd: news", "I thought that this might interest you.\n\n> The quota of fish was exceeded again."),
    ("Minutes", "1. The postmaster was thanked.\n2. Delivery of the boat is delayed to June."),
    ("Order 12345", "Your parcel could not be handed over. The next attempt is tomorrow."),
    ("Password", "Your password was changed. If it was not you, contact support@shop.example."),
    ("Meeting moved", "The meeting is on Tuesday, 6 May, 10:00, room 5.1.1."),
    ("Photos", "Sorry, the last message was too large, here are smaller ones."),
    ("Rechnung", "Die Rechnung konnte nicht abgebucht werden. Bitte prüfen Sie Ihr Konto."),
    ("Facture", "Votre colis n'a pas pu être livré. Choisissez une autre date."),
    ("Aviso", "Su pedido no se pudo entregar hoy."),
    ("Patch", "--- a/bounce.py\n+++ b/bounce.py\n@@ -1 +1 @@\n-550 unknown\n+550 5.1.1 unknown"),
    (
        "How to read bounces",
        "Hi. This is the qmail-send program at x.test, it says, and then <joe@dest.test>: no.",
    ),
    ("Newsletter of May", "Read online. Unsubscribe at any time. Error 404 is a band."),
    ("Survey", "Please answer by Friday. It takes five minutes."),
    ("Quota of votes", "The quota was not reached."),
    ("A poem", "Returned to sender,\naddress unknown,\nno such number."),
)
_TALKED = tuple((Kind.NONE, _mail(who, subject, body)) for who in _PEOPLE for subject, body in _TALK)

_LIST = "List-Id: <talk.list.example>\nPrecedence: list\n"
_LISTS = tuple(
    (Kind.NONE, _mail(f"member{number}@list.example", f"[talk] {subject}", body, _LIST))
    for number, (subject, body) in enumerate(_TALK[:15])
)

_AWAY = (
    ("Out of Office: The boat", "I am away until 1 June."),
    ("Automatic reply: The boat", "Thank you for your message. I will be back on Monday."),
    ("Abwesenheitsnotiz: Das Boot", "Ich bin bis Montag nicht im Büro."),
    ("Automatische Antwort: Das Boot", "Ich bin im Urlaub."),
    ("Réponse automatique : Le bateau", "Je suis absent du bureau."),
    ("Respuesta automática: El barco", "Estoy de vacaciones."),
    ("Risposta automatica: La barca", "Sono in ferie."),
    ("Automatisch antwoord: De boot", "Ik ben afwezig."),
    ("自動返信: 船", "不在です。"),
    ("Re: The boat", "I am out of the office this week."),
)
_ANSWERS = tuple(
    (Kind.AUTO_REPLY, _mail("bob@dest.test", subject, body, more))
    for subject, body in _AWAY
    for more in ("Auto-Submitted: auto-replied\n", "X-Autoreply: yes\n")
)

_CHALLENGED = tuple(
    (Kind.CHALLENGE, _mail(who, "Re: The boat", body))
    for who in ("noreply@boxbe.com", "bob@dest.test", "verify@gate.example")
    for body in (
        "Please click the following link to verify your address: https://gate.example/1",
        "I protect my mailbox. Click the link below to deliver your message: https://gate.example/2",
        "Reply to this message to confirm that you are human.",
    )
)


def _report(type_: str, part: str, body: str, subject: str = "Report") -> bytes:
    return (
        f"From: reports@dest.test\nTo: ann@worcester.example\nSubject: {subject}\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={type_}; boundary="=_r"\n\n--=_r\nContent-Type: '
        f"text/plain\n\n"
        f"A report.\n--=_r\nContent-Type: {part}\n\n{body}\n--=_r--\n"
    ).encode()


_REPORTS = (
    *(
        (
            Kind.FEEDBACK,
            _report(
                "feedback-report",
                "message/feedback-report",
                f"Feedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <bob@dest.test>\n",
            ),
        )
        for kind in ("abuse", "fraud", "virus", "opt-out", "auth-failure")
    ),
    *(
        (
            Kind.MDN,
            _report(
                "disposition-notification",
                "message/disposition-notification",
                f"Final-Recipient: rfc822; bob@dest.test\nDisposition: manual-action/MDN-sent-manually; {what}\n",
                f"Read: {what}",
            ),
        )
        for what in ("displayed", "deleted", "processed", "dispatched", "displayed/error")
    ),
    *(
        (
            Kind.TLS_REPORT,
            _report("tlsrpt", "application/tlsrpt+gzip", "H4sI", f"Report Domain: {domain} Submitter: dest.test"),
        )
        for domain in ("worcester.example", "a.example", "b.example", "c.example", "d.example")
    ),
    *(
        (
            Kind.DMARC_REPORT,
            _report(
                "x",
                f'application/gzip; name="dest.test!{domain}!1746489600!1746576000.xml.gz"',
                "H4sI",
                f"Report domain: {domain} Submitter: dest.test Report-ID: 1",
            ).replace(b"multipart/report; report-type=x", b"multipart/mixed"),
        )
        for domain in ("worcester.example", "a.example", "b.example", "c.example", "d.example")
    ),
)

# From a mail system or about one, and yet none.
_SYSTEMS = tuple(
    (Kind.NONE, _mail(from_, subject, body))
    for from_, subject, body in (
        (
            "bob@dest.test",
            "bounce question",
            "I got:\n\nHi. This is the qmail-send program at x.\n<joe@dest.test>:\n550 no",
        ),
        (
            "postmaster@dest.test",
            "Your quarantine report",
            "5 messages are held. 550 blocked. Contact help@dest.test",
        ),
        (
            "postmaster@dest.test",
            "Welcome to the mail system",
            "Your address is ready. If delivery fails, ask help@dest.test.",
        ),
        ("root@dest.test (Cron Daemon)", "Cron <root@mx> backup failed", "error: no space for joe@dest.test"),
        (
            "Administrator <admin@dest.test>",
            "Mailbox quota warning",
            "Your mailbox ann@worcester.example is over quota.",
        ),
        (
            "mailman-bounces@list.example",
            "Uncaught bounce notification",
            "The attached message was received as a bounce.",
        ),
        (
            "postmaster@dest.test",
            "Maintenance on Sunday",
            "Mail will be delayed between 2 and 4. Nothing is lost.",
        ),
        (
            "noreply@shop.example",
            "Delivery of your parcel failed",
            "The courier could not reach you. Call +1 550 100.",
        ),
    )
)

NEGATIVES = (*_SYSTEMS, *_TALKED, *_LISTS, *_ANSWERS, *_CHALLENGED, *_REPORTS)
