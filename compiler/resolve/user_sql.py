"""User SQL: parameters filled in, references bound to relations, parsed, typed.

A query is written in DuckDB's dialect. Its references to other nodes take every form that existing
projects use: `ref('kind.name')`, `{{ ref('kind.name') }}`, `input_0`, `__THIS__`, `kind.name`,
`{alias}` and `$alias` of named inputs, and in feature groups `source` for the first input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Input, Spec
from seeknal.compiler.model import Relation, ResolvedQuery
from seeknal.compiler.resolve.binder import BindError, bind
from seeknal.compiler.resolve.tidy import tidy
from seeknal.compiler.suggest import suggest
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
    findings: Findings,
) -> ResolvedQuery | None:
    """The query with its references bound and its columns typed, or None and findings.

    `text` has its parameters filled in; `place_of(offset, length)` points back into the spec.
    """
    text = _fill_aliases(references, text)
    tree = _parse(text, place_of, findings)
    if tree is None:
        return None
    used = _bind_tables(tree, references, place_of, findings)
    if used is None:
        return None
    columns = _columns(tree, text, references, used, place_of, findings)
    if columns is None or not _distinct_names(columns, place_of, findings):
        return None
    _warn_of_clocks(tree, place_of, findings)
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
        detail = error.errors[0] if error.errors else {}
        word = str(detail.get("highlight") or "")
        lines = text.split("\n")
        row = int(detail.get("line") or 1) - 1
        offset = sum(len(line) + 1 for line in lines[:row]) + int(detail.get("col") or 1)
        reason = str(detail.get("description") or "it does not parse").rstrip(".").lower()
        findings.error(
            "bad-sql",
            f"this is not SQL: {reason}",
            place_of(max(0, offset - len(word)), max(1, len(word))),
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
            f"the last statement is {_what(last)}, not a SELECT",
            _node_place(last, place_of),
            help="the result of a node is its last SELECT",
        )
        return None
    for statement in statements:
        tidy(statement)
    return _fold_statements(first, last, place_of, findings)


def _fold_statements(
    first: list[exp.Expr], last: exp.Query, place_of: PlaceOf, findings: Findings
) -> exp.Query | None:
    """`CREATE TABLE x AS SELECT` before the result becomes a CTE of it: one statement a node."""
    made: list[exp.CTE] = []
    for statement in first:
        name = statement.this if isinstance(statement, exp.Create) else None
        query = statement.args.get("expression") if isinstance(statement, exp.Create) else None
        if not isinstance(name, exp.Table) or not isinstance(query, exp.Query):
            findings.error(
                "unsupported-statement",
                f"a node cannot run {_what(statement)}",
                _node_place(statement, place_of),
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
    if isinstance(statement, exp.Command):
        return f"`{str(statement.this).upper()}`"
    return f"`{statement.key.upper()}`"


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
                f"`{table.this.sql(dialect='duckdb')}` reads data that no node declares",
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
    help: str | None
    if name == "__THIS__":
        help = "`__THIS__` needs exactly one input; with several, use `ref('kind.name')`"
    elif _INPUT.match(name):
        help = f"`{references.spec.id}` has {len(references.inputs)} inputs, counted from input_0"
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
    references: References,
    used: tuple[Relation, ...],
    place_of: PlaceOf,
    findings: Findings,
) -> tuple[Column, ...] | None:
    sql = tree.sql(dialect="duckdb")
    bound = bind(sql, used)
    if not isinstance(bound, BindError):
        return bound
    place, help = place_of(0, 1), None
    if bound.position is not None and (word := _word_at(sql, bound.position)):
        found = _find_word(text, word, _occurrence(sql, word, bound.position))
        if found is not None:
            place = place_of(found, len(word))
        names = [c.split(".")[-1].strip('"') for c in bound.candidates if "(" not in c]
        help = suggest(word.split(".")[-1].strip('"'), names, "columns")
    code = "unknown-column" if "Referenced column" in bound.message else "bad-sql"
    findings.error(code, _sentence(bound.message), place, help=help or "see the SQL of this node")
    return None


def _sentence(message: str) -> str:
    text = message.rstrip("!. ")
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _word_at(sql: str, position: int) -> str:
    match = re.compile(r'"[^"]+"|\w+(?:\."?\w+"?)*').match(sql, position)
    return match[0] if match else ""


def _occurrence(sql: str, word: str, position: int) -> int:
    return len(re.findall(rf"(?i)\b{re.escape(word)}(?!\w)", sql[:position]))


def _find_word(text: str, word: str, occurrence: int) -> int | None:
    matches = list(re.finditer(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", text))
    if not matches:
        return None
    return matches[min(occurrence, len(matches) - 1)].start()


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


_CLOCKS = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentTime, exp.CurrentDatetime)


def _warn_of_clocks(tree: exp.Query, place_of: PlaceOf, findings: Findings) -> None:
    for node in tree.find_all(*_CLOCKS):
        findings.warn(
            "clock-in-sql",
            f"`{node.sql(dialect='duckdb')}` gives other rows every day",
            _node_place(node, place_of),
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
