"""The output columns of a node: every name once (SEMANTICS "Names")."""

from __future__ import annotations

from seeknal.compiler.features import Feature
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Spec
from seeknal.compiler.types import Column


def unique_outputs(
    spec: Spec, keys: tuple[Column, ...], features: tuple[Feature, ...], findings: Findings
) -> tuple[Column, ...] | None:
    """Keys, then features; None and findings where two have one name, in whatever case."""
    seen: dict[str, tuple[str, Place]] = {}
    columns: list[Column] = []
    failed = False
    entries = [(key, spec.place) for key in keys]
    entries += [(Column(f.name, f.type), f.place) for f in features]
    for column, place in entries:
        first = seen.get(column.name.casefold())
        if first is None:
            seen[column.name.casefold()] = (column.name, place)
            columns.append(column)
            continue
        failed = True
        what = (
            f"two outputs are named `{column.name}`"
            if first[0] == column.name
            else f"outputs `{first[0]}` and `{column.name}` differ by case only"
        )
        findings.error(
            "duplicate-output",
            what,
            place,
            help="drop one, or give one an `output_name`",
            related=[(first[1], "the first is here")],
        )
    return None if failed else tuple(columns)
