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
    refused: dict[str, Finding] = {}
    nodes: dict[str, str] = {}
    while True:
        fine = [node for node in nodes.values() if node not in refused]
        try:
            return compile_project(root, options, fine), refused
        except CompileFailed as failed:
            found = refusals(failed)
        if not nodes:
            whole = compile_project(root, Options(run_date=RUN_DATE))
            nodes = {artifact.file: node for node, artifact in whole.artifacts.items()}
        for finding in found:
            assert finding.place is not None
            refused.setdefault(nodes[finding.place.file], finding)
