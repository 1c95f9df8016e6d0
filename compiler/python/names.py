"""A Python file as a tree, and what it calls the decorators of `seeknal.pipeline`."""

from __future__ import annotations

import ast
import warnings

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.python.calls import Function
from seeknal.compiler.python.decorators import CLASSES, DECORATORS, MATERIALIZE, MODULE

_KNOWN = frozenset({*DECORATORS, MATERIALIZE, *CLASSES})
_PACKAGE = MODULE.partition(".")[0]


def parse_module(file: str, text: str, findings: Findings) -> ast.Module | None:
    """The tree of a Python file; None, and a finding, where it is not Python."""
    try:
        return tree_of(text)
    except SyntaxError as error:
        place = Place(file, error.lineno or 1, error.offset or 1)
        findings.error("python-syntax", f"the file is not Python: {error.msg}", place)
    except ValueError as error:
        findings.error("python-syntax", f"the file is not Python: {error}", Place(file))
    return None


def tree_of(text: str | bytes) -> ast.Module:
    """The tree of some code. Of odd escapes Python warns where it runs the code, not here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def function_names(text: str) -> list[str]:
    """The functions of a module, in the order of the file."""
    return [s.name for s in tree_of(text).body if isinstance(s, Function)]


def imported_names(tree: ast.Module) -> dict[str, str]:
    """What the module calls the decorators and classes of `seeknal.pipeline`.

    `import seeknal.pipeline as sp` gives `sp.transform`, and `node = sp.transform` gives `node`.
    """
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= _from(node)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == MODULE:
                    found |= _below(alias.asname or MODULE)
                elif alias.name == _PACKAGE:
                    found |= _below(f"{alias.asname or _PACKAGE}.{MODULE.partition('.')[2]}")
    for node in tree.body if found else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            stands_for = found.get(ast.unparse(node.value))
            for target in node.targets if stands_for else ():
                if isinstance(target, ast.Name):
                    found[target.id] = str(stands_for)
    return found


def _from(node: ast.ImportFrom) -> dict[str, str]:
    found: dict[str, str] = {}
    module = node.module or ""
    for alias in node.names:
        if module == _PACKAGE and alias.name == MODULE.partition(".")[2]:
            found |= _below(alias.asname or alias.name)
        elif module == MODULE or module.startswith(f"{MODULE}."):
            if alias.name == "*":
                found |= {name: name for name in _KNOWN}
            elif alias.name in _KNOWN:
                found[alias.asname or alias.name] = alias.name
    return found


def _below(module: str) -> dict[str, str]:
    return {f"{module}.{name}": name for name in _KNOWN}
