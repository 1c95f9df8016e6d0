"""A training set in parts, each a parquet file below `target/splits/<training set>/`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

import seeknal
from seeknal.compiler.durations import spell_duration
from seeknal.compiler.findings import CompileFailed, Finding, Findings
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Kind, parse_type
from seeknal.runtime.duckdb_engine import DuckDBEngine, identifier, literal
from seeknal.runtime.engine import Engine, EngineError, Row
from seeknal.runtime.files import FileStamp, stamp, write_json
from seeknal.runtime.lock import run_lock
from seeknal.runtime.manifest import read_manifest
from seeknal.runtime.paths import Target
from seeknal.runtime.split_cuts import Cuts, EntityCut, LeftOut, TimeCut

KIND = "training_set"

_ROWS = "rows_to_split"
_TEMPORARY_SUFFIX = ".seeknal-tmp"
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What came into a part; what does not apply is None.

    `first` and `last` are the least and the greatest time as text, `keys` is the number of
    distinct keys. `label` is the mean of a label that is a number or a boolean, over the
    `labelled` rows that have one.
    """

    name: str
    rows: int
    first: str | None = None
    last: str | None = None
    keys: int | None = None
    labelled: int | None = None
    label: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A written split: `folder` holds a parquet file a part, and `split.json`.

    `label_is_rate` says that the label is true or false, or 0 or 1, so that its mean is a rate.
    """

    id: str
    folder: Path
    source: FileStamp
    cuts: Cuts
    label: str | None
    label_is_rate: bool
    parts: tuple[Part, ...]
    left_out: Mapping[LeftOut, int]

    @property
    def rows(self) -> int:
        """The rows of the training set."""
        return sum(part.rows for part in self.parts) + sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Declared:
    """What the spec of a training set said when it last ran."""

    label: str | None = None
    as_of: str | None = None


def declared(target: Target, name: str) -> Declared:
    """The label and the as-of column of the training set `name`, from the last run's manifest."""
    nodes = (read_manifest(target.manifest) or {}).get("nodes")
    node = nodes.get(f"{KIND}.{name}") if isinstance(nodes, dict) else None
    config = node.get("config") if isinstance(node, dict) else None
    if not isinstance(config, dict):
        return Declared()
    spine = config.get("spine")
    return Declared(config.get("label"), spine.get("as_of") if isinstance(spine, dict) else None)


def split(target: Target, name: str, cuts: Cuts) -> Split:
    """Write the parts of the training set `name` as the last run published it.

    All parts and `split.json` replace the last split at once. Raises CompileFailed, and leaves
    the last split alone, where the training set has not run, a column is not there, a part would
    be empty or a file cannot be written. Holds the lock of a run, so that no run changes the rows
    meanwhile.
    """
    path = target.result(KIND, name)
    if not path.exists():
        message = f"the training set `{name}` has no rows yet"
        raise CompileFailed([Finding("no-results", message, help="`seeknal run` makes them")])
    with run_lock(target.lock, f"split of {KIND}.{name}"):
        try:
            with DuckDBEngine(target.root, target.scratch) as engine:
                engine.attach(_ROWS, path)
                made = _measured(target, name, cuts, stamp(path, target.root), engine)
                _check_parts(engine, made)
                _write(engine, made)
        except EngineError as error:
            finding = Finding(error.code, error.message, help=error.help)
            raise CompileFailed([finding]) from error
        except OSError as error:
            message = f"the parts of {KIND}.{name} cannot be written: {error}"
            help = "check the disk's free space and the permissions of target/"
            raise CompileFailed([Finding("io-error", message, help=help)]) from error
    return made


