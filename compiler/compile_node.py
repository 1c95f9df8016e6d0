"""One node of the graph, from plan to artifact."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlglot import exp

from seeknal.compiler.artifact import Artifact, Assertion
from seeknal.compiler.dialects.base import Dialect, Unsupported
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.layout import comment, print_statement
from seeknal.compiler.lineage import lineage_of
from seeknal.compiler.lower.names import name_of
from seeknal.compiler.lower.statement import Lowered, lower_plan
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import Computed, ResolvedDayGrain, ResolvedEventGroup, ResolvedQuery
from seeknal.compiler.plan import Plan


def compile_node(
    resolved: Computed,
    plan: Plan,
    dialect: Dialect,
    library: MacroLibrary,
    findings: Findings,
    upstream: Mapping[str, exp.Expr] | None = None,
) -> tuple[Artifact, exp.Expr] | None:
    """The artifact and its tree; None and error[unsupported] where the dialect cannot say it.

    With `upstream`, trees by relation name become CTEs in front: the file stands alone.
    """
    try:
        lowered = lower_plan(plan, dialect, library)
    except Unsupported as problem:
        findings.error(
            "unsupported",
            f"{problem.what} is not something {dialect.name} can run",
            _place(problem.node, resolved),
            help=problem.help or None,
        )
        return None
    tree = lowered.tree
    if upstream:
        tree = _with_upstream(tree, upstream, dialect)
    header = f"{plan.node} | {plan.file} | {dialect.name}"
    if dialect.note:
        header += f" | {dialect.note}"
    body = print_statement(tree, dialect.printer)
    assertions = _assertions(lowered, dialect)
    counts = _print(lowered.counts, dialect) if lowered.counts is not None else None
    artifact = Artifact(
        id=plan.node,
        kind=resolved.spec.kind,
        name=resolved.spec.name,
        file=plan.file,
        dialect=dialect.name,
        sql=f"{comment(header)}\n{body}",
        columns=plan.columns,
        inputs=plan.inputs,
        digest=_digest(dialect.name, body, assertions),
        keys=_keys(resolved),
        choices=tuple((choice.rule, choice.reason) for choice in plan.choices),
        assertions=assertions,
        counts_sql=counts,
        lineage=lineage_of(resolved),
        renamed=lowered.renamed,
    )
    return artifact, lowered.tree


def _keys(resolved: Computed) -> tuple[str, ...]:
    if isinstance(resolved, ResolvedDayGrain | ResolvedEventGroup):
        found = resolved.columns[: len(resolved.columns) - len(resolved.features)]
        return tuple(column.name for column in found)
    return ()


def _print(tree: exp.Expr, dialect: Dialect) -> str:
    return print_statement(tree, dialect.printer)


def _assertions(lowered: Lowered, dialect: Dialect) -> tuple[Assertion, ...]:
    return tuple(
        Assertion(promise.code, promise.message, _print(promise.tree, dialect), promise.help)
        for promise in lowered.promises
    )


def _digest(dialect: str, body: str, assertions: tuple[Assertion, ...]) -> str:
    digest = hashlib.sha256()
    for part in (dialect, body, *(assertion.sql for assertion in assertions)):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


def _with_upstream(tree: exp.Expr, upstream: Mapping[str, exp.Expr], dialect: Dialect) -> exp.Expr:
    if not isinstance(tree, exp.Query):
        return tree
    whole = tree.copy()
    own = whole.args.get("with_")
    ctes = [
        exp.CTE(this=_part(query), alias=exp.TableAlias(this=name_of(name, dialect)))
        for name, query in upstream.items()
    ]
    ctes += own.expressions if own is not None else []
    recursive = bool(own is not None and own.args.get("recursive"))
    whole.set("with_", exp.With(expressions=ctes, recursive=recursive))
    return whole


def _part(query: exp.Expr) -> exp.Expr:
    """The statement of an upstream node as a part of another, whose settings hold for it too."""
    part = query.copy()
    part.set("settings", None)
    return part


def _place(node: exp.Expr, resolved: Computed) -> Place:
    spans = [
        (part.meta["start"], part.meta["end"])
        for part in node.walk()
        if "start" in part.meta and "end" in part.meta
    ]
    if not spans or not isinstance(resolved, ResolvedQuery):
        return resolved.spec.place
    start, end = min(spans)[0], max(span[1] for span in spans)
    return resolved.place_of(start, end - start + 1)
