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

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.dialects.rules.expressions import NATIVE
from seeknal.compiler.dialects.typed import type_of, typed
from seeknal.compiler.macro_body import (
    COLUMN,
    Body,
    Shape,
    Slot,
    build,
    copy_tree,
    shape_of,
    unmasked,
)
from seeknal.compiler.macros import Expansion, MacroLibrary, Prepared
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DataType

_STANDS_FOR = "seeknal_stands_for"
_PREFIX = "seeknal_prepared"
_WHEN, _KEY = "when", "key "


class Bodies:
    """Expands the aggregations of one step; forms are kept in the library, for other steps too."""

    def __init__(self, dialect: Dialect, library: MacroLibrary) -> None:
        """Expand in the SQL of `dialect`."""
        self.dialect = dialect
        self.library = library
        self._tests: dict[int, tuple[exp.Expr, exp.Expr]] = {}
        self._keys: tuple[Sequence[exp.Expr], Mapping[str, exp.Expr]] | None = None

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
        form = None
        if self.library.is_portable(word):
            values: dict[str, exp.Expr] = {}
            types = argument_types or {}
            sorts = self._sorts(x, when, {"at": at, "days": days, **arguments}, keys, values)
            if sorts is not None:
                key = (word, x_type, *types.items(), *sorts)
                form = self.library.forms.get(key)
                if form is None:
                    form = self.library.forms[key] = self._form(word, x_type, values, types)
        if form is not None:
            return _filled(form, values, column_prefix)
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

    def _sorts(
        self,
        x: exp.Expr | None,
        when: exp.Expr | None,
        given: Mapping[str, exp.Expr | None],
        keys: Sequence[exp.Expr],
        values: dict[str, exp.Expr],
    ) -> list[object] | None:
        """What tells forms apart; None where a use has none.

        Puts what goes into the form's slots into `values`, by their names.
        """
        found: list[object] = []
        if when is not None:
            test = self._test(when)
            inside = None if x is None else unmasked(x, when)
            if inside is x or type(test) is not type(when):
                return None
            x = inside
            values[_WHEN] = test
            found.append((type(test), type_of(test)))
        for name, value in (("x", x), *given.items(), *self._named(keys).items()):
            if value is None:
                continue
            # Of a column the rules look at nothing, of a number that is written out at all.
            kind = type(value)
            if kind is exp.Column:
                found.append(name)
            elif kind is exp.Literal:
                found.append((name, value.args["this"], value.args["is_string"]))
            else:
                return None
            values[name] = value
        return found

    def _named(self, keys: Sequence[exp.Expr]) -> Mapping[str, exp.Expr]:
        """The keys by the names of their slots."""
        if self._keys is None or self._keys[0] is not keys:
            self._keys = (keys, {f"{_KEY}{place}": key for place, key in enumerate(keys)})
        return self._keys[1]

    def _test(self, when: exp.Expr) -> exp.Expr:
        """The test in the target's SQL, typed; rewritten once for all features of the step."""
        known = self._tests.get(id(when))
        if known is None:
            sort = _sort_of_test(when)
            kept = self.library.tests.get(sort)
            if kept is not None:
                found = typed(when, kept)
            else:
                plain = copy_tree(when)
                found = self.dialect.rewrite(copy_tree(when), ())
                if not when.args.get(NATIVE):
                    found.set(NATIVE, None)
                kind = type_of(found)
                if sort is not None and kind is not None and found == plain:
                    self.library.tests[sort] = kind
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
            typed(when, type_of(values[_WHEN]))
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
        shape = _Shaping(names, self.dialect.finishes_by_type).shape
        columns = tuple(
            (names[column.name], column.level, shape(column.expression))
            for column in found.prepared
        )
        return Body(shape(found.expression), columns, frozenset())


_PLAIN_TESTS = frozenset({exp.And, exp.Between, exp.EQ, exp.GTE, exp.LTE, exp.GT, exp.LT})
# Whole numbers of so many digits are int64 in every dialect.
_DIGITS = 18


def _sort_of_test(node: exp.Expr) -> object:
    """What the rules may look at in a test of whole numbers; None for another test.

    Where they leave one of a sort as it is, they leave all.
    """
    if node.args.get(NATIVE):
        return NATIVE
    kind = type(node)
    if kind is exp.Column:
        return kind
    if kind is exp.Literal:
        number = node.this
        return kind if number.isdecimal() and not node.is_string and len(number) < _DIGITS else None
    if kind not in _PLAIN_TESTS:
        return None
    sorts: list[object] = [kind]
    for key, value in node.args.items():
        if value is None:
            continue
        sort = _sort_of_test(value) if isinstance(value, exp.Expr) else None
        if sort is None:
            return None
        sorts += (key, sort)
    return tuple(sorts)


def _filled(form: Body, values: dict[str, exp.Expr], prefix: str) -> Expansion:
    for name, _, _ in form.columns:
        identifier = exp.Identifier(this=f"{prefix}_{name}", quoted=False)
        values[COLUMN + name] = exp.Column(this=identifier)
    prepared = tuple(
        Prepared(f"{prefix}_{name}", level, build(shape, values, ()))
        for name, level, shape in form.columns
    )
    return Expansion(build(form.expression, values, ()), prepared, native=True)


def _stand_in(value: exp.Expr, name: str) -> exp.Expr:
    found = copy_tree(value)
    if not isinstance(value, exp.Literal):
        found.set(_STANDS_FOR, name)
    return found


@dataclass(frozen=True, slots=True)
class _Shaping:
    """Makes shapes of rewritten trees, whose stand-ins and `prepared` columns are slots.

    `prepared` has the names of slots by those of columns. `typed`: nodes keep their types.
    """

    prepared: Mapping[str, str]
    typed: bool

    def shape(self, node: exp.Expr) -> Shape | Slot:
        """The shape of `node`."""
        name = node.args.get(_STANDS_FOR)
        if name is not None:
            return Slot(str(name), ())
        if isinstance(node, exp.Column) and node.name in self.prepared:
            return Slot(COLUMN + self.prepared[node.name], ())
        meta = dict(node.meta) if self.typed and type_of(node) is not None else None
        return shape_of(node, self.shape, meta)
