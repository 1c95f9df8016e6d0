"""A draft's file: where it stands, what it defines, where it goes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from seeknal.commands.project import compile_project, run_start
from seeknal.compiler.build import Compilation
from seeknal.compiler.document import Document, read_document
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.options import Options
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """Nodes in a file of their own: one of YAML, one or more of Python.

    `file` is relative to the project where it can be, `ids` are the nodes in the order of the file.
    """

    path: Path
    file: str
    text: str
    ids: tuple[str, ...]

    @property
    def id(self) -> str:
        """The first node that it defines."""
        return self.ids[0]

    @property
    def is_python(self) -> bool:
        """True where functions define the nodes."""
        return self.path.suffix == ".py"

    @property
    def home(self) -> str:
        """Where the file belongs in the project."""
        kind, _, name = self.id.partition(".")
        return f"seeknal/{kind}s/{name}{self.path.suffix}"


def read_draft(path: Path, root: Path) -> Draft:
    """The draft at `path`. Raises CompileFailed where it holds no spec."""
    findings = Findings()
    absolute = path.resolve()
    file = Path(os.path.relpath(absolute, root)).as_posix()
    if path.suffix not in (".yml", ".py"):
        findings.error(
            "skipped-file",
            f"`{path.name}` is no spec: specs end in `.yml`, those in Python in `.py`",
            Place(file),
            "name a spec, as `seeknal draft` writes it",
        )
        findings.stop_on_errors()
    try:
        text = absolute.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
        findings.error("not-utf8", "the file is not UTF-8 text", Place(file), "save it as UTF-8")
    findings.stop_on_errors()
    documents = _documents(root, file, text, findings)
    for document in documents:
        if not document.name:
            findings.error(
                "missing-key", "the spec has no `name`", document.place("kind"), "add `name: …`"
            )
    findings.stop_on_errors()
    if not documents:
        findings.error(
            "empty-file",
            "the file defines no node",
            Place(file),
            "decorate a function: `from seeknal.pipeline import transform`, then `@transform()`",
        )
    findings.stop_on_errors()
    return Draft(absolute, file, text, tuple(document.id for document in documents))


def _documents(root: Path, file: str, text: str, findings: Findings) -> list[Document]:
    if file.endswith(".py"):
        from seeknal.compiler.python.read import read_python

        return read_python(root, file, text, findings)
    document = read_document(file, text, findings)
    return [document] if document is not None else []


def with_draft(
    draft: Draft,
    root: Path,
    run_date: date,
    params: Mapping[str, object],
    returned: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    replaced: str = "",
) -> Compilation:
    """The project as it would be with the draft in it. Raises CompileFailed.

    `returned` are the columns that functions of the draft are known to return, `replaced` is a
    Python file of the project that the draft would take the place of.
    """
    drafts = {draft.file: draft.text}
    if replaced and replaced != draft.file:
        drafts[replaced] = ""
    asked = Options(
        run_date=run_date,
        overrides=params,
        as_of=run_start(),
        drafts=drafts,
        wait=True,
        returned=returned or {},
    )
    return compile_project(root, asked)
