"""`kind: training_set`: features joined to the rows of a spine, each as of its own time."""

from __future__ import annotations

from collections.abc import Iterable

from seeknal.compiler.document import Document, Step
from seeknal.compiler.durations import parse_duration
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import optional_text, read_head, read_ref, with_inputs
from seeknal.compiler.kinds.spec import Join, Text, TieBreak, TrainingSetSpec, TrainingSpine
from seeknal.compiler.suggest import closest

_AUTO = "auto"
_DAYS_KIND = "second_order_aggregation"
_GROUP_KIND = "feature_group"
_OF_LATEST_ROW = ("event_time", "knowledge_time", "ttl", "delay", "tie_break", "unique")
_LATEST_ROW_SHAPES = (_AUTO, "asof", "lead_interval", "union", "range_join")


def parse(document: Document, findings: Findings) -> TrainingSetSpec | None:
    """The spec of a training set whose document fits the schema.

    The inputs are the spine and the joined nodes (SEMANTICS "Spec forms").
    """
    spine = TrainingSpine(
        ref=read_ref(document, findings, "spine", "ref"),
        as_of=document.text_at("spine", "as_of"),
        columns=_names(document, "spine", "columns"),
    )
    _check_distinct(findings, spine.columns, "the spine's `columns`")
    paths = document.entries("joins")
    joins = tuple(_join(document, findings, path) for path in paths)
    _check_outputs(findings, joins)
    return TrainingSetSpec(
        **read_head(document),
        inputs=with_inputs((), spine.ref, *(join.ref for join in joins)),
        spine=spine,
        label=_label(document, findings, spine.columns),
        joins=joins,
    )


def _label(document: Document, findings: Findings, columns: tuple[Text, ...]) -> Text | None:
    """The label; a finding where the spine's columns are listed without it."""
    label = optional_text(document, "label")
    names = [column.value for column in columns]
    if label and names and label.value.casefold() not in {name.casefold() for name in names}:
        near = closest(label.value, names)
        findings.error(
            "label-not-taken",
            f"the label `{label}` is not among the spine's `columns`",
            label.place,
            f"did you mean `{near}`?" if near else f"add `{label}` to `columns`",
            [(document.place("spine", "columns", key=True), "the columns that are taken")],
        )
    return label


def _join(document: Document, findings: Findings, path: tuple[Step, ...]) -> Join:
    """The join at `path`."""
    entry = document.get(*path)
    strategy = entry.get("strategy", _AUTO)
    join = Join(
        ref=read_ref(document, findings, *path, "ref"),
        on=_keys(document, findings, *path, "on"),
        features=_names(document, *path, "features"),
        event_time=optional_text(document, *path, "event_time"),
        knowledge_time=optional_text(document, *path, "knowledge_time"),
        ttl=parse_duration(entry["ttl"]) if "ttl" in entry else None,
        delay=parse_duration(entry.get("delay", "0d")) or 0,
        tie_break=tuple(_tie_break(document, at) for at in document.entries(*path, "tie_break")),
        unique=entry.get("unique", False),
        prefix=entry.get("prefix", ""),
        strategy="" if strategy == _AUTO else strategy,
    )
    _check_distinct(findings, join.features, "`features`")
    _check_distinct(findings, (order.column for order in join.tie_break), "`tie_break`")
    _check_kind(document, findings, path, join)
    _check_rows(document, findings, path, join)
    return join


def _keys(document: Document, findings: Findings, *path: Step) -> tuple[tuple[Text, Text], ...]:
    """The (spine column, column of the node) pairs at `path`: names, or a mapping."""
    if isinstance(document.get(*path), dict):
        return tuple(
            (Text(str(at[-1]), document.place(*at, key=True)), document.text_at(*at))
            for at in document.entries(*path)
        )
    names = _names(document, *path)
    _check_distinct(findings, names, "`on`")
    return tuple((name, name) for name in names)


def _tie_break(document: Document, path: tuple[Step, ...]) -> TieBreak:
    """The order at `path`: `version desc`, or a mapping of `column` and `order`."""
    if isinstance(document.get(*path), dict):
        return TieBreak(document.text_at(*path, "column"), document.get(*path, "order") != "asc")
    sql = document.sql_at(*path)
    column, *order = sql.value.split()
    return TieBreak(Text(column, sql.place(0, len(column))), [o.lower() for o in order] != ["asc"])


def _names(document: Document, *path: Step) -> tuple[Text, ...]:
    return tuple(document.text_at(*at) for at in document.entries(*path))


def _check_distinct(findings: Findings, names: Iterable[Text], where: str) -> None:
    """Report names that stand twice in one list."""
    seen: dict[str, Text] = {}
    for name in names:
        first = seen.setdefault(name.value.casefold(), name)
        if first is not name:
            findings.error(
                "duplicate-column",
                f"the column `{name}` stands twice in {where}",
                name.place,
                "keep one of them: names that differ by case alone are one column",
                [(first.place, "the first one")],
            )


def _check_kind(document: Document, findings: Findings, path: tuple[Step, ...], join: Join) -> None:
    """Report keys that the kind of the joined node does not take.

    What a feature group takes depends on its features, and is checked when names are resolved.
    """
    kind = join.ref.value.partition(".")[0]
    if kind == _GROUP_KIND:
        return
    if kind == _DAYS_KIND:
        for key in (*_OF_LATEST_ROW, "strategy"):
            if key in document.get(*path) and document.get(*path, key) != _AUTO:
                findings.error(
                    "misplaced-key",
                    f"`{key}` is for relations joined by their latest row; `{join.ref}` is "
                    "computed as of each row's date",
                    document.place(*path, key, key=True),
                    "leave it out",
                )
    elif join.strategy and join.strategy not in _LATEST_ROW_SHAPES:
        findings.error(
            "wrong-value",
            f"the strategy `{join.strategy}` computes windows, and `{join.ref}` is joined by its "
            "latest row",
            document.place(*path, "strategy"),
            "the strategies are " + ", ".join(f"`{shape}`" for shape in _LATEST_ROW_SHAPES),
        )


def _check_rows(document: Document, findings: Findings, path: tuple[Step, ...], join: Join) -> None:
    """Report limits that no row meets, and an order among rows that are said not to be."""
    if join.ttl is not None and join.delay > join.ttl:
        findings.error(
            "bad-ttl",
            f"the ttl of `{document.get(*path, 'ttl')}` is shorter than the delay of "
            f"`{document.get(*path, 'delay')}`: no row is ever joined",
            document.place(*path, "ttl"),
            "both count back from the as-of: write a longer `ttl`",
            [(document.place(*path, "delay"), "the delay")],
        )
    if join.unique and join.tie_break:
        findings.error(
            "needless-tie-break",
            "`tie_break` decides between rows of one event time, and `unique` says there are none",
            document.place(*path, "tie_break", key=True),
            "keep one of them",
            [(document.place(*path, "unique", key=True), "`unique`")],
        )


def _check_outputs(findings: Findings, joins: tuple[Join, ...]) -> None:
    """Report nodes joined twice so that two outputs have one name."""
    seen: dict[tuple[str, str], list[Join]] = {}
    for join in joins:
        earlier = seen.setdefault((join.ref.value, join.prefix), [])
        taken = {feature.value for feature in join.features}
        for other in earlier:
            both = taken & {feature.value for feature in other.features}
            if both or not join.features or not other.features:
                findings.error(
                    "duplicate-output",
                    f"`{join.ref}` is joined twice, and its features have the same names",
                    join.ref.place,
                    "give one of the joins a `prefix`",
                    [(other.ref.place, "the first one")],
                )
                break
        earlier.append(join)
