"""Write the pages of docs/ that are made from declarations (`make docs`); tests fail when they are not current."""

from __future__ import annotations

from pathlib import Path

from saywhy.config import document as settings
from saywhy.operations import document as operations

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"settings.md": settings.page, "operations.md": operations.page}

for name, page in PAGES.items():
    (DOCS / name).write_text(page(), encoding="utf-8")
