"""Carriers: InterMail, which au (EZweb, KDDI) and many cable networks ran, docomo, SoftBank/Vodafone.

They write a sentence in Japanese, often in English too, and the address in angle brackets on a line of its own.
"""

from __future__ import annotations

from saywhy.why.read import text
from saywhy.why.read.dialect import textual

DIALECTS = (
    textual(
        "InterMail",
        "InterMail (au and others)",
        signs=(
            "Each of the following recipients was rejected by a remote mail server",
            "The following recipients did not receive this message",
            "The user(s) account is disabled",
            "The user(s) account is temporarily",
            "次のあて先へのメッセージはエラーのため送信できませんでした",
            "As their mailbox is full",
            "au one net",
            "Could not be delivered to: <",
            "Your mail sent on:",
            "Remote host is not responding",
            "Your mail attempted to be delivered on",
            "The user(s) ",
        ),
        rules=(text.alone, text.angled, text.told),
    ),
    textual(
        "docomo",
        "NTT DOCOMO",
        signs=(
            "送信先メールアドレスが見つかりません",
            "This Email was sent to an invalid address",
            "ドコモ",
            "docomo.ne.jp",
        ),
        rules=(text.angled, text.alone, text.told),
    ),
    textual(
        "SoftBank",
        "SoftBank",
        signs=("softbank.ne.jp", "vodafone.ne.jp", "disney.ne.jp"),
        rules=(text.angled, text.alone, text.told),
    ),
)
