"""A project compiled for a dialect as far as it goes, and what is refused of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from seeknal.compiler.build import Compilation, Options, compile_project
from seeknal.compiler.findings import CompileFailed, Finding
from tests.cases import RUN_DATE
from tests.conformance.marked import refusals


def compile_what_can(
    root: Path, dialect: str, *, inline: bool = False
) -> tuple[Compilation, Mapping[str, Finding]]:
    """The project, and the first finding of each node that the dialect refuses."""
    options = Options(run_date=RUN_DATE, dialect=dialect, inline=inline)
    try:
        return compile_project(root, options), {}
    except CompileFailed as failed:
        refusals(failed)
    whole = compile_project(root, Options(run_date=RUN_DATE, inline=inline))
    refused: dict[str, Finding] = {}
    fine = []
    for node in whole.order:
        try:
            compile_project(root, options, [node])
            fine.append(node)
        except CompileFailed as failed:
            refused[node] = refusals(failed)[0]
    assert refused, "the project is refused and each of its nodes is not"
    return compile_project(root, options, fine), refused