def split_json(made: Split) -> dict[str, object]:
    """The split as plain data for JSON: what was split, how, and what came out."""
    time, entity = made.cuts.time, made.cuts.entity
    by_time = time and {
        "column": time.column,
        "test_from": time.test_from.isoformat(),
        "validation_from": time.validation_from and time.validation_from.isoformat(),
        "gap": spell_duration(time.gap // _MICROSECOND),
    }
    return {
        "training_set": made.id,
        "seeknal_version": seeknal.__version__,
        "source": {"path": made.source.path, "sha256": made.source.sha256, "rows": made.rows},
        "by_time": by_time,
        "by_entity": entity and {**asdict(entity), "columns": list(entity.columns)},
        "label": made.label,
        "parts": [{"file": f"{part.name}.parquet", **asdict(part)} for part in made.parts],
        "left_out": {str(why): count for why, count in made.left_out.items()},
    }


def _measured(target: Target, name: str, cuts: Cuts, source: FileStamp, engine: Engine) -> Split:
    """The split before it is written."""
    columns = engine.describe(target.result(KIND, name))
    cuts = _spelt(cuts, columns)
    types = dict(columns)
    label = declared(target, name).label
    if label not in types:
        label = None
    counted = _count(engine, cuts, label, types)
    parts = tuple(_part(part, counted.get(part, {}), cuts, label) for part in cuts.parts)
    return Split(
        id=f"{KIND}.{name}",
        folder=target.folder / "splits" / name,
        source=source,
        cuts=cuts,
        label=label,
        label_is_rate=all(counted[part.name]["is_rate"] for part in parts if part.rows),
        parts=parts,
        left_out={why: _whole(counted[why]["rows"]) for why in LeftOut if why in counted},
    )


def _spelt(cuts: Cuts, columns: Sequence[tuple[str, str]]) -> Cuts:
    """The cuts with columns spelt as the training set spells them. Raises CompileFailed."""
    findings = Findings()
    types = dict(columns)

    def find(word: str) -> str:
        folded = [name for name in types if name.casefold() == word.casefold()]
        if word in types or len(folded) == 1:
            return word if word in types else folded[0]
        message = f"the training set has no column `{word}`"
        findings.error("unknown-column", message, help=suggest(word, types, "columns"))
        return word

    time, entity = cuts.time, cuts.entity
    if time is not None:
        time = replace(time, column=find(time.column))
        type = parse_type(types.get(time.column, "date"))
        if type is None or not (type.is_temporal or type.kind is Kind.STRING):
            message = f"`{time.column}` is {types[time.column]}, not a date or a timestamp"
            findings.error("not-a-date", message, help="split by the time that the rows are as of")
    if entity is not None:
        entity = replace(entity, columns=tuple(find(column) for column in entity.columns))
    findings.stop_on_errors()
    return Cuts(time, entity)


def _count(
    engine: Engine, cuts: Cuts, label: str | None, types: Mapping[str, str]
) -> Mapping[str, Row]:
    """What is in each part and each reason to be in none, by its name."""
    at = f"CAST({identifier(cuts.time.column)} AS VARCHAR)" if cuts.time else "NULL"
    value = identifier(label) if label else "NULL"
    type = parse_type(types.get(label or "", "null"))
    measured = type is not None and (type.is_number or type.kind is Kind.BOOLEAN)
    number = f"CAST({value} AS DOUBLE)" if measured else "CAST(NULL AS DOUBLE)"
    keys = cuts.entity.count if cuts.entity else "NULL"
    # A text is ordered as its time only where all times have one format, so times are compared.
    time = f"CAST({identifier(cuts.time.column)} AS TIMESTAMP)" if cuts.time else "NULL"
    rows, _ = engine.rows(
        f"""
        SELECT {cuts.assignment} AS part, COUNT(*) AS rows,
            ARG_MIN({at}, {time}) AS first, ARG_MAX({at}, {time}) AS last,
            {keys} AS keys, COUNT({value}) AS labelled, AVG({number}) AS label,
            COALESCE(BOOL_AND({number} IN (0, 1)), false) AS is_rate
        FROM {_ROWS}
        GROUP BY ALL
        """,
        limit=len(cuts.parts) + len(LeftOut),
    )
    return {str(row["part"]): row for row in rows}


def _part(name: str, row: Row, cuts: Cuts, label: str | None) -> Part:
    mean = row.get("label")
    first, last = row.get("first"), row.get("last")
    return Part(
        name=name,
        rows=_whole(row.get("rows")),
        first=None if first is None else str(first),
        last=None if last is None else str(last),
        keys=_whole(row.get("keys")) if cuts.entity else None,
        labelled=_whole(row.get("labelled")) if label else None,
        label=None if mean is None else float(str(mean)),
    )


def _whole(value: object) -> int:
    return int(str(value or 0))


def _check_parts(engine: Engine, made: Split) -> None:
    """Raise CompileFailed where a part has no rows; say what there is instead."""
    empty = [part.name for part in made.parts if not part.rows]
    if not empty:
        return
    facts, ways = [], []
    if made.rows and made.cuts.time:
        column = made.cuts.time.column
        at = f"CAST({identifier(column)} AS TIMESTAMP)"
        first, last = _one(engine, f"MIN({at})", f"MAX({at})")
        span = "is NULL in all of them" if first is None else f"runs from {first} to {last}"
        facts.append(f"`{column}` {span}")
        ways.append("begin the parts within that time")
    if made.rows and made.cuts.entity:
        (count,) = _one(engine, made.cuts.entity.count)
        names = ", ".join(f"`{column}`" for column in made.cuts.entity.columns)
        facts.append(f"{names} has {_whole(count):,} distinct key{'' if count == 1 else 's'}")
        ways.append("take larger shares or another seed")
    rows = f"{made.rows:,} row{'' if made.rows == 1 else 's'}"
    fact = ": " + " and ".join(facts) if facts else ""
    help = ", or ".join(ways) or "a training set without rows has no parts"
    raise CompileFailed(
        Finding("empty-part", f"none of {rows} is in the {name} part{fact}", help=help)
        for name in empty
    )


def _one(engine: Engine, *expressions: str) -> tuple[object, ...]:
    rows, _ = engine.rows(f"SELECT {', '.join(expressions)} FROM {_ROWS}", limit=1)
    return tuple(rows[0].values())


def _write(engine: Engine, made: Split) -> None:
    with _replacing_folder(made.folder) as folder:
        for part in made.parts:
            chosen = f"{made.cuts.assignment} = {literal(part.name)}"
            rows = f"SELECT * FROM {_ROWS} WHERE {chosen}"
            engine.write(rows, folder / f"{part.name}.parquet", ordered=True)
        write_json(folder / "split.json", split_json(made))


@contextmanager
def _replacing_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `folder` when the block ends without an error.

    An interruption between the two renames leaves no folder, never parts of two splits.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in folder.parent.glob(f".*{_TEMPORARY_SUFFIX}"):
        shutil.rmtree(leftover)
    new, old = (
        folder.with_name(f".{folder.name}.{os.getpid()}.{word}{_TEMPORARY_SUFFIX}")
        for word in ("new", "old")
    )
    new.mkdir()
    try:
        yield new
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


__all__ = ["Cuts", "EntityCut", "Part", "Split", "TimeCut", "declared", "split", "split_json"]
