"""Searching the catalogue: which codes a cause stands behind, which codes and causes fit a pattern.

Reads the whole catalogue, so it is for lists and pages, not for the path of a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache

from saywhy.why import catalogue
from saywhy.why.entries import Cause, Code
from saywhy.why.template import compile_template


def find_codes(pattern: str) -> list[Code]:
    """Those whose number begins with the pattern or has its shape (`5.7.3*`), or whose meanings have the word."""
    wanted = pattern.lower().strip()
    return [code for name in catalogue.codes() if _code_fits(code := catalogue.code(name), wanted)]


def find_causes(pattern: str) -> list[Cause]:
    """The cause of that name, else those whose name has the shape, or whose title or explanation has the word."""
    wanted = pattern.lower().strip()
    found = [cause for id_ in catalogue.causes() if _cause_fits(cause := catalogue.cause(id_), wanted)]
    return [cause for cause in found if cause.id == wanted] or found


def codes_of(id_: str) -> tuple[str, ...]:
    """The codes that list the cause, in the order of their numbers."""
    return _codes_of().get(id_, ())


def plain(template: str) -> str:
    """A text without evidence: what depends on it is left out."""
    return compile_template(template).fill({})


def plain_steps(templates: tuple[str, ...]) -> list[str]:
    return [text for template in templates if (text := plain(template))]


def _code_fits(code: Code, wanted: str) -> bool:
    if not wanted or code.code.startswith(wanted) or fnmatchcase(code.code, wanted):
        return True
    text = " ".join((code.title, code.detail, *(meaning.text for meaning in code.meanings))).lower()
    return any(char.isalpha() for char in wanted) and wanted in text


def _cause_fits(cause: Cause, wanted: str) -> bool:
    if not wanted or fnmatchcase(cause.id, wanted):
        return True
    return wanted in " ".join((cause.id, cause.title, cause.happened)).lower()


@cache
def _codes_of() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for name in catalogue.codes():
        for likely in catalogue.code(name).causes:
            found.setdefault(likely.cause, {})[name] = None
    return {cause: tuple(names) for cause, names in found.items()}
