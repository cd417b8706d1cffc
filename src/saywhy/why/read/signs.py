"""Signs that a mail system wrote a message and that it is about a failure: cheap, and in many languages."""

from __future__ import annotations

import re

from saywhy.why.read.mail import Mail

_SYSTEMS = re.compile(
    r"^(?:mailer-?daemon|mail[-._]?daemon|mail[._]delivery|postmaster|post_master|mail[-._]?deliver\w*|bounces?|mailsystem|mail-?system|delivery|maildelivery|dsn|smtp|mta|mailmaster|"
    r"sysadmin|system|administrator|admin|no-?reply|ndr|nondelivery|undeliverable|microsoftexchange[0-9a-f]*|root|mailadm\w*|daemon|mdaemon|mail|notify|notification)$"
)
_NAMES = re.compile(
    r"mail(?:er)?[- ]?daemon|mail (?:delivery|deliver) (?:sub)?system|postmaster|system administrator|mail "
    r"administrator|mail system|delivery subsystem|systemadministrator|"
    r"internet mail|mail delivery|administrateur|administrador|amministratore|systeem|メール|邮件|系统管理员"
)
_SUBJECT = re.compile(
    r"undeliver|un-deliver|non[- ]?deliver|not delivered|delivery (?:fail|error|problem|status|report|"
    r"notification|has failed|of your|delay|incomplete|unsuccessful)|fail(?:ed|ure)? (?:notice|delivery|mail|"
    r"to deliver)|"
    r"mail (?:delivery|system|error|failure|failed|could|not|fail)|returned (?:mail|to sender|message|e-?mail)|"
    r"returning (?:message )?to sender|message (?:delivery|could|not|undeliver|status|delayed|failed|you sent|"
    r"cannot)|"
    r"could ?n[o']t (?:be )?(?:deliver|send)|can(?:not|'t) (?:be )?(?:deliver|send)|unable to deliver|"
    r"warning[: -]{1,4}(?:could|message|mail)|nondeliverable|unzustellbar|nicht zugestellt|nicht zustellbar|"
    r"zustell|"
    r"non remis|non distribu|[ée]chec de (?:la )?(?:remise|distribution|livraison)|non recapit|mancat[ao] "
    r"recapito|"
    r"no se (?:pudo|ha podido) entreg|no se puede entreg|no entregad|correo devuelto|error (?:de entrega|sending)|"
    r"não entreg|falha (?:na|de) entrega|devolvid|onbestelbaar|niet bezorgd|"
    r"kan ikke leveres|kunne ikke|olevererbart|niedostarcz|не ?доставл|недоставл|не удалось (?:доставить|"
    r"отправить)|возврат|配信|配達|"
    r"送信(?:でき|エラー|失敗)|返送|エラー通知|退信|无法(?:投递|送达|传递)|無法(?:投遞|傳遞|送達)|投递失败|delivery$|"
    r"failure notice|processing error|user unknown|problem delivering|delayed mail|mail delayed|"
    r"e-?mail (?:delivery|error|not delivered|failure|undeliver)|undelivr|"
    r"mail ?box (?:is )?full|over ?quota|address (?:unknown|not found)|^bounced? (?:mail|message|notification)"
)
FAILURE = re.compile(
    r"(?:could|can|was|were|is|did|has|have|been)(?: ?not|n't|not)(?: yet)?(?: be| been)? (?:deliver|reach|"
    r"sent|send|accept|receiv|process|complet|find|found|exist|valid|able|post|match|exactly)\w*|"
    r"un(?:able|deliver\w*|known|successful\w*|reachable|routable|routeable|recognized)|undeliver\w*|fail(?:ed|"
    r"ure|s)\b|permanent\w* (?:error|failure|fatal)|fatal error|returned|rejected|refused|bounced?\b|malformed|"
    r"incorrect\w*|"
    r"no such (?:user|mailbox|recipient|address|domain|host)|invalid|does(?: not|n't) exist|not (?:found|"
    r"listed|delivered|known|accepted|a valid)|mailbox (?:is )?full|quota|exceed\w*|disabled|suspended|"
    r"inactive|"
    r"non-?deliver\w*|error\b|expired|time[d]?[ -]?out|delayed|(?<![\d.])[45][0-9]{2}[ -]|"
    r"[45]\.[0-9]{1,3}\.[0-9]{1,3}|"
    r"unzustellbar|nicht (?:zugestellt|zustellbar|gefunden|erreich)|unbekannt|fehler|échec|inconnu|non "
    r"(?:remis|distribu)|n'a pas|impossible|no (?:se )?(?:pudo|ha podido|existe|fue)|desconocid|"
    r"rechazad|devuelt|non (?:è stato|esiste|recapit)|sconosciut|respint|não (?:foi|pôde|existe)|falha|"
    r"desconhecid|onbekend|niet (?:bezorgd|worden)|ukjent|ikke|ukendt|okänd|nieznan|niedostarcz|"
    r"не (?:удалось|может|доставл|найден|существ)|ошибк|エラー|できません|"
    r"存在しません|見つかりません|いっぱい|失敗|無法|无法|不存在|失败|错误"
)


def is_from_system(mail: Mail) -> bool:
    """By the sender's name, or an empty reverse-path."""
    local = mail.from_local
    if _SYSTEMS.match(local) or not local or _NAMES.search(mail.from_.lower()):
        return True
    path = mail.head.get("return-path", "").strip()
    return path == "<>" or path.lower().startswith("<mailer-daemon") or "x-failed-recipients" in mail.head


def is_subject(subject: str) -> bool:
    return _SUBJECT.search(subject.lower()) is not None


def failure_words(mail: Mail) -> int:
    """How many different words of failure the beginning of the notice has, counted up to 3."""
    found = set()
    for match in FAILURE.finditer(mail.lower[:2500]):
        found.add(match[0])
        if len(found) >= 3:
            break
    return len(found)


def is_plausible(mail: Mail) -> bool:
    """Whether it is worth asking the dialects of text: a mail system wrote it, or its subject says so."""
    return mail.is_declared or is_from_system(mail) or is_subject(mail.subject) or "auto-submitted" in mail.head
