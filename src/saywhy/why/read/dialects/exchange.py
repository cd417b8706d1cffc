"""Exchange 4.0 to 2003 and Internet Mail Service, which had no delivery-status part, and Exchange's text where the
part was lost, in its languages.

    did not reach the following recipient(s):
    bob@dest.test on Mon, 1 Jan 2001 00:00:00 -0000
        The recipient name is not recognized
        MSEXCH:IMS:Org:SITE:SERVER 0 (000C05A6) Unknown Recipient
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from saywhy.why.read import text
from saywhy.why.read.addresses import bare
from saywhy.why.read.dialect import textual
from saywhy.why.read.entry import Entry
from saywhy.why.read.mail import Mail
from saywhy.why.read.plain import ADDRESS
from saywhy.why.read.values import From

_HEADING = re.compile(
    r"^[^\n]{0,60}(?:did not reach the following|following recipient(?:\(s\)|s)? (?:could not be|cannot be|was "
    r"not|were not)|could not be reached|could not be delivered to|"
    r"nicht erreicht|konnte(?:n)? nicht (?:zugestellt|erreicht)|folgenden? empfänger|n'(?:a|ont) pu (?:être|"
    r"etre)|n'a pas (?:atteint|pu)|destinataires? suivants?|no (?:se pudo|llegó|ha llegado)|destinatarios? "
    r"siguientes?|siguientes? destinatarios?|"
    r"non ha raggiunto|destinatari seguenti|seguenti destinatari|niet (?:bezorgd|bereikt)|volgende "
    r"geadresseerden?|não (?:foi|alcançou|chegou|pôde)|destinatários? a seguir|nie został[ao]? dostarczon|"
    r"не удалось доставить|не доставлено|次の受信者|次の宛先|"
    r"配信できません|无法传递|無法傳遞|収件人|nådde ikke|nådde inte|kunde inte "
    r"(?:levereras|nå)|kunne ikke leveres|ei voitu toimittaa|"
    r"следующ(?:им|их) получател)[^\n]*(?:\n(?![^\n]*@)[^\n]*\S[^\n]*)?\n",
    re.I | re.M,
)
_ITEM = re.compile(
    rf"^[ \t]{{0,16}}[\"'<]{{0,2}}({ADDRESS.pattern})[\"'>]{{0,2}}(?:[ "
    rf"\t]*<(?:mailto:)?{ADDRESS.pattern}>)?([^\n]*)\n?((?:[ \t]+[^\n]*\n?|[^\n@]*MSEXCH[^\n]*\n?)*)",
    re.M,
)
_NAME = re.compile(
    r"^[ \t]{0,16}(?![ \t]*(?:to|subject|sent|cc|from)\b)([^\n<>@:]{2,80}?)[ \t]+(?:on|am|le|el|il|op|em|в|den|"
    r"dne) [^\n]*\d\d?:\d\d[^\n]*\n((?:[ \t]+[^\n]*\n?)*)",
    re.M | re.I,
)
_AT = re.compile(r"^[ \t]*(?:on|am|le|el|il|op|em|в|den|dne|um|at)[ \t]+[^\n]*\d[^\n]*$", re.I)


def reached(mail: Mail) -> Iterator[Entry]:
    """Behind the sentence that says who was not reached: address, moment, and the reason below."""
    notice = mail.notice
    heading = _HEADING.search(notice)
    if heading is None:
        return
    found = False
    for match in _ITEM.finditer(notice, heading.end()):
        found = True
        entry = Entry(bare(match[1]))
        entry.note("recipient", From.TEXT, "not reached", mail.span(match.start(1), match.end(1)))
        moment = "" if _AT.match(match[2]) else match[2]
        text.describe(
            mail, entry, match[3] if not moment.strip(" \t.,;") else match[2] + "\n" + match[3], match.start(2)
        )
        yield entry
    if found:
        return
    for match in _NAME.finditer(notice, heading.end()):
        entry = Entry(match[1].strip("' \""))
        entry.note("recipient", From.TEXT, "name not reached", mail.span(match.start(1), match.end(1)))
        text.describe(mail, entry, match[2], match.start(2))
        yield entry


DIALECTS = (
    textual(
        "Exchange",
        "Exchange",
        signs=(
            "MSEXCH:",
            "did not reach the following recipient",
            "did not reach some or all of the intended recipients",
            "Did not reach the following recipient",
        ),
        pattern=r"(?i)(?:nicht (?:alle|an alle)|einige oder alle) [^\n]{0,40}empfänger|"
        r"n'a pas (?:pu être|atteint)|"
        r"no llegó a|non ha raggiunto|não alcançou",
        rules=(reached, text.opening, text.alone, text.labelled),
    ),
    textual(
        "Exchange",
        "Exchange",
        signs=(
            "Your message wasn't delivered to",
            "Delivery has failed to these recipients or",
            "Delivery has failed to these recipients",
            "Fehler bei der Nachrichtenzustellung an folgende Empfänger",
            "Échec de la remise pour ces destinataires",
            "Échec de remise à ces destinataires",
            "No se pudo entregar el mensaje a",
            "Error de entrega a estos destinatarios",
            "Recapito non riuscito per",
            "Recapito ai seguenti destinatari o gruppi non riuscito",
            "De bezorging aan de volgende",
            "Falha na entrega para estes destinatários",
            "Falha na entrega a estes destinatários",
            "次の受信者またはグループへの配信に失敗しました",
            "未能向以下收件人或组传递",
            "傳遞至下列收件者或群組失敗",
            "Сбой доставки следующим получателям",
            "Leverans misslyckades till följande mottagare",
            "Diagnostic information for administrators",
            "Diagnoseinformationen für Administratoren",
            "Informations de diagnostic pour les administrateurs",
        ),
        rules=(text.named, text.alone, text.opening, text.told),
    ),
)
