"""Portable bodies of aggregations in the target's SQL: rewritten once, then filled in.

A body's text depends on few things, and a project has tens of thousands of uses. So a body is
rewritten with stand-ins for the columns and the test of a use, once for all uses that are alike
but for names and tests, and each use puts its own in their place.

What the rules of a dialect look at is the same for all uses of one form: the macro and its types,
whether an operand is a column or a number that is written out, how many keys there are, and of
the test, which they leave as it is, the kind of node and the type. A use with anything else in it
is rewritten by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.dialects.rules.expressions import NATIVE
from seeknal.compiler.dialects.typed import type_of
from seeknal.compiler.macro_body import COLUMN, Body, Shape, Slot, build, copy_tree, unmasked
from seeknal.compiler.macros import Expansion, MacroLibrary, Prepared
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DataType

_STANDS_FOR = "seeknal_stands_for"
_PREFIX = "seeknal_prepared"
_WHEN, _KEY = "when", "key "


@dataclass(slots=True)
class Bodies:
    """Expands the aggregations of one step; forms are kept in the library, for other steps too."""

    dialect: Dialect
    library: MacroLibrary
    _tests: dict[int, tuple[exp.Expr, exp.Expr]] = field(default_factory=dict)

    def expand(
        self,
        word: str,
        *,
        x: exp.Expr | None,
        x_type: DataType | None,
        when: exp.Expr | None,
        at: exp.Expr | None,
        days: exp.Expr | None,
        keys: Sequence[exp.Expr],
        arguments: Mapping[str, exp.Expr],
        column_prefix: str,
        argument_types: Mapping[str, DataType] | None = None,
    ) -> Expansion:
        """As `MacroLibrary.expand`, all of it in the target's SQL.

        Raises `Unsupported` where the dialect cannot say it.
        """
        given = {"x": x, "at": at, "days": days, **arguments}
        given |= {f"{_KEY}{place}": key for place, key in enumerate(keys)}
        values = self._values(given, when) if self.library.is_portable(word) else None
        if values is None:
            expansion = self.library.expand(
                word,
                x=x,
                x_type=x_type,
                when=when,
                at=at,
                days=days,
                keys=keys,
                arguments=arguments,
                argument_types=argument_types,
                column_prefix=column_prefix,
            )
            return expansion if expansion.native else self._rewritten(expansion)
        types = argument_types or {}
        sorts = tuple((name, _sort(value)) for name, value in values.items())
        key = (word, x_type, tuple(types.items()), sorts)
        form = self.library.forms.get(key)
        if form is None:
            form = self.library.forms[key] = self._form(word, x_type, values, types)
        return _filled(form, values, column_prefix)

    def _values(
        self, given: Mapping[str, exp.Expr | None], when: exp.Expr | None
    ) -> dict[str, exp.Expr] | None:
        """What goes into a form, by the names of its slots; None where a use has no form."""
        values = {name: value for name, value in given.items() if value is not None}
        if when is None:
            return values if all(map(_is_plain, values.values())) else None
        x = values.get("x")
        if x is None or (inside := unmasked(x, when)) is x:
            return None
        values["x"] = inside
        test = self._test(when)
        if type(test) is not type(when) or not all(map(_is_plain, values.values())):
            return None
        values[_WHEN] = test
        return values

    def _test(self, when: exp.Expr) -> exp.Expr:
        """The test in the target's SQL, rewritten once for all features of the step."""
        known = self._tests.get(id(when))
        if known is None:
            found = self.dialect.rewrite(copy_tree(when), ())
            if not when.args.get(NATIVE):
                found.set(NATIVE, None)
            # The test itself is kept, so that its id stays its own.
            known = self._tests[id(when)] = (when, found)
        return known[1]

    def _rewritten(self, expansion: Expansion) -> Expansion:
        rewrite = self.dialect.rewrite
        prepared = tuple(
            Prepared(column.name, column.level, rewrite(column.expression, ()))
            for column in expansion.prepared
        )
        return Expansion(rewrite(expansion.expression, ()), prepared, native=True)

    def _form(
        self,
        word: str,
        x_type: DataType | None,
        values: Mapping[str, exp.Expr],
        types: Mapping[str, DataType],
    ) -> Body:
        """The body in the target's SQL, with slots named as `values` are."""
        given = {name: _stand_in(value, name) for name, value in values.items()}
        when = given.pop(_WHEN, None)
        if when is not None:
            when.set(NATIVE, True)
        x, at, days = (given.pop(name, None) for name in ("x", "at", "days"))
        keys = [given.pop(name) for name in list(given) if name.startswith(_KEY)]
        if when is not None and x is not None:
            x = exp.Case(ifs=[exp.If(this=when, true=x)])
        expansion = self.library.expand(
            word,
            x=x,
            x_type=x_type,
            when=when,
            at=at,
            days=days,
            keys=keys,
            arguments=given,
            argument_types=types,
            column_prefix=_PREFIX,
        )
        found = self._rewritten(expansion)
        names = {column.name: column.name.removeprefix(_PREFIX + "_") for column in found.prepared}
        columns = tuple(
            (names[column.name], column.level, _shape(column.expression, names))
            for column in found.prepared
        )
        return Body(_shape(found.expression, names), columns, frozenset())


def _filled(form: Body, values: dict[str, exp.Expr], prefix: str) -> Expansion:
    for name, _, _ in form.columns:
        identifier = exp.Identifier(this=f"{prefix}_{name}", quoted=False)
        values[COLUMN + name] = exp.Column(this=identifier)
    prepared = tuple(
        Prepared(f"{prefix}_{name}", level, build(shape, values, ()))
        for name, level, shape in form.columns
    )
    return Expansion(build(form.expression, values, ()), prepared, native=True)


def _is_plain(value: exp.Expr) -> bool:
    return isinstance(value, (exp.Column, exp.Literal))


def _sort(value: exp.Expr) -> object:
    """What the rules may look at in an operand: all of a number, and of a column nothing."""
    if isinstance(value, exp.Literal):
        return value.this, value.is_string
    return None if isinstance(value, exp.Column) else (type(value), type_of(value))


def _stand_in(value: exp.Expr, name: str) -> exp.Expr:
    found = copy_tree(value)
    if not isinstance(value, exp.Literal):
        found.set(_STANDS_FOR, name)
    return found


def _shape(node: exp.Expr, prepared: Mapping[str, str]) -> Shape | Slot:
    """The shape of a rewritten tree; stand-ins and prepared columns are slots."""
    name = node.args.get(_STANDS_FOR)
    if name is not None:
        return Slot(str(name), ())
    if isinstance(node, exp.Column) and node.name in prepared:
        return Slot(COLUMN + prepared[node.name], ())
    constants, children, lists = [], [], []
    for key, value in node.args.items():
        if isinstance(value, exp.Expr):
            children.append((key, _shape(value, prepared)))
        elif isinstance(value, list):
            items = (_shape(i, prepared) if isinstance(i, exp.Expr) else i for i in value)
            lists.append((key, tuple(items)))
        elif value is not None:
            constants.append((key, value))
    meta = {key: value for key, value in node.meta.items() if value is not None}
    return Shape(type(node), tuple(constants), tuple(children), tuple(lists), meta or None)
