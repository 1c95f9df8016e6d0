"""Post-hooks: the functions that a spec names to be called after its output is published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import PythonCode
from seeknal.compiler.python.names import function_names
from seeknal.compiler.python.read import read_function
from seeknal.compiler.suggest import closest, suggest


def read_hooks(root: Path, document: Document, findings: Findings) -> tuple[PythonCode, ...]:
    """The functions of `post_hooks`; a file or function that is not there is a finding."""
    return tuple(_hooks(root, document, findings))


def _hooks(root: Path, document: Document, findings: Findings) -> Iterator[PythonCode]:
    for path in document.entries("post_hooks"):
        sql = document.sql_at(*path, "python")
        file, _, function = sql.value.rpartition(":")
        place = sql.place(0, len(file))
        if not (root / file).is_file():
            folder = (root / file).parent
            names = sorted(p.name for p in folder.glob("*.py")) if folder.is_dir() else []
            near = closest(Path(file).name, names)
            findings.error(
                "missing-file",
                f"there is no file `{file}` in the project",
                place,
                f"did you mean `{near}` in the same folder?"
                if near
                else "the path is relative to the project's folder",
            )
            continue
        try:
            text = (root / file).read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            findings.error("not-utf8", f"`{file}` is not UTF-8 text", place, "save it as UTF-8")
            continue
        before = len(findings)
        code = read_function(root, file, text, function, findings)
        if code is not None:
            yield code
        elif len(findings) == before:
            findings.error(
                "unknown-function",
                f"`{file}` has no function `{function}`",
                sql.place(len(file) + 1, len(function)),
                suggest(function, function_names(text), "functions"),
            )
