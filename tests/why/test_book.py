"""docs/codes is what the catalogue says, and its pages can be found by what people search for."""

from __future__ import annotations

import re
from pathlib import Path

from saywhy.why import catalogue
from saywhy.why.book import pages

BOOK = Path(__file__).parents[2] / "docs" / "codes"
PAGES = pages()


def test_the_book_is_current() -> None:
    there = {page.relative_to(BOOK).as_posix(): page.read_text(encoding="utf-8") for page in BOOK.rglob("*.md")}
    assert sorted(set(PAGES) ^ set(there)) == [], "run `make docs`"
    assert [name for name in PAGES if PAGES[name] != there[name]] == [], "run `make docs`"


def test_every_code_and_every_cause_has_a_page_and_the_index_leads_to_it() -> None:
    names = [f"{name}.md" for name in catalogue.codes()] + [f"causes/{id_}.md" for id_ in catalogue.causes()]
    assert sorted(PAGES) == sorted([*names, "README.md"])
    for name in names:
        assert f"({name})" in PAGES["README.md"], name


def test_every_link_between_the_pages_leads_to_a_page() -> None:
    for name, text in PAGES.items():
        folder = "causes/" if name.startswith("causes/") else ""
        for link in re.findall(r"\]\(([^)]+)\)", text):
            target = link.removeprefix("../") if link.startswith("../") else folder + link
            assert target in PAGES, (name, link)


def test_the_pages_hold_the_lines_that_people_search_for() -> None:
    for id_ in catalogue.causes():
        for said in catalogue.cause(id_).said:
            assert f"\n{said.line}\n" in PAGES[f"causes/{id_}.md"]
    assert "\n550 5.1.1 RESOLVER.ADR.RecipNotFound; not found\n" in PAGES["5.1.1.md"]
    assert "\n#5.1.1\n" in PAGES["5.1.1.md"]


def test_a_page_is_markdown_without_stray_html_and_templates() -> None:
    for name, text in PAGES.items():
        prose = re.sub(r"```text\n.*?\n```|`[^`\n]*`", "", text, flags=re.DOTALL)
        assert not re.search(r"<(?!!--)|[{}]", prose), name
