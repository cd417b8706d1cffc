"""A summary as a picture: one SVG file with bars, that any browser shows and that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from saywhy.archive.summary import Summary

WIDTH = 900
_BAR, _GAP, _LEFT, _RIGHT = 18, 6, 300, 90
_COLUMNS = 180  # of height, for the days
MAX_DAYS = 120

_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c1e21}.h{font-weight:bold;font-size:15px}.n{fill:#5b616a}"
    ".b{fill:#b42318}.d{fill:#2f6f9f}.a{stroke:#d5d8dd}"
)
TITLES = {
    "cause": "Why: by cause",
    "reason": "By reason (Sisimai's names)",
    "domain": "Where: by the recipient's domain",
    "system": "Whose report: by the system that wrote it",
}


def svg(summary: Summary, top: int = 12) -> str:
    """Bars by cause, domain and system, columns by day.  Names are cut and escaped: they come from strangers."""
    parts: list[str] = []
    y = 34
    head = (
        f"{summary.messages:,} messages, {summary.reports:,} delivery reports, {summary.recipients:,} recipients"
    )
    parts.append(f'<text class="h" x="20" y="{y}">{escape(head)}</text>')
    y += 20
    for name in ("cause", "domain", "system"):
        drawn, y = _bars(TITLES[name], summary.most(name, top), y + 16)
        parts += drawn
    drawn, y = _days(summary.most("day"), y + 16)
    parts += drawn
    size = f'width="{WIDTH}" height="{y + 20}" viewBox="0 0 {WIDTH} {y + 20}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'role="img"><title>{escape(head)}</title><style>{_STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _bars(title: str, counts: Sequence[tuple[str, int]], y: int) -> tuple[list[str], int]:
    parts = [f'<text class="h" x="20" y="{y}">{escape(title)}</text>']
    y += 12
    most = max((count for _, count in counts), default=1)
    for name, count in counts:
        width = max(1, round((WIDTH - _LEFT - _RIGHT) * count / most))
        middle = y + _BAR - 5
        parts.append(f'<text x="{_LEFT - 10}" y="{middle}" text-anchor="end">{_name(name)}</text>')
        parts.append(f'<rect class="b" x="{_LEFT}" y="{y}" width="{width}" height="{_BAR}"/>')
        parts.append(f'<text class="n" x="{_LEFT + width + 8}" y="{middle}">{count:,}</text>')
        y += _BAR + _GAP
    return parts, y + 8


def _days(counts: Sequence[tuple[str, int]], y: int) -> tuple[list[str], int]:
    days = [(day, count) for day, count in counts if day[:1].isdigit()][-MAX_DAYS:]
    if not days:
        return [], y
    parts = [f'<text class="h" x="20" y="{y}">When: failures by day (UTC)</text>']
    y += 12
    most = max(count for _, count in days)
    step = (WIDTH - 40) / len(days)
    for number, (day, count) in enumerate(days):
        height = max(1, round(_COLUMNS * count / most))
        x, top = 20 + number * step, y + _COLUMNS - height
        parts.append(
            f'<rect class="d" x="{x:.1f}" y="{top}" width="{max(1.0, step - 2):.1f}" height="{height}">'
            f"<title>{escape(day)}: {count:,}</title></rect>"
        )
    y += _COLUMNS
    parts.append(f'<line class="a" x1="20" y1="{y}" x2="{WIDTH - 20}" y2="{y}"/>')
    parts.append(f'<text class="n" x="20" y="{y + 18}">{escape(days[0][0])}</text>')
    parts.append(f'<text class="n" x="{WIDTH - 20}" y="{y + 18}" text-anchor="end">{escape(days[-1][0])}</text>')
    return parts, y + 24


def _name(text: str) -> str:
    text = "".join(char if char.isprintable() else "?" for char in text)
    return escape(text if len(text) <= 40 else text[:39] + "…")
