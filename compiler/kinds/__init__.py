"""The kinds of node: for each, its JSON Schema in `schemas/` and a module here that makes its spec.

A new kind is a module with `parse(document, findings)`, a schema of the same name and a line in
`_PARSED`. Modules are imported when a document of their kind is first met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seeknal.compiler.document import Document
    from seeknal.compiler.findings import Finding, Findings
    from seeknal.compiler.kinds.spec import Spec

Parse = Callable[["Document", "Findings"], "Spec | None"]

_PARSED = (
    "source",
    "transform",
    "feature_group",
    "aggregation",
    "second_order_aggregation",
    "training_set",
)

_LISTS = ("features", "schema", "joins")

SKIPPED_KINDS = ("model", "rule", "profile", "exposure", "semantic_model", "metric")
"""Kinds that existing projects hold and this version does not run."""


def _parse(kind: str, document: Document, findings: Findings) -> Spec | None:
    """The spec of `document`; None, and findings, where it is not right.

    Entries of `features`, `schema` or `joins` that do not fit the JSON Schema are set aside, so
    that all there is to say of the other entries is said at once.
    """
    from seeknal.compiler.findings import Findings
    from seeknal.compiler.schema_check import misfits

    found = Findings()
    spec = None
    paths = misfits(document, document.schema, found)
    if all(len(path) > 1 and path[0] in _LISTS for path in paths):
        if paths:
            document = replace(document, broken=frozenset(path[:2] for path in paths))
        spec = import_module(f"seeknal.compiler.kinds.{kind}").parse(document, found)
    findings.items += sorted(found, key=_position)
    return None if found.has_errors else spec


def _position(finding: Finding) -> tuple[int, int]:
    return (finding.place.line, finding.place.column) if finding.place else (0, 0)


KINDS: Mapping[str, Parse] = {kind: partial(_parse, kind) for kind in _PARSED}
"""What checks and parses a document of each kind."""
