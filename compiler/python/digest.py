"""All code of a project that decides what a function does, as one digest.

That is the function, the rest of its module but for other nodes that it does not name, and every
module of the project that these import, whole. Comments and layout change nothing. Packages that
are installed are not looked into.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from seeknal.compiler.python.calls import Function
from seeknal.compiler.python.names import tree_of
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """The digest of some code, and the other files that it is read from, below the root.

    `absent` are files that would be read, were they there.
    """

    digest: str
    files: tuple[str, ...]
    absent: tuple[str, ...]


def code_of(
    root: Path,
    file: str,
    tree: ast.Module,
    function: Function,
    others: set[str],
    decorators: Collection[str],
) -> Code:
    """The code behind `function` of the module `tree`; `others` are the other nodes in it.

    `decorators` are what the module calls those of `seeknal.pipeline`, which make no code.
    """
    kept = _kept(tree, others)
    digest = hashlib.sha256(function.name.encode())
    for statement in kept:
        digest.update(ast.dump(_bare(statement, decorators)).encode())
    files: dict[str, None] = {}
    absent: set[str] = set()
    waiting = list(_imported(root, file, kept))
    while waiting:
        found, is_read = waiting.pop()
        if found in files or found == file:
            continue
        if not is_read:
            absent.add(found)
            continue
        files[found] = None
        _dumped, imported = _module(root / found, root, found)
        waiting += imported
    for found in sorted(files):
        digest.update(found.encode())
        digest.update(_module(root / found, root, found)[0].encode())
    return Code(digest.hexdigest(), tuple(sorted(files)), tuple(sorted(absent)))


def _kept(tree: ast.Module, others: set[str]) -> list[ast.stmt]:
    """The statements of a module but for other nodes that none of these names."""
    functions = {s.name: s for s in tree.body if isinstance(s, Function) and s.name in others}
    waiting = [s for s in tree.body if s not in functions.values()]
    left_out = dict(functions)
    while waiting:
        for node in ast.walk(waiting.pop()):
            if isinstance(node, ast.Name) and node.id in left_out:
                waiting.append(left_out.pop(node.id))
    return [s for s in tree.body if s not in left_out.values()]


def _bare(statement: ast.stmt, decorators: Collection[str]) -> ast.stmt:
    """A node's function without the decorators that make it one, and without its docstring.

    The spec holds both.
    """
    if not isinstance(statement, Function):
        return statement
    kept = [node for node in statement.decorator_list if decorator_name(node) not in decorators]
    if len(kept) == len(statement.decorator_list):
        return statement
    body = statement.body
    if ast.get_docstring(statement, clean=False) is not None:
        body = body[1:] or [ast.Pass()]
    fields = {**dict(ast.iter_fields(statement)), "decorator_list": kept, "body": body}
    return type(statement)(**fields)


def decorator_name(node: ast.expr) -> str:
    """A decorator as it is spelt, without its arguments."""
    return ast.unparse(node.func if isinstance(node, ast.Call) else node)


_Looked = tuple[str, bool]
"""A file that an import may mean, and whether it is there and read."""


def _module(path: Path, root: Path, file: str) -> tuple[str, tuple[_Looked, ...]]:
    status = path.stat()
    return _read(path, root, file, (status.st_mtime_ns, status.st_size))


@cache
def _read(
    path: Path, root: Path, file: str, stamp: tuple[int, int]
) -> tuple[str, tuple[_Looked, ...]]:
    """The code of a whole module, and the project's modules that it imports."""
    text = path.read_bytes()
    try:
        tree = tree_of(text)
    except (SyntaxError, ValueError):
        # What is wrong with it is said by Python where it is imported.
        return hashlib.sha256(text).hexdigest(), ()
    return ast.dump(tree), tuple(_imported(root, file, tree.body))


def _imported(root: Path, file: str, statements: Iterable[ast.stmt]) -> Iterator[_Looked]:
    """The files of the project that some code imports or would, relative to the root."""
    folder = file.rpartition("/")[0]
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield from _found(root, folder, alias.name.split("."))
            elif isinstance(node, ast.ImportFrom):
                start = folder
                for _ in range(max(node.level - 1, 0)):
                    start = start.rpartition("/")[0]
                parts = node.module.split(".") if node.module else []
                yield from _found(root, start, parts)
                for alias in node.names:
                    yield from _found(root, start, [*parts, alias.name])


def _found(root: Path, folder: str, parts: list[str]) -> Iterator[_Looked]:
    """The files of a module, its packages included: beside the importing file, or in the root."""
    if parts[:1] == ["seeknal"]:
        # The package that is installed, never the folder of the specs.
        return
    for base in dict.fromkeys((folder, "")):
        above = "/".join(filter(None, (base, *parts)))
        is_here = bool(parts) and _is_module(root, above)
        for length in range(1, len(parts) + 1):
            path = "/".join(filter(None, (base, *parts[:length])))
            for name in (f"{path}/__init__.py", f"{path}.py"):
                is_file = (root / name).is_file()
                if is_here or not is_file:
                    yield name, is_file
        if is_here:
            return


def _is_module(root: Path, path: str) -> bool:
    return (root / f"{path}.py").is_file() or (root / path / "__init__.py").is_file()
