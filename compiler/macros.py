"""The library of aggregations: which exist, and the expression that each becomes.

An aggregation is a file, `macros/aggregations/<name>.sql`, and optionally one more for a dialect,
`macros/aggregations/<dialect>/<name>.sql`. The project's files go before the built-in ones, and
within each a dialect's before the portable one. Portable bodies are in DuckDB's SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import CompileFailed, Finding, Place
from seeknal.compiler.macro_header import (
    AggregationHeader,
    broken,
    read_header,
    read_reason,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DataType, Kind

if TYPE_CHECKING:
    from sqlglot import exp

    from seeknal.compiler.macro_body import Body
    from seeknal.compiler.macro_render import Renderer

__all__ = ["AggregationHeader", "Expansion", "MacroLibrary", "Prepared"]

PORTABLE_DIALECT = "duckdb"
# By whose rules bodies are parsed, where sqlglot does not know their dialect.
_READ_AS = {"datafusion": "postgres"}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A column to compute in a step before the aggregate, `level` 1 first.

    An expression of level n uses the events' own columns and prepared columns of lower levels.
    """

    name: str
    level: int
    expression: exp.Expr


@dataclass(frozen=True, slots=True)
class Expansion:
    """An aggregation's expression, the columns it needs prepared, and the dialect of its SQL.

    `native` is true where the body was written in the target's dialect and not in DuckDB's.
    """

    expression: exp.Expr
    prepared: tuple[Prepared, ...]
    native: bool = False


@dataclass(frozen=True, slots=True)
class _File:
    """A macro file: `label` is its path in messages; `dialect` is None for a portable one."""

    name: str
    label: str
    text: str
    dialect: str | None


# The files of the project or of seeknal, by name and dialect.
_Layer = dict[tuple[str, str | None], _File]


def _read_folder(root: Path, label: str, dialect: str) -> _Layer:
    """The macro files below `root` that are in force for `dialect`."""
    files: _Layer = {}
    for folder, owner in ((root, None), (root / dialect, dialect)):
        for path in sorted(folder.glob("*.sql")):
            where = f"{label}/{path.relative_to(root).as_posix()}"
            files[path.stem, owner] = _File(
                path.stem, where, path.read_text(encoding="utf-8"), owner
            )
    return files


