"""Which causes and statuses the sources raise: string literals, found by their place in the syntax tree.

A literal counts as a cause where it is the keyword or the third argument of a Failure, assigned to or compared
with something named `cause`, or stands beside a status literal in a call, tuple or dictionary entry.  Statuses of
class 2 are left out: there is nothing to explain in them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import saywhy

ROOT = Path(saywhy.__file__).parent

_STATUS = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}")
_CAUSE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")  # beside a status: several words, so that "failed" is none


@dataclass
class Found:
    """Each literal with the places where it stands."""

    causes: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, list[str]] = field(default_factory=dict)


def scan(*but: str) -> Found:
    """All sources except those under the folders `but`."""
    found = Found()
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(but):
            _Scanner(name, found).visit(ast.parse(path.read_text(encoding="utf-8"), filename=name))
    return found


def scan_text(text: str) -> Found:
    found = Found()
    _Scanner("text", found).visit(ast.parse(text))
    return found


class _Scanner(ast.NodeVisitor):
    def __init__(self, name: str, found: Found) -> None:
        self._name = name
        self._found = found

    def generic_visit(self, node: ast.AST) -> None:
        status = _status(node)
        if status:
            self._note(self._found.statuses, status, node)
        super().generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg == "cause":
                self._causes(keyword.value)
        if _name(node.func).endswith("Failure") and len(node.args) > 2:
            self._causes(node.args[2])
        self._beside([*node.args, *(keyword.value for keyword in node.keywords)])
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        self._beside(node.elts)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            self._beside([key, value] if key is not None else [value])
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if _name(node.left) == "cause":
            for comparator in node.comparators:
                self._causes(comparator)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assigned(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned(node.target, node.value)
        self.generic_visit(node)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if _name(target) == "cause":
            self._causes(value)
        elif isinstance(target, ast.Tuple):
            for one in _branches(value):
                if isinstance(one, ast.Tuple) and len(one.elts) == len(target.elts):
                    for inner, part in zip(target.elts, one.elts, strict=True):
                        self._assigned(inner, part)

    def _beside(self, nodes: list[ast.expr]) -> None:
        if any(_status(node) for node in nodes):
            for node in nodes:
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CAUSE.fullmatch(node.value):
                    self._note(self._found.causes, node.value, node)

    def _causes(self, node: ast.expr) -> None:
        for one in _branches(node):
            for inner in one.elts if isinstance(one, ast.Tuple | ast.Set | ast.List) else [one]:
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value:
                    self._note(self._found.causes, inner.value, inner)

    def _note(self, where: dict[str, list[str]], literal: str, node: ast.AST) -> None:
        place = f"{self._name}:{getattr(node, 'lineno', 0)}"
        places = where.setdefault(literal, [])
        if place not in places:
            places.append(place)


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    """A conditional expression's outcomes, or the expression itself."""
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _status(node: ast.AST) -> str:
    """`"5.1.1"`, or `Status(5, 1, 1)` with constants; empty for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value if _STATUS.fullmatch(node.value) else ""
    if isinstance(node, ast.Call) and _name(node.func) == "Status" and len(node.args) == 3:
        numbers = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if len(numbers) == 3 and all(type(number) is int for number in numbers):
            text = ".".join(map(str, numbers))
            return text if _STATUS.fullmatch(text) else ""
    return ""
