"""Write the pages of docs/ that are made from declarations (`make docs`); tests fail when they are not current."""

from __future__ import annotations

from pathlib import Path

from saywhy.config import document as settings
from saywhy.lab import tables
from saywhy.operations import document as operations
from saywhy.why import book, reasons_page

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {
    "lab-addresses.md": tables.page,
    "operations.md": operations.page,
    "reasons.md": reasons_page.page,
    "settings.md": settings.page,
}


def write_book(folder: Path) -> None:
    """The pages of the book, and none that its catalogue no longer has."""
    pages = book.pages()
    for name, text in pages.items():
        page = folder / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    for page in folder.rglob("*.md"):
        if page.relative_to(folder).as_posix() not in pages:
            page.unlink()


for name, page in PAGES.items():
    (DOCS / name).write_text(page(), encoding="utf-8")
write_book(DOCS / "codes")
