"""The human part as HTML that mail clients show well: tables and inline styles, no images, scripts or links.

The order is that of the plain text.  The administrators' section is the same text, folded where the client can
fold and open where it cannot.  Every value passes `escape`,
or is an organisation's own text, of which model/markup made safe HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape as escape_always

from saywhy.flow.report import phrases
from saywhy.flow.report.page import Block, Page
from saywhy.why.words import Frame
from saywhy.wire.report.values import Action

# Accents that keep a contrast of 4.5:1 on white, so that colour is never the only sign.
_ACCENT: Mapping[Action, str] = {
    Action.FAILED: "#b42318",
    Action.DELAYED: "#93510b",
    Action.DELIVERED: "#05603a",
    Action.RELAYED: "#1d4f91",
    Action.EXPANDED: "#1d4f91",
}
_SPECIAL = re.compile("[&<>\"']")
_FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
_MONO = "font-family:Consolas,Menlo,'Courier New',monospace;"
_TABLE = '<table role="presentation" cellpadding="0" cellspacing="0" border="0"'
_INK, _SOFT = "#1c1e21", "#4a4f57"


def render(page: Page, administrators: str) -> str:
    """`administrators` are the lines of the section for administrators, as the plain text has them."""
    accent = _ACCENT[page.action]
    details = _administrators(page, administrators) if administrators else ""
    return "".join((_open(page, accent), *_blocks(page, accent), *_extras(page), details, _close(page)))


def escape(value: str) -> str:
    return escape_always(value) if _SPECIAL.search(value) else value


def _open(page: Page, accent: str) -> str:
    say, frame = page.frame.say, page.frame
    return (
        f'<!DOCTYPE html>\n<html lang="{frame.language}" dir="{frame.direction}">\n<head>\n'
        '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.subject)}</title>\n</head>\n"
        '<body style="margin:0;padding:0;background-color:#f2f3f5;">\n'
        f'{_TABLE} width="100%" bgcolor="#f2f3f5">\n<tr><td align="center" style="padding:20px 8px;">\n'
        f'{_TABLE} width="640" bgcolor="#ffffff" style="width:100%;max-width:640px;background-color:#ffffff;'
        f'border:1px solid #d5d8dd;border-top:4px solid {accent};">\n'
        f'<tr><td style="padding:22px 26px 6px;{_FONT}color:{_INK};">\n'
        f'<p style="margin:0 0 14px;font-size:19px;line-height:26px;font-weight:bold;">{escape(page.title)}'
        f"{_in_english(page.title_in_english)}</p>\n"
        f'{_TABLE} style="{_FONT}font-size:14px;line-height:20px;color:{_SOFT};">\n'
        f"{_row(say(phrases.SUBJECT), page.subject)}{_row(say(phrases.SENT), page.sent)}</table>\n"
        f'<p style="margin:18px 0 4px;font-size:15px;line-height:22px;font-weight:bold;">{escape(page.head)}'
        f"{_in_english(page.head_in_english)}</p>\n"
        "</td></tr>\n"
    )


def _in_english(sentence: str) -> str:
    if not sentence:
        return ""
    style = f"font-size:13px;line-height:18px;font-weight:normal;color:{_SOFT};"
    return f'<br>\n<span lang="en" style="{style}">{escape(sentence)}</span>'


def _row(label: str, value: str) -> str:
    return (
        f'<tr><td valign="top" style="padding:0 12px 0 0;">{escape(label)}</td>'
        f'<td valign="top" style="color:{_INK};">{escape(value)}</td></tr>\n'
    )


def _blocks(page: Page, accent: str) -> Iterator[str]:
    for block in page.blocks:
        yield (
            f'<tr><td style="padding:8px 26px;">\n{_TABLE} width="100%" style="border:1px solid #d5d8dd;">\n'
            f'<tr><td style="padding:14px 16px;{_FONT}font-size:14px;line-height:21px;color:{_INK};">\n'
            f"{''.join(_block(block, page.frame, accent))}</td></tr>\n</table>\n</td></tr>\n"
        )


def _block(block: Block, frame: Frame, accent: str) -> Iterator[str]:
    say = frame.say
    heading = say(phrases.ADDRESS_ON).format(
        address=f'<b style="font-size:15px;">{escape(block.address)}</b>',
        time=f'<span style="color:{_SOFT};">{escape(block.when)}</span>',
    )
    yield f'<p style="margin:0 0 8px;">{heading}</p>\n'
    yield _paragraph(f"{say(phrases.SUBJECT)} {block.subject}" if block.subject else "")
    yield _paragraph(block.happened)
    if block.own is not None:
        yield f'<p style="margin:0 0 8px;">{block.own.html}</p>\n'
    yield _paragraph(block.hint, "font-weight:bold;")
    yield _paragraph(block.patience)
    if block.parties:
        yield _badge(block, say(phrases.WHO_ACTS), accent)
    if block.steps:
        items = "".join(f'<li style="margin:0 0 4px;">{escape(step)}</li>\n' for step in block.steps)
        yield _paragraph(say(phrases.WHAT_TO_DO), "font-weight:bold;")
        yield f'<ol style="margin:0 0 10px;padding:0 0 0 24px;">\n{items}</ol>\n'
    if block.words:
        words = "<br>\n".join(map(escape, block.words))
        yield _paragraph(block.server)
        yield (
            f'<p style="margin:0 0 10px;padding:6px 10px;background-color:#f2f3f5;border-left:3px solid #9aa0a8;'
            f'{_MONO}font-size:13px;line-height:19px;">{words}</p>\n'
        )
    yield f'<p style="margin:0;{_MONO}font-size:12px;line-height:18px;color:{_SOFT};">{escape(block.code)}</p>\n'


def _paragraph(prose: str, style: str = "") -> str:
    return f'<p style="margin:0 0 8px;{style}">{escape(prose)}</p>\n' if prose else ""


def _badge(block: Block, label: str, accent: str) -> str:
    """Who has to act: a box for each party, the chosen ones filled and ticked, and the same as a sentence."""
    cells = []
    for party in block.parties:
        colours = f"background-color:{accent};color:#ffffff;" if party.acts else f"color:{_SOFT};"
        mark = "&#10003; " if party.acts else ""
        cells.append(
            f'<td style="padding:3px 10px;border:1px solid {accent if party.acts else "#d5d8dd"};{colours}'
            f'font-size:13px;line-height:18px;">{mark}{escape(party.name)}</td>'
        )
    return (
        f'{_TABLE} style="margin:4px 0 6px;{_FONT}">\n<tr><td style="padding:3px 10px 3px 0;font-size:13px;'
        f'line-height:18px;color:{_SOFT};">{escape(label)}</td>{"".join(cells)}</tr>\n</table>\n'
        f"{_paragraph(block.verdict)}"
    )


def _extras(page: Page) -> Iterator[str]:
    lines = [line for line in (page.more, *page.help) if line]
    if lines:
        prose = "<br>\n".join(map(escape, lines))
        yield (
            f'<tr><td style="padding:8px 26px;{_FONT}font-size:14px;line-height:21px;color:{_INK};">{prose}'
            "</td></tr>\n"
        )


def _administrators(page: Page, administrators: str) -> str:
    lines = escape(administrators)
    heading = " ".join(filter(None, (phrases.DIAGNOSTICS, page.diagnostics_in_words)))
    return (
        f'<tr><td style="padding:12px 26px 4px;{_FONT}font-size:13px;line-height:19px;color:{_INK};">\n'
        f'<hr style="border:0;border-top:1px solid #d5d8dd;margin:0 0 12px;">\n<details>\n'
        f'<summary style="font-weight:bold;">{escape(heading)}</summary>\n'
        f'<pre lang="en" dir="ltr" style="margin:10px 0 0;{_MONO}font-size:12px;line-height:17px;'
        f'white-space:pre-wrap;word-break:break-word;text-align:left;">{lines}</pre>\n</details>\n</td></tr>\n'
    )


def _close(page: Page) -> str:
    codes = "<br>\n".join(map(escape, page.codes))
    return (
        f'<tr><td style="padding:10px 26px 20px;{_MONO}font-size:12px;line-height:18px;color:{_SOFT};">{codes}'
        "</td></tr>\n</table>\n</td></tr>\n</table>\n</body>\n</html>\n"
    )
