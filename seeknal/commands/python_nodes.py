"""What commands say of nodes in Python, which have a function where others have SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
    from seeknal.compiler.model import ResolvedPython


def python_nodes(compilation: Compilation, words: Sequence[str]) -> tuple[str, ...]:
    """The nodes without SQL among those that `words` mean, or among all, in run order."""
    from seeknal.compiler.findings import Findings
    from seeknal.compiler.model import ResolvedPython
    from seeknal.compiler.select_nodes import find_nodes

    nodes = compilation.model.nodes
    asked = find_nodes(words, compilation.order, Findings()) if words else compilation.order
    found = (id for id in compilation.order if id in asked)
    return tuple(id for id in found if isinstance(nodes.get(id), ResolvedPython))


def without_sql(compilation: Compilation, node: str) -> str:
    """What stands where the SQL of a node would: comments, in any dialect."""
    from seeknal.compiler.layout import comment

    function = compilation.model.functions[node]
    lines = [
        f"{node} | {function.function.code.file} | python",
        f"no SQL: {made_by(function)}",
        f"reads {', '.join(compilation.upstream[node]) or 'no node'}",
        f"columns: {_columns(function)}",
    ]
    return "\n".join(comment(line) for line in lines)


def made_by(function: ResolvedPython) -> str:
    """Which function makes the rows, and where it is."""
    code = function.function.code
    place = f"`{code.function}` in {code.file}:{code.place.line}"
    if not function.function.output:
        return f"the function {place} returns no rows"
    return f"the rows are what the function {place} returns"


def as_json(compilation: Compilation, node: str) -> dict[str, object]:
    """A node in Python beside compiled ones: the same keys, `sql` and unknown `columns` null."""
    function = compilation.model.functions[node]
    known = function.returned
    return {
        "id": node,
        "file": function.function.code.file,
        "dialect": None,
        "rules": [],
        "digest": function.function.code.digest,
        "inputs": list(compilation.upstream[node]),
        "columns": None
        if known is None
        else [{"name": column.name, "type": str(column.type)} for column in known],
        "lineage": {},
        "renamed": {},
        "sql": None,
        "assertions": [],
        "python": function_json(function),
    }


def function_json(function: ResolvedPython) -> Mapping[str, object]:
    """The function of a node as plain data."""
    code = function.function.code
    return {
        "function": code.function,
        "file": code.file,
        "line": code.place.line,
        "dependencies": [text.value for text in code.dependencies],
        "requires_python": code.requires_python or None,
        "returns_rows": function.function.output,
    }


def _columns(function: ResolvedPython) -> str:
    if not function.function.output:
        return "none"
    if function.returned is None:
        return "not known before the function has run"
    return ", ".join(f"{column.name} {column.type}" for column in function.returned)
