"""The output columns of a node: every name once (SEMANTICS "Names")."""

from __future__ import annotations

from collections.abc import Sequence

from seeknal.compiler.features import Feature
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Spec
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column


@dataclass(frozen=True, slots=True)
class Output:
    """A column of the output and the place in the spec that asks for it."""

    column: Column
    place: Place


def unique_outputs(
    spec: Spec,
    keys: tuple[Column, ...],
    features: tuple[Feature, ...],
    findings: Findings,
    help: str = "drop one, or give one an `output_name`",
) -> tuple[Column, ...] | None:
    """Keys, then features; None and findings where two have one name, in whatever case."""
    outputs = [Output(key, spec.place) for key in keys]
    outputs += [Output(Column(f.name, f.type), f.place) for f in features]
    return unique_columns(outputs, help, findings)


def unique_columns(
    outputs: Sequence[Output], help: str, findings: Findings
) -> tuple[Column, ...] | None:
    """The columns; None and findings, which show both places, where two have one name."""
    seen: dict[str, Output] = {}
    failed = False
    for output in outputs:
        name = output.column.name
        first = seen.get(name.casefold())
        if first is None:
            seen[name.casefold()] = output
            continue
        failed = True
        what = (
            f"two outputs are named `{name}`"
            if first.column.name == name
            else f"outputs `{first.column.name}` and `{name}` differ by case only"
        )
        related = [(first.place, "the first is here")]
        findings.error("duplicate-output", what, output.place, help, related)
    return None if failed else tuple(output.column for output in outputs)
