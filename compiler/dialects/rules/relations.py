"""Relations in FROM: names of their columns, and joins that every engine means alike."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.gate import only
from seeknal.compiler.dialects.scopes import Output, Scope, Source, spell


def aliased(name: str, outputs: Sequence[Output], alias: exp.Expr | None) -> Source:
    """The relation under its name, with the names of columns that stand after it."""
    given = list(alias.args.get("columns") or ()) if alias is not None else []
    columns = list(outputs)
    for place, identifier in enumerate(given[: len(columns)]):
        columns[place] = Output(identifier.name, columns[place].type)
        spell(identifier, identifier.name)
    return Source(name, tuple(columns))


def check_join(join: exp.Join) -> None:
    """Raise `Unsupported` for NATURAL, ASOF, SEMI and ANTI joins.

    SEMI and ANTI are taken for a name by engines without them, which then join without a word.
    """
    method, kind = join.args.get("method"), join.args.get("kind")
    if method:
        help = "say the condition with ON" if method == "NATURAL" else "join on a condition"
        raise Unsupported(join, f"{method} JOIN", help)
    if kind in ("SEMI", "ANTI"):
        raise Unsupported(join, f"{kind} JOIN", "use EXISTS or NOT EXISTS")
    only(join, ("this", "on", "using", "side", "kind"))


def merge_using(join: exp.Join, scope: Scope) -> None:
    """Note the columns of USING, which must have one name and one type on both sides."""
    *before, last = scope.sources
    for identifier in join.args.get("using") or ():
        right = last.find(identifier.name)
        left = next((c for s in before if (c := s.find(identifier.name))), None)
        if left is None or right is None or left.name != right.name or left.name is None:
            raise Unsupported(
                join, f"USING ({identifier.name})", "say the condition with ON: names differ"
            )
        common = {left.type, right.type} - {None}
        if len({t.kind for t in common if t is not None}) > 1:
            raise Unsupported(join, "USING of two types", "say the condition with ON")
        spell(identifier, left.name)
        scope.using.add(left.name.casefold())