class MacroLibrary:
    """The aggregations in force for a dialect and a project.

    `project_macros` is the project's `macros` folder; it need not exist. Files are read at
    construction, headers when asked for, bodies when first expanded. A file that cannot be used
    raises `CompileFailed` with error[broken-macro] at its own line, when it is asked for.

    `rendered` takes what `rendered()` of an earlier library gave; it is used where every macro
    file and the dialect are the same, and then expanding needs no template engine. `forms` and
    `tests` are for the lowering: bodies in the target's SQL, and the types of tests that are the
    same there.
    """

    def __init__(
        self,
        dialect: str,
        project_macros: Path | None = None,
        rendered: Mapping[str, str] | None = None,
    ) -> None:
        """Read the macro files in force."""
        self.dialect = dialect
        self._layers: list[_Layer] = []
        if project_macros is not None:
            label = f"{project_macros.name}/aggregations"
            self._layers.append(_read_folder(project_macros / "aggregations", label, dialect))
        built_in = Path(__file__).parent.parent / "macros" / "aggregations"
        self._layers.append(_read_folder(built_in, "seeknal/macros/aggregations", dialect))
        self._headers: dict[str, AggregationHeader] = {}
        self._bodies: dict[tuple[object, ...], tuple[Body, bool]] = {}
        self._renderers: dict[str | None, Renderer] = {}
        self._portables: dict[str, bool] = {}
        self.forms: dict[object, Body] = {}
        self.tests: dict[object, DataType] = {}
        self._rendered: dict[str, str] = {}
        if rendered is not None and rendered.get("digest") == self.digest():
            self._rendered.update(rendered)

    # --- names ----------------------------------------------------------------------------------

    def find(self, word: str) -> AggregationHeader | None:
        """The aggregation that `word` names, by name or alias in any case; None if none does."""
        word = word.lower()
        if word in self._headers or self._portable(word) is not None:
            return self._header(word)
        for layer in self._layers:
            if file := layer.get((word, self.dialect)):
                message = f"`{word}` has a file for {self.dialect} and none that holds its header"
                help = f"add {word}.sql to the folder above, with a header and a portable body"
                raise broken(Place(file.label), message, help)
        name = self._aliases.get(word)
        return None if name is None else self._header(name)

    def words(self) -> tuple[str, ...]:
        """Every name and alias, sorted."""
        names = {name for layer in self._layers for name, dialect in layer if dialect is None}
        return tuple(sorted(names | set(self._aliases)))

    def digest(self) -> str:
        """The SHA-256 of the dialect and every macro file in force."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        sha = sha256(self.dialect.encode())
        for layer in self._layers:
            for file in sorted(layer.values(), key=lambda file: file.label):
                for part in (file.label, file.text):
                    data = part.encode()
                    sha.update(b"%d:" % len(data))
                    sha.update(data)
        return sha.hexdigest()

    def _portable(self, name: str) -> _File | None:
        found = (layer[name, None] for layer in self._layers if (name, None) in layer)
        return next(found, None)

    def _header(self, name: str) -> AggregationHeader:
        """The header of the portable file `name`."""
        if name not in self._headers:
            file = self._portable(name)
            assert file is not None, name
            self._headers[name] = read_header(name, file.text, file.label)
        return self._headers[name]

    @cached_property
    def _aliases(self) -> dict[str, str]:
        """From alias to name, of all files; the project's aliases go before the built-in ones."""
        found: dict[str, str] = {}
        findings: list[Finding] = []
        for layer in self._layers:
            here: dict[str, str] = {}
            for (name, dialect), file in layer.items():
                if dialect is not None or self._portable(name) is not file:
                    continue
                try:
                    header = self._header(name)
                except CompileFailed as error:
                    findings += error.findings
                    continue
                for alias in header.aliases:
                    if here.setdefault(alias, name) != name:
                        message = f"`{alias}` is an alias of `{here[alias]}` too"
                        help = "take the alias out of one of the two"
                        findings.append(Finding("broken-macro", message, Place(file.label), help))
            found = {**here, **found}
        if findings:
            raise CompileFailed(findings)
        return found

    # --- expressions ----------------------------------------------------------------------------

    def rendered(self) -> dict[str, str]:
        """What bodies rendered so far, as text, for a later library's `rendered`."""
        return {**self._rendered, "digest": self.digest()}

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
        """The expression of aggregation `word` over `x`.

        `x` is NULL where the row does not count; `when` says which rows count and is None where
        all do; `at` (the event's time) and `days` (before the as-of) are not masked. Nodes are
        copied, so one node may be passed to many calls. Prepared columns are named
        `<column_prefix>_<name>`.
        """
        from sqlglot import exp

        from seeknal.compiler.macro_body import build, present, unmasked

        header = self.find(word)
        assert header is not None, word
        values: dict[str, exp.Expr] = dict(arguments)
        for name, node in (("x", x), ("at", at), ("days", days)):
            if node is not None:
                values[name] = node
        types = tuple((name, kind) for name, kind in (argument_types or {}).items())
        signature = (header.name, x_type, when is None, tuple(values), types)
        known = self._bodies.get(signature)
        if known is None:
            known = self._body(header, x_type, when is None, tuple(values), dict(types))
            self._bodies[signature] = known
        body, native = known

        values["when"] = exp.Boolean(this=True) if when is None else when
        if x is not None and not body.uses.isdisjoint(("value", "present")):
            values["value"] = unmasked(x, when)
            values["present"] = present(values["value"], when)
        for name, _, _ in body.columns:
            identifier = exp.Identifier(this=f"{column_prefix}_{name}", quoted=False)
            values["column_" + name] = exp.Column(this=identifier)
        prepared = tuple(
            Prepared(f"{column_prefix}_{name}", level, build(shape, values, keys))
            for name, level, shape in body.columns
        )
        return Expansion(build(body.expression, values, keys), prepared, native)

    def is_portable(self, word: str) -> bool:
        """True where the body of aggregation `word` is in DuckDB's SQL."""
        known = self._portables.get(word)
        if known is None:
            header = self.find(word)
            assert header is not None, word
            known = self._portables[word] = self._file(header.name).dialect is None
        return known

    def _file(self, name: str) -> _File:
        """The file whose body `name` is expanded from."""
        for layer in self._layers:
            for dialect in (self.dialect, None):
                if file := layer.get((name, dialect)):
                    return file
        raise KeyError(name)

    def _body(
        self,
        header: AggregationHeader,
        x_type: DataType | None,
        always: bool,
        given: tuple[str, ...],
        types: Mapping[str, DataType],
    ) -> tuple[Body, bool]:
        """The parsed body for a signature, and whether it is in the target's dialect."""
        from seeknal.compiler.macro_body import Rendered, Source, mark, parse

        file = self._file(header.name)
        if file.dialect is not None:
            read_reason(file.text, file.label)
        kinds = {f"{name}_type": _kind(types.get(name)) for name, _ in header.parameters}
        words = [header.name, str(x_type), "always" if always else "", *given]
        key = " ".join([*words, *(f"{name}={kind}" for name, kind in kinds.items())])
        if key not in self._rendered:
            variables: dict[str, object] = {name: mark(name) for name in (*given, "keys", "when")}
            variables |= {"type": _kind(x_type), "always": always, **kinds}
            if "x" in given:
                variables |= {name: mark(name) for name in ("value", "present")}
            if x_type is not None and x_type.kind is Kind.DECIMAL:
                variables |= {"precision": x_type.precision, "scale": x_type.scale}
            parameters = [*(name for name, _ in header.parameters), *kinds]
            rendered = self._renderer(file.dialect).render(header.name, parameters, variables)
            self._rendered[key] = rendered.dump()
        dialect = file.dialect or PORTABLE_DIALECT
        dialect = _READ_AS.get(dialect, dialect)
        source = Source(file.label, file.text)
        return parse(Rendered.load(self._rendered[key]), dialect, source), file.dialect is not None

    def _renderer(self, dialect: str | None) -> Renderer:
        """What renders the files of `dialect`; None renders the portable ones."""
        if dialect not in self._renderers:
            from seeknal.compiler.macro_body import Source
            from seeknal.compiler.macro_render import Renderer

            files: dict[str, Source] = {}
            for layer in reversed(self._layers):
                for (name, owner), file in layer.items():
                    if owner == dialect:
                        files[name] = Source(file.label, file.text)
            self._renderers[dialect] = Renderer(files)
        return self._renderers[dialect]


def _kind(type: DataType | None) -> str:
    return Kind.OTHER.value if type is None else type.kind.value
