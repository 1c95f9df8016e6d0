"""Leakage: what lineage proves of every value that reaches a training set (SEMANTICS "Leakage").

A join takes rows up to an as-of by their event time. A row leaks where it holds what happened
later than that. `leakage_findings` follows each value from the training set down to the sources
and says where a row may hold more than its event time allows, or where that cannot be told.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from seeknal.compiler.findings import Finding, Severity
from seeknal.compiler.model import Model, ResolvedTrainingSet


def training_sets(model: Model) -> tuple[str, ...]:
    """The ids of all training sets, in run order."""
    nodes = model.nodes
    return tuple(id for id in model.order if isinstance(nodes.get(id), ResolvedTrainingSet))


def leakage_findings(
    model: Model, nodes: Collection[str] | None = None, *, strict: bool = False
) -> list[Finding]:
    """What is to be said of the training sets of `model`, or of those among `nodes`.

    All are warnings, or errors with `strict`. `leak-*` is proven; `unproven-time` says what could
    not be.
    """
    chosen = [id for id in training_sets(model) if nodes is None or id in nodes]
    if not chosen:
        return []
    from seeknal.compiler.leakage.opaque import as_sources
    from seeknal.compiler.leakage.training_set import findings_of

    model = as_sources(model)
    found = [finding for id in chosen for finding in findings_of(model, id)]
    return [replace(finding, severity=Severity.ERROR) for finding in found] if strict else found
