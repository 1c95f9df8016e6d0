"""A draft's file: where it stands, what it defines, where it goes."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from seeknal.commands.project import Asked, compile_project
from seeknal.compiler.build import Compilation
from seeknal.compiler.document import read_document
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """A spec in a file of its own. `file` is relative to the project where it can be."""

    path: Path
    file: str
    text: str
    kind: str
    name: str

    @property
    def id(self) -> str:
        """The node that it defines."""
        return f"{self.kind}.{self.name}"

    @property
    def home(self) -> str:
        """Where the spec belongs in the project."""
        return f"seeknal/{self.kind}s/{self.name}.yml"


def read_draft(path: Path, root: Path) -> Draft:
    """The draft at `path`. Raises CompileFailed where it holds no spec."""
    findings = Findings()
    absolute = path.resolve()
    file = Path(os.path.relpath(absolute, root)).as_posix()
    if path.suffix != ".yml":
        findings.error(
            "skipped-file",
            f"`{path.name}` is no spec: specs end in `.yml`",
            Place(file),
            "name a YAML spec, as `seeknal draft` writes it",
        )
        findings.stop_on_errors()
    try:
        text = absolute.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
        findings.error("not-utf8", "the file is not UTF-8 text", Place(file), "save it as UTF-8")
    document = read_document(file, text, findings) if not findings.has_errors else None
    if document is not None and not document.name:
        findings.error(
            "missing-key", "the spec has no `name`", document.place("kind"), "add `name: …`"
        )
    findings.stop_on_errors()
    assert document is not None
    return Draft(absolute, file, text, document.kind, document.name)


def with_draft(draft: Draft, root: Path, run_date: date, params: dict[str, object]) -> Compilation:
    """The project as it would be with the draft in it. Raises CompileFailed."""
    from seeknal.commands.project import run_start

    asked = Asked(
        run_date=run_date, params=params, as_of=run_start(), drafts={draft.file: draft.text}
    )
    return compile_project(root, asked)
