"""Text of a statement, laid out for people: one output column a line, comments above.

Expressions print on one line as sqlglot spells them; the layout breaks those that are too long.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from seeknal.compiler.printers import printer as printer_of

WIDTH = 100
_INDENT = "  "


def print_statement(tree: exp.Expr, printer: str, header: str = "") -> str:
    """The statement in the dialect that sqlglot calls `printer`, without a semicolon.

    `header` becomes the comment of the first line. The text ends with a newline.
    """
    mark, tree = _mark_line_breaks(tree)
    lines = _Layout(printer).query(tree)
    if header:
        lines.insert(0, comment(header))
    return "\n".join(lines).replace(mark, "\n") + "\n"


def _mark_line_breaks(tree: exp.Expr) -> tuple[str, exp.Expr]:
    """Texts and names that hold a line break have a mark there, which no layout indents."""
    words = [node for node in tree.find_all(exp.Literal, exp.Identifier) if "\n" in node.name]
    if not words:
        return "\n", tree
    used = {letter for node in tree.find_all(exp.Literal, exp.Identifier) for letter in node.name}
    mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in used)
    marked = tree.copy()
    for node in list(marked.find_all(exp.Literal, exp.Identifier)):
        if "\n" in node.name:
            node.set("this", node.name.replace("\n", mark))
    return mark, marked


def comment(text: str) -> str:
    """`text` as a comment of one line; nothing in it can end the comment early."""
    flat = " ".join(text.split()).replace("*/", "* /").replace("/*", "/ *")
    return f"/* {flat} */"


class _Layout:
    def __init__(self, printer: str) -> None:
        self.flat = printer_of(printer, pretty=False)
        self.pretty = printer_of(printer, pretty=True, width=WIDTH)
        self.texts: dict[int, str] = {}

    def text(self, node: exp.Expr) -> str:
        """The node on one line; kept, as a long one is looked at again where it is broken."""
        found = self.texts.get(id(node))
        if found is None:
            found = self.texts[id(node)] = self.flat.sql(node)
        return found

    def query(self, node: exp.Expr) -> list[str]:
        """The lines of a query."""
        if isinstance(node, exp.Select):
            return self.select(node)
        if isinstance(node, exp.SetOperation):
            return self.set_operation(node)
        if isinstance(node, exp.Subquery) and not node.args.get("alias"):
            return ["(", *_indented(self.query(node.this)), ")"]
        return self.pretty.sql(node).split("\n")

    def with_clause(self, node: exp.Expr) -> list[str]:
        """`WITH name AS ( … ),` with each CTE's query indented."""
        clause = node.args.get("with_")
        if clause is None:
            return []
        lines: list[str] = []
        start = "WITH RECURSIVE " if clause.args.get("recursive") else "WITH "
        for index, cte in enumerate(clause.expressions):
            name = self.text(cte.args["alias"])
            hint = cte.args.get("materialized")
            how = "" if hint is None else "MATERIALIZED " if hint else "NOT MATERIALIZED "
            lines.append(f"{start if index == 0 else ''}{name} AS {how}(")
            lines += _indented(self.query(cte.this))
            lines.append(")," if index + 1 < len(clause.expressions) else ")")
        return lines

    def set_operation(self, node: exp.SetOperation) -> list[str]:
        """Both sides with the operator between them."""
        word = type(node).__name__.upper()
        if node.args.get("distinct") is False:
            word += " ALL"
        elif self.flat.dialect.SET_OP_DISTINCT_BY_DEFAULT.get(type(node)) is not True:
            word += " DISTINCT"
        if node.args.get("by_name"):
            word += " BY NAME"
        lines = [*self.with_clause(node), *self.query(node.left), word, *self.query(node.right)]
        return lines + self.tail(node)

    def select(self, node: exp.Select) -> list[str]:
        """The clauses of a SELECT, each on its own line."""
        if node.args.get("laterals") or node.args.get("windows") or node.args.get("pivots"):
            return self.pretty.sql(node).split("\n")
        lines = self.with_clause(node)
        lines += [comment(text) for text in node.comments or ()]
        lines += self.projections(node)
        source = node.args.get("from_")
        if source is not None:
            lines += _noted(source, self.relation("FROM ", source.this))
        for join in node.args.get("joins") or ():
            lines += _noted(join, self.join(join))
        if (where := node.args.get("where")) is not None:
            lines += _noted(where, self.tests("WHERE ", where.this))
        if (group := node.args.get("group")) is not None:
            lines += self.listed("GROUP BY ", group)
        if (having := node.args.get("having")) is not None:
            lines += self.tests("HAVING ", having.this)
        if (qualify := node.args.get("qualify")) is not None:
            lines += self.tests("QUALIFY ", qualify.this)
        return lines + self.tail(node)

    def tail(self, node: exp.Expr) -> list[str]:
        """ORDER BY, LIMIT, OFFSET and SETTINGS."""
        lines = []
        for name in ("order", "limit", "offset"):
            if (clause := node.args.get(name)) is not None:
                lines.append(self.text(clause).strip())
        if settings := node.args.get("settings"):
            lines.append(f"SETTINGS {', '.join(self.text(one) for one in settings)}")
        return lines

    def projections(self, node: exp.Select) -> list[str]:
        """`SELECT` and its columns; a few plain ones share the line."""
        word = "SELECT"
        if (distinct := node.args.get("distinct")) is not None:
            on = distinct.args.get("on")
            word += " DISTINCT" + (f" ON {self.text(on)}" if on is not None else "")
        expressions = node.expressions
        if all(isinstance(e, exp.Column | exp.Star) and not _comments(e) for e in expressions):
            line = f"{word} {', '.join(self.text(e) for e in expressions)}"
            if len(line) <= WIDTH and len(expressions) <= 4:
                return [line]
        lines = [word]
        for index, expression in enumerate(expressions):
            lines += [_INDENT + comment(text) for text in _comments(expression)]
            end = "," if index + 1 < len(expressions) else ""
            body = self.expression(expression, WIDTH - len(_INDENT) - len(end))
            body[-1] += end
            lines += _indented(body)
        return lines

    def expression(self, node: exp.Expr, width: int) -> list[str]:
        """One line where it fits, else broken at the outermost operator or clause."""
        line = self.text(node)
        if len(line) <= width and "\n" not in line:
            return [line]
        if isinstance(node, exp.Alias):
            name = f" AS {self.text(node.args['alias'])}"
            body = self.expression(node.this, width)
            body[-1] += name
            return body
        broken = self.broken(node, width)
        return broken if broken is not None else self.pretty.sql(node).split("\n")

    def broken(self, node: exp.Expr, width: int) -> list[str] | None:
        """The lines of an expression that is too long for one; None for a form of no own."""
        if isinstance(node, exp.Connector):
            return self.tests("", node)
        if isinstance(node, exp.Binary):
            return self.binary(node, width)
        if isinstance(node, exp.Paren):
            return self.wrapped("(", self.expression(node.this, width - 2), ")")
        if isinstance(node, exp.Subquery | exp.Exists) and not node.args.get("alias"):
            return self.wrapped(f"{self.before(node, node.this)}", self.query(node.this), ")")
        if isinstance(node, exp.Case):
            return self.case(node, width)
        if isinstance(node, exp.Window):
            return self.window(node, width)
        if isinstance(node, exp.Filter):
            body = self.expression(node.this, width)
            test = self.tests("FILTER(WHERE ", node.expression.this)
            test[-1] += ")"
            return [*body, *_indented(test)]
        if isinstance(node, exp.Cast):
            value = self.expression(node.this, width - 2)
            value[-1] += f" AS {self.text(node.args['to'])}"
            # TRY_CAST, SAFE_CAST and their like are casts, too.
            word = self.text(node).partition("(")[0]
            return self.wrapped(f"{word}(", value, ")")
        if isinstance(node, exp.Func):
            return self.function(node, width)
        return None

    @staticmethod
    def wrapped(start: str, lines: list[str], end: str) -> list[str]:
        """Lines in parentheses, indented."""
        return [start, *_indented(lines), end]

    def before(self, node: exp.Expr, inner: exp.Expr) -> str:
        """What stands in front of the query of `(SELECT …)` and `EXISTS(SELECT …)`."""
        return self.text(node).partition(self.text(inner))[0]

    def binary(self, node: exp.Binary, width: int) -> list[str] | None:
        """The left side, and below it the operator with the right side."""
        left, right = self.text(node.this), self.text(node.expression)
        line = self.text(node)
        if not line.startswith(left) or not line.endswith(right):
            return None
        sign = line[len(left) : len(line) - len(right)].strip()
        below = self.expression(node.expression, width - len(sign) - 3)
        below[0] = f"{sign} {below[0]}"
        return [*self.expression(node.this, width), *_indented(below)]

    def case(self, node: exp.Case, width: int) -> list[str]:
        """A branch a line."""
        subject = node.this
        lines = [f"CASE {self.text(subject)}" if isinstance(subject, exp.Expr) else "CASE"]
        for branch in node.args["ifs"]:
            test, result = branch.this, branch.args["true"]
            line = f"WHEN {self.text(test)} THEN {self.text(result)}"
            if len(line) + 2 <= width:
                lines.append(_INDENT + line)
                continue
            lines += _indented(self.tests("WHEN ", test))
            value = self.expression(result, width - 9)
            lines += _indented([_INDENT + f"THEN {value[0]}", *_indented(value[1:])])
        if (default := node.args.get("default")) is not None:
            value = self.expression(default, width - 7)
            lines += _indented([f"ELSE {value[0]}", *value[1:]])
        return [*lines, "END"]

    def window(self, node: exp.Window, width: int) -> list[str] | None:
        """`f(x) OVER (`, each clause on its line."""
        function = self.text(node.this)
        line = self.text(node)
        if not line.startswith(f"{function} OVER (") or node.args.get("alias"):
            return None
        clauses = []
        if partition := node.args.get("partition_by"):
            clauses.append(f"PARTITION BY {', '.join(self.text(part) for part in partition)}")
        for name in ("order", "spec"):
            if (clause := node.args.get(name)) is not None:
                clauses.append(self.text(clause).strip())
        if f"{function} OVER ({' '.join(clauses)})" != line:
            return None
        body = self.expression(node.this, width - len(" OVER ()"))
        if not clauses:
            body[-1] += " OVER ()"
            return body
        body[-1] += " OVER ("
        return [*body, *_indented(clauses), ")"]

    def function(self, node: exp.Func, width: int) -> list[str] | None:
        """An argument a line, where the function is a name and a list of arguments."""
        line = self.text(node)
        name = line.partition("(")[0]
        arguments = list(node.iter_expressions())
        texts = [self.text(argument) for argument in arguments]
        if not arguments or f"{name}({', '.join(texts)})" != line:
            return None
        lines: list[str] = []
        for place, argument in enumerate(arguments):
            body = self.expression(argument, width - 3)
            body[-1] += "," if place + 1 < len(arguments) else ""
            lines += body
        return self.wrapped(f"{name}(", lines, ")")

    def relation(self, start: str, node: exp.Expr) -> list[str]:
        """A relation after FROM or JOIN; a subquery is indented."""
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            alias = node.args.get("alias")
            end = f") AS {self.text(alias)}" if alias is not None else ")"
            return [f"{start}(", *_indented(self.query(node.this)), end]
        line = start + self.text(node)
        if len(line) <= WIDTH:
            return [line]
        call = node.this if isinstance(node, exp.Table) else None
        if isinstance(call, exp.Anonymous):
            return self.call(start, node, call)
        return (start + self.pretty.sql(node)).split("\n")

    def call(self, start: str, node: exp.Expr, call: exp.Anonymous) -> list[str]:
        """A long table function: an argument a line."""
        arguments = [self.text(argument) for argument in call.expressions]
        alias = node.args.get("alias")
        end = f") AS {self.text(alias)}" if alias is not None else ")"
        lines = [f"{argument}," for argument in arguments[:-1]] + arguments[-1:]
        return [f"{start}{call.name}(", *_indented(lines), end]

    def join(self, node: exp.Join) -> list[str]:
        """`LEFT JOIN x ON …`; a long condition goes on lines of its own."""
        on, using = node.args.get("on"), node.args.get("using")
        words = [str(node.args[name]) for name in ("method", "side", "kind") if node.args.get(name)]
        if not words and on is None and not using:
            words = ["CROSS"]
        lines = self.relation(f"{' '.join([*words, 'JOIN'])} ", node.this)
        if on is None:
            if using:
                lines[-1] += f" USING ({', '.join(self.text(part) for part in using)})"
            return lines
        whole = f"{lines[-1]} ON {self.text(on)}"
        if len(whole) <= WIDTH and len(lines) == 1:
            return [whole]
        return [*lines, *_indented(self.tests("ON ", on))]

    def tests(self, start: str, node: exp.Expr) -> list[str]:
        """A condition; a long one breaks at its ANDs."""
        line = start + self.text(node)
        if len(line) <= WIDTH:
            return [line]
        word, parts = "AND", _flatten(node, exp.And)
        if len(parts) == 1:
            word, parts = "OR", _flatten(node, exp.Or)
        if len(parts) == 1:
            lines = self.expression(node, WIDTH - len(start))
            return [start + lines[0], *lines[1:]]
        lines = []
        for part in parts:
            body = self.expression(part, WIDTH - len(_INDENT) - 4)
            body[0] = (f"{_INDENT}{word} " if lines else start) + body[0]
            lines += [body[0], *_indented(body[1:])]
        return lines

    def listed(self, start: str, node: exp.Expr) -> list[str]:
        """A list of expressions on one line, or one a line."""
        line = self.text(node).strip()
        if len(line) <= WIDTH or not node.expressions:
            return [line]
        texts = [self.text(part) for part in node.expressions]
        return [start.rstrip(), *_indented([f"{t}," for t in texts[:-1]] + texts[-1:])]


def _noted(node: exp.Expr, lines: list[str]) -> list[str]:
    return [*(comment(text) for text in _comments(node)), *lines]


def _comments(node: exp.Expr) -> list[str]:
    """The comments anywhere in a clause; those of a query inside it are its own."""
    found = list(node.comments or ())
    for child in node.iter_expressions():
        if not isinstance(child, exp.Query):
            found += _comments(child)
    return found


def _flatten(node: exp.Expr, kind: type[exp.Expr]) -> list[exp.Expr]:
    if not isinstance(node, kind):
        return [node]
    return [*_flatten(node.this, kind), *_flatten(node.args["expression"], kind)]


def _indented(lines: Iterable[str]) -> list[str]:
    return [_INDENT + line if line else line for line in lines]
