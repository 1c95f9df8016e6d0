"""User SQL: parameters filled in, references bound to relations, parsed, typed.

A query is written in DuckDB's dialect. Its references to other nodes take every form that existing
projects use: `ref('kind.name')`, `{{ ref('kind.name') }}`, `input_0`, `__THIS__`, `kind.name`,
`{alias}` and `$alias` of named inputs, and in feature groups `source` for the first input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Input, Spec
from seeknal.compiler.macro_body import copy_tree
from seeknal.compiler.model import Relation, ResolvedQuery
from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.binder import BindError
from seeknal.compiler.resolve.bound_types import BoundTypes
from seeknal.compiler.resolve.parse_errors import explain as explain_parsing
from seeknal.compiler.resolve.tidy import tidy
from seeknal.compiler.suggest import closest, suggest
from seeknal.compiler.types import Column

PlaceOf = Callable[[int, int], Place]
_INPUT = re.compile(r"input_(\d+)$", re.IGNORECASE)
_MADE_FROM_NOTHING = frozenset({"range", "generate_series", "unnest", "explode"})
_QUOTED = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|\{(\w+)\}|\$([A-Za-z_]\w*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class References:
    """What a name in FROM may mean: the node's inputs and every node there is."""

    spec: Spec
    relations: Mapping[str, Relation]
    first_input_names: frozenset[str]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The upstream nodes in the order of the spec."""
        return self.spec.inputs


def resolve_user_sql(
    references: References,
    text: str,
    place_of: PlaceOf,
    types: BoundTypes,
    findings: Findings,
) -> ResolvedQuery | None:
    """The query with its references bound and its columns typed, or None and findings.

    `text` has its parameters filled in; `place_of(offset, length)` points back into the spec,
    `types` knows the columns of SQL.
    """
    text = _fill_aliases(references, text)
    tree = _parse(text, place_of, findings)
    if tree is None:
        return None
    used = _bind_tables(tree, references, place_of, findings)
    if used is None:
        return None
    columns = _columns(tree, text, used, place_of, types, findings)
    if columns is None or not _distinct_names(columns, place_of, findings):
        return None
    _warn_of_clocks(text, place_of, findings)
    return ResolvedQuery(references.spec, tree, place_of, used, columns)


def _fill_aliases(references: References, text: str) -> str:
    """Replace `{alias}` and `$alias` by an identifier of the same length where possible.

    The text keeps its length by padding, so offsets still point into the spec.
    """
    aliases = {i.alias: i.ref.value for i in references.inputs if i.alias}
    if not aliases:
        return text

    def fill(match: re.Match[str]) -> str:
        alias = match[1] or match[2]
        if alias is None or alias not in aliases:
            return match[0]
        return alias.ljust(len(match[0]))

    return _QUOTED.sub(fill, text)


def _parse(text: str, place_of: PlaceOf, findings: Findings) -> exp.Query | None:
    try:
        statements = [s for s in sqlglot.parse(text, dialect="duckdb") if s is not None]
    except ParseError as error:
        problem = explain_parsing(text, error)
        findings.error(
            "bad-sql",
            f"this is not SQL: {problem.reason}",
            place_of(problem.offset, problem.length),
            help="SQL is written in DuckDB's dialect",
        )
        return None
    except TokenError:
        findings.error(
            "bad-sql", "this is not SQL: a quote is not closed", place_of(0, 1), help="close it"
        )
        return None
    if not statements:
        findings.error("bad-sql", "this SQL is empty", place_of(0, 1), help="write a SELECT")
        return None
    *first, last = statements
    if not isinstance(last, exp.Query):
        findings.error(
            "bad-sql",
            f"the last statement is `{_what(last)}`, not a SELECT",
            _keyword_place(last, text, place_of),
            help="the result of a node is its last SELECT",
        )
        return None
    for statement in statements:
        tidy(statement)
    return _fold_statements(first, last, text, place_of, findings)


def _fold_statements(
    first: list[exp.Expr], last: exp.Query, text: str, place_of: PlaceOf, findings: Findings
) -> exp.Query | None:
    """`CREATE TABLE x AS SELECT` before the result becomes a CTE of it: one statement a node."""
    made: list[exp.CTE] = []
    for statement in first:
        name = statement.this if isinstance(statement, exp.Create) else None
        query = statement.args.get("expression") if isinstance(statement, exp.Create) else None
        if not isinstance(name, exp.Table) or not isinstance(query, exp.Query):
            findings.error(
                "unsupported-statement",
                f"a node cannot run `{_what(statement)}`",
                _keyword_place(statement, text, place_of),
                help="a node is one SELECT; `CREATE TABLE x AS SELECT …` before it becomes a CTE",
            )
            return None
        made.append(exp.CTE(this=query, alias=exp.TableAlias(this=name.this)))
    if made:
        existing = last.args.get("with_")
        ctes = [*made, *(existing.expressions if existing else [])]
        recursive = bool(existing and existing.args.get("recursive"))
        last.set("with_", exp.With(expressions=ctes, recursive=recursive))
    return last


def _what(statement: exp.Expr) -> str:
    """The word that a statement begins with."""
    if isinstance(statement, exp.Command):
        return str(statement.this).upper()
    return statement.key.upper()


def _keyword_place(statement: exp.Expr, text: str, place_of: PlaceOf) -> Place:
    """The place of the word that a statement begins with: only what follows it has a place."""
    word = _what(statement)
    ends = [part.meta["end"] for part in statement.walk() if "end" in part.meta]
    found = text.upper().rfind(word, 0, min(ends) if ends else len(text))
    return place_of(max(found, 0), len(word) if found >= 0 else 1)


def _bind_tables(
    tree: exp.Query, references: References, place_of: PlaceOf, findings: Findings
) -> tuple[Relation, ...] | None:
    """Put relation names in FROM; the relations used, in order of first use."""
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    qualifiers = {
        column.table.casefold() for column in tree.find_all(exp.Column) if column.table
    } | {star.this.name.casefold() for star in tree.find_all(exp.Column) if star.table}
    used: dict[str, Relation] = {}
    ok = True
    for table in list(tree.find_all(exp.Table)):
        if not table.db and isinstance(table.this, exp.Identifier):
            if table.name.casefold() in ctes:
                continue
        elif isinstance(table.this, exp.Func) and not _is_ref(table.this):
            if table.this.sql_name().lower() in _MADE_FROM_NOTHING:
                continue
            findings.error(
                "unsupported-relation",
                f"`{table.this.sql_name().lower()}` reads data that no node declares",
                _node_place(table, place_of),
                help="declare it as a source, then use `ref('source.name')`",
            )
            ok = False
            continue
        node_id = _meaning(table, references)
        if node_id is None or node_id not in references.relations:
            ok = False
            if node_id is None or not _known_input(node_id, references):
                _unknown(table, node_id, references, place_of, findings)
            continue
        relation = references.relations[node_id]
        if not _known_input(node_id, references):
            ok = False
            findings.error(
                "unlisted-input",
                f"`{node_id}` is read here and is not among the inputs of `{references.spec.id}`",
                _node_place(table, place_of),
                help=f"add `- ref: {node_id}` to `inputs:`",
            )
            continue
        _rename(table, relation, qualifiers)
        used.setdefault(node_id, relation)
    return tuple(used.values()) if ok else None


def _is_ref(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "ref"


def _meaning(table: exp.Table, references: References) -> str | None:
    inputs = references.inputs
    if _is_ref(table.this):
        arguments = table.this.expressions
        return arguments[0].name if arguments else None
    if table.db:
        return f"{table.db}.{table.name}"
    name = table.name
    if (match := _INPUT.match(name)) and int(match[1]) < len(inputs):
        return inputs[int(match[1])].ref.value
    if name == "__THIS__":
        return inputs[0].ref.value if len(inputs) == 1 else None
    for candidate in inputs:
        if candidate.alias == name:
            return candidate.ref.value
    for node_id, relation in references.relations.items():
        if relation.name == name:
            return node_id
    if name.casefold() in references.first_input_names and inputs:
        return inputs[0].ref.value
    return None


def _known_input(node_id: str, references: References) -> bool:
    return any(candidate.ref.value == node_id for candidate in references.inputs)


def _unknown(
    table: exp.Table,
    node_id: str | None,
    references: References,
    place_of: PlaceOf,
    findings: Findings,
) -> None:
    name = node_id or table.name
    known = [*references.relations]
    bare = {node.partition(".")[2]: node for node in known}
    help: str | None
    if name == "__THIS__":
        help = "`__THIS__` needs exactly one input; with several, use `ref('kind.name')`"
    elif _INPUT.match(name):
        count = len(references.inputs)
        inputs = f"{count} input{'' if count == 1 else 's'}"
        help = f"`{references.spec.id}` has {inputs}, counted from input_0"
    elif node_id is None and (near := closest(name, bare)):
        help = f"did you mean `{bare[near]}`?"
    else:
        help = suggest(name, known, "nodes")
    findings.error(
        "unknown-relation", f"nothing is named `{name}`", _node_place(table, place_of), help=help
    )


def _rename(table: exp.Table, relation: Relation, qualifiers: set[str]) -> None:
    """Point the table at its relation; keep its old name as alias where columns use it."""
    old = table.name if isinstance(table.this, exp.Identifier) else ""
    alias = table.args.get("alias")
    table.set("this", exp.to_identifier(relation.name))
    table.set("db", None)
    table.set("catalog", None)
    if alias is None and old and old.casefold() in qualifiers and old != relation.name:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(old)))


def _columns(
    tree: exp.Query,
    text: str,
    used: tuple[Relation, ...],
    place_of: PlaceOf,
    types: BoundTypes,
    findings: Findings,
) -> tuple[Column, ...] | None:
    # Printing changes a tree; its own way of copying one takes longer than all else here.
    sql = copy_tree(tree).sql(dialect="duckdb", copy=False)
    bound = types.bind(sql, used)
    if not isinstance(bound, BindError):
        return bound
    names = [column.name for relation in used for column in relation.columns]
    from seeknal.compiler.resolve.bind_errors import explain

    problem = explain(bound, sql, text, names)
    place = place_of(problem.offset, problem.length)
    findings.error(problem.code, problem.message, place, help=problem.help)
    return None


def _distinct_names(columns: tuple[Column, ...], place_of: PlaceOf, findings: Findings) -> bool:
    seen: dict[str, str] = {}
    for column in columns:
        first = seen.setdefault(column.name.casefold(), column.name)
        if first is not column.name:
            findings.error(
                "duplicate-output",
                f"the query returns `{first}` and `{column.name}`, one name on some engines",
                place_of(0, 1),
                help="give each column a name of its own with AS",
            )
            return False
    return True


_CLOCK = re.compile(
    r"\b(?:current_(?:date|timestamp|time)|localtime(?:stamp)?)\b(?:\s*\(\s*\))?"
    r"|\b(?:now|today|transaction_timestamp|get_current_\w+|current_local\w+)\s*\(\s*\)",
    re.IGNORECASE,
)


def _warn_of_clocks(text: str, place_of: PlaceOf, findings: Findings) -> None:
    code = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    for match in _CLOCK.finditer(code):
        findings.warn(
            "clock-in-sql",
            f"`{match[0]}` gives other rows every day",
            place_of(match.start(), len(match[0])),
            help="use `{{ run_date }}`, which `--date` sets and the run records",
        )


def _node_place(node: exp.Expr, place_of: PlaceOf) -> Place:
    spans = [
        (part.meta["start"], part.meta["end"])
        for part in node.walk()
        if "start" in part.meta and "end" in part.meta
    ]
    if not spans:
        return place_of(0, 1)
    start, end = min(spans)[0], max(span[1] for span in spans)
    return place_of(start, end - start + 1)
