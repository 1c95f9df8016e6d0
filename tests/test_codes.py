"""The table of codes and the sources say the same, and the page of errors is made from both."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seeknal.compiler.codes import CODES, STAGES
from tests.error_docs import PAGE, page

ROOT = Path(__file__).parents[1]
SOURCES = [
    path
    for folder in ("compiler", "runtime", "seeknal/commands", "seeknal/testing", "macros")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
# What makes a finding, or carries the code and the text of one. The code is the first argument,
# or the second where the first is the thing that the finding is about.
MAKERS = {
    "error",
    "warn",
    "Finding",
    "NoValueError",
    "EngineError",
    "LoweredPromise",
    "PythonFailed",
    "Unbound",
}
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*$")
_RENDERED = re.compile(r"(?:error|warning)\[([a-z0-9-]+)\]")


def codes_in(tree: ast.AST) -> Iterator[str]:
    """The codes that a module uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=[_, *_]) if _name(node.func) in MAKERS:
                texts = [text for part in node.args[:2] for text in _texts(part)]
                yield from texts[:1]
            case ast.Assign(targets=[ast.Name(id=name)]) if name.lower().endswith("code"):
                yield from _texts(node.value)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(values=values)) if (
                name.lower().endswith("codes")
            ):
                yield from (text for value in values for text in _texts(value))
            case ast.Constant(value=str(text)):
                yield from _RENDERED.findall(text)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.expr) -> Iterator[str]:
    """The constants that an expression may be, where they look like codes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.match(node.value):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def codes_in_schema(value: Any) -> Iterator[str]:
    """The codes that a schema words itself."""
    if isinstance(value, dict):
        if isinstance(value.get("code"), str) and "message" in value:
            yield value["code"]
        for part in value.values():
            yield from codes_in_schema(part)
    elif isinstance(value, list):
        for part in value:
            yield from codes_in_schema(part)


@pytest.fixture(scope="module")
def used() -> dict[str, str]:
    """Every code in the sources and a file that uses it."""
    found: dict[str, str] = {}
    for path in SOURCES:
        if path.name != "codes.py":
            for code in codes_in(ast.parse(path.read_text("utf-8"))):
                found.setdefault(code, path.relative_to(ROOT).as_posix())
    for path in sorted((ROOT / "compiler" / "schemas").glob("*.json")):
        for code in codes_in_schema(json.loads(path.read_text("utf-8"))):
            found.setdefault(code, path.relative_to(ROOT).as_posix())
    return found


def test_every_code_of_the_sources_is_in_the_table(used: dict[str, str]) -> None:
    assert {code: file for code, file in used.items() if code not in CODES} == {}


def test_every_code_of_the_table_is_in_the_sources(used: dict[str, str]) -> None:
    assert CODES.keys() - used.keys() == set()


def test_a_code_stands_once_and_means_one_sentence() -> None:
    assert len(CODES) == sum(map(len, STAGES.values()))
    for code, meaning in CODES.items():
        assert _CODE.match(code)
        assert re.fullmatch(r"[A-Z`].*\.", meaning) and ". " not in meaning, meaning


def test_the_page_of_errors_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "write it with `python -m tests.error_docs`"
