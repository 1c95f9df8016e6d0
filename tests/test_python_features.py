"""Features as of a time for functions: pit_join, `ctx.features`, `ctx.entity`; never the future."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seeknal.compiler.frame_join import FrameJoin, compile_frame_join
from tests.python_projects import Shop, shop

EVENTS_CSV = """\
customer_id,at,loaded_at,amount
a,2026-01-01 10:00:00,2026-01-01 11:00:00,10
a,2026-01-05 10:00:00,2026-01-20 00:00:00,20
b,2026-01-02 10:00:00,2026-01-02 11:00:00,40
,2026-01-02 10:00:00,2026-01-02 11:00:00,80
"""
EVENTS = """\
    kind: source
    name: events
    source: csv
    table: data/events.csv
    schema:
      - {name: customer_id, data_type: string}
      - {name: at, data_type: timestamp}
      - {name: loaded_at, data_type: timestamp}
      - {name: amount, data_type: int64}
"""
SPINE_CSV = """\
customer_id,asked,label
a,2026-01-01 10:00:00,1
a,2026-01-06 00:00:00,2
a,2026-01-06 00:00:00,3
a,2026-01-25 00:00:00,4
b,2026-01-01 00:00:00,5
b,2026-01-25 00:00:00,6
c,2026-01-25 00:00:00,7
,2026-01-25 00:00:00,8
a,,9
"""
SPINE = """\
    kind: source
    name: spine
    source: csv
    table: data/spine.csv
    schema:
      - {name: customer_id, data_type: string}
      - {name: asked, data_type: timestamp}
      - {name: label, data_type: int64}
"""
SPEND = """\
    kind: feature_group
    name: spend
    entity: customer
    inputs: [{ref: source.events}]
    event_time: at
    features:
      total: {agg: sum, column: amount, window: lifetime}
      seen_5d: {agg: count_rows, window: 5d}
"""
LAST = """\
    kind: feature_group
    name: last
    entity: customer
    inputs: [{ref: source.events}]
    event_time: at
    transform: SELECT customer_id, at, loaded_at, amount FROM input_0
"""
CLOCK = """\
    kind: feature_group
    name: fresh
    entity: customer
    inputs: [{ref: source.events}]
    event_time: event_time
    transform: >
      SELECT customer_id, CURRENT_TIMESTAMP AS event_time, SUM(amount) AS amount
      FROM input_0 GROUP BY customer_id
"""


@pytest.fixture
def project(tmp_path: Path) -> Shop:
    made = shop(tmp_path)
    made.write("data/events.csv", EVENTS_CSV)
    made.write("data/spine.csv", SPINE_CSV)
    made.write("seeknal/events.yml", EVENTS)
    made.write("seeknal/spine.yml", SPINE)
    return made


def function(project: Shop, body: str, name: str = "joined", decorator: str = "") -> None:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    project.write(
        f"seeknal/{name}.py",
        "from seeknal.pipeline import transform\n\n\n"
        f"@transform({decorator})\ndef {name}(ctx):\n{lines}\n",
    )


# -- pit_join --------------------------------------------------------------------------------


@pytest.mark.parametrize("known", ["", "    knowledge_time: loaded_at\n"])
def test_pit_join_is_the_sql_of_a_training_set(project: Shop, known: str) -> None:
    project.write("seeknal/last.yml", LAST)
    project.write(
        "seeknal/training.yml",
        "    kind: training_set\n    name: training\n"
        "    spine: {ref: source.spine, as_of: asked}\n    joins:\n"
        "      - ref: feature_group.last\n        features: [amount]\n"
        "        ttl: 10d\n        delay: 1h\n" + known.replace("    k", "        k"),
    )
    compiled = project.compiled()
    relations = compiled.model.relations
    hour = 3_600_000_000
    join = FrameJoin(
        spine=relations["source.spine"],
        rows=relations["feature_group.last"],
        keys=("customer_id",),
        as_of="asked",
        event_time="at",
        features=("amount",),
        knowledge_time="loaded_at" if known else None,
        ttl=240 * hour,
        delay=hour,
    )
    trained = compiled.adapted("training_set.training", lambda sql: {})
    assert trained is not None
    found = compile_frame_join(join)
    assert (found.stages, found.sql) == (trained.stages, trained.sql)


# total, by hand: only a's first event at 10:00; both later; b's one; none; NULLs match nothing
LATEST = [
    (1, 10),
    (2, 20),
    (3, 20),
    (4, 20),
    (5, None),
    (6, 40),
    (7, None),
    (8, None),
    (9, None),
]
KNOWN = [(label, 10 if label in (2, 3) else None if label == 1 else v) for label, v in LATEST]


@pytest.mark.parametrize(
    ("known", "rows"), [("", LATEST), ("    knowledge_time: loaded_at\n", KNOWN)]
)
def test_every_spine_row_is_kept_and_sees_nothing_later(
    project: Shop, known: str, rows: list[tuple[int, int | None]]
) -> None:
    project.write("seeknal/last.yml", LAST + known)
    function(
        project,
        'spine = ctx.ref("source.spine")\n'
        'found = ctx.ref("feature_group.last").pit_join(spine, "asked")\n'
        "assert found['label'].tolist() == spine['label'].tolist()\n"
        "return found",
    )
    project.ok()
    assert project.rows("transform.joined", "label, amount", "label") == rows


def test_where_keys_or_time_are_not_known_they_are_asked_for(project: Shop) -> None:
    project.write("seeknal/last.yml", LAST.replace("    event_time: at\n", ""))
    join = 'return ctx.ref("feature_group.last").pit_join(ctx.ref("source.spine"), "asked"{})'
    function(project, join.format(""))
    error = project.run().error("transform.joined")
    assert (error["code"], error["help"]) == (
        "needs-event-time",
        'name the column: event_time="updated_at"',
    )
    function(project, join.format(', event_time="at"'))
    project.ok()
    assert project.rows("transform.joined", "label, amount", "label") == LATEST
    project.write(
        "seeknal/last.py",
        "from seeknal.pipeline import feature_group\n\n\n"
        '@feature_group(name="bare", event_time="at")\ndef bare(ctx):\n'
        '    return ctx.ref("source.events")\n',
    )
    function(project, join.format("").replace("last", "bare"))
    error = project.run().error("transform.joined")
    assert error["code"] == "needs-keys"
    assert 'on=["customer_id"]' in error["help"]


def test_a_join_at_a_time_of_the_clock_is_refused(project: Shop) -> None:
    """The existing tool finds the future or nothing, as the machine's time has it."""
    project.write("seeknal/fresh.yml", CLOCK)
    join = 'return ctx.ref("feature_group.fresh").pit_join(ctx.ref("source.spine"), "asked"{})'
    function(project, join.format(""))
    error = project.run().error("transform.joined")
    assert error["code"] == "needs-event-time"
    assert "one that is the time of its run" in error["message"]
    assert 'event_time="updated_at"' in error["help"]
    sidecar = project.root / "target/intermediate/feature_group_fresh_meta.json"
    assert json.loads(sidecar.read_text()) == {
        "entity_name": "customer",
        "join_keys": ["customer_id"],
        "event_time_col": "event_time",
        "event_time_is_clock": True,
    }
    # Who says so has said so: no row was true before it was made.
    function(project, join.format(', event_time="event_time"'))
    project.ok()
    assert {row[0] for row in project.rows("transform.joined", "amount")} == {None}


@pytest.mark.parametrize(
    ("above", "sql", "is_clock"),
    [
        ("SELECT *, NOW() AS t FROM source.events", None, True),
        ("SELECT *, NOW() AS t FROM source.events", "SELECT * FROM input_0", True),
        (
            "SELECT *, CURRENT_DATE AS d FROM source.events",
            "WITH x AS (SELECT *, CAST(d AS TIMESTAMP) AS t FROM input_0) SELECT * FROM x",
            True,
        ),
        ("SELECT *, at AS t, NOW() AS made FROM source.events", None, False),
        ("SELECT *, at AS t FROM source.events WHERE at <= NOW()", None, False),
        ("SELECT *, '{{ run_date }}' AS day, at AS t FROM source.events", None, False),
    ],
)
def test_a_clock_is_found_wherever_it_stands(
    project: Shop, above: str, sql: str | None, is_clock: bool
) -> None:
    from seeknal.runtime.compiled import workflow_of

    project.write(
        "seeknal/above.yml",
        "kind: transform\nname: above\ninputs: [{ref: source.events}]\n"
        f"transform: |\n  {above}\n",
    )
    project.write(
        "seeknal/g.yml",
        "kind: feature_group\nname: g\nentity: customer\nevent_time: t\n"
        "inputs: [{ref: transform.above}]\n" + (f"transform: |\n  {sql}\n" if sql else ""),
    )
    workflow = workflow_of(project.compiled())
    sidecar = workflow.nodes["feature_group.g"].sidecar or {}
    assert sidecar.get("event_time_is_clock", False) is is_clock
    assert (workflow.serve("feature_group.g") is None) is is_clock


# -- ctx.features ----------------------------------------------------------------------------


@pytest.mark.parametrize("known", ["", "    knowledge_time: loaded_at\n"])
def test_features_of_a_spine_are_those_of_a_training_set(project: Shop, known: str) -> None:
    project.write("seeknal/spend.yml", SPEND + known)
    project.write("seeknal/last.yml", LAST + known)
    said = known.replace("    k", ", k").replace("\n", "")
    project.write(
        "seeknal/training.yml",
        "    kind: training_set\n    name: training\n"
        "    spine: {ref: source.spine, as_of: asked}\n    joins:\n"
        "      - {ref: feature_group.spend}\n"
        f"      - {{ref: feature_group.last, features: [amount]{said}}}\n",
    )
    function(
        project,
        'wanted = ["spend.total", "spend.seen_5d", "last.amount"]\n'
        'spine = ctx.ref("source.spine")\n'
        'found = ctx.features("customer", wanted, spine=spine, date_col="asked")\n'
        "assert found['label'].tolist() == spine['label'].tolist()\n"
        "return found",
    )
    project.ok()
    names = "label, spend__total, spend__seen_5d, last__amount"
    trained = project.rows("training_set.training", "label, total, seen_5d, amount", "label")
    assert project.rows("transform.joined", names, "label") == trained
    expected = {1: 10, 2: 30, 4: 30, 6: 40} if not known else {2: 10, 4: 30, 6: 40}
    assert {row[0]: row[1] for row in trained if row[1] and row[0] != 3} == expected


def test_features_without_a_spine_are_the_consolidated_rows(project: Shop) -> None:
    project.write("seeknal/last.yml", LAST)
    function(project, 'return ctx.features("customer", ["last.amount"])', "history")
    function(
        project,
        'return ctx.features("customer", ["last.amount"], as_of="2026-01-03")',
        "early",
    )
    function(
        project,
        'spine = ctx.ref("source.spine")\n'
        'return ctx.features("customer", ["last.amount"], spine=spine, date_col="asked", '
        'keep_cols=["label"])',
        "kept",
    )
    project.ok()
    names = "customer_id, last__amount"
    assert project.rows("transform.history", names) == [("a", 10), ("a", 20), ("b", 40)]
    assert project.rows("transform.early", names) == [("a", 10), ("b", 40)]
    assert list(project.types("transform.kept")) == [
        "label",
        "customer_id",
        "asked",
        "last__amount",
    ]


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ('"customer", ["lost.amount"]', "unknown-node", "its feature groups are `last`"),
        ('"customer", ["last.amont"]', "unknown-column", "did you mean `amount`?"),
        ('"customer", ["amount"]', "wrong-value", "write `<feature group>.<feature>`"),
        (
            '"customer", ["last.amount"], spine=ctx.ref("source.spine")',
            "needs-event-time",
            "name the column of its as-ofs",
        ),
        (
            '"customer", ["fresh.amount"], spine=ctx.ref("source.spine"), date_col="asked"',
            "needs-event-time",
            "give the feature group both",
        ),
        (
            '"customer", ["last.amount"], spine=ctx.ref("source.spine"), date_col="when"',
            "unknown-column",
            "the columns are",
        ),
    ],
)
def test_what_cannot_be_asked_of_features(project: Shop, call: str, code: str, words: str) -> None:
    project.write("seeknal/last.yml", LAST)
    project.write("seeknal/fresh.yml", CLOCK)
    words = words.replace("are `last`", "are `fresh`, `last`")
    function(project, f"lists = [1]\nreturn ctx.features({call})")
    ran = project.run()
    if not ran.report["nodes"]:
        assert code in {f.code for f in project.findings()}
        return
    error = ran.error("transform.joined")
    assert error["code"] == code
    assert words in (error["help"] or "")


# -- ctx.entity ------------------------------------------------------------------------------


@pytest.mark.parametrize("known", ["", "    knowledge_time: loaded_at\n"])
def test_an_entity_is_what_the_run_consolidates(project: Shop, known: str) -> None:
    project.write("seeknal/last.yml", LAST + known)
    project.write("seeknal/fresh.yml", CLOCK)
    function(project, 'return ctx.entity("customer")', "whole")
    project.ok()
    consolidated = project.root / "target" / "feature_store" / "customer" / "features.parquet"
    names = "customer_id, last, fresh.amount"
    assert project.rows("transform.whole", names) == _read(consolidated, names)


def test_a_group_without_an_entity_is_consolidated_nowhere(project: Shop) -> None:
    project.write(
        "seeknal/bare.py",
        "from seeknal.pipeline import feature_group\n\n\n@feature_group\ndef bare(ctx):\n"
        '    return ctx.ref("source.events")\n',
    )
    ran = project.ok()
    assert "Consolidated" not in ran.stdout
    assert not (project.root / "target" / "feature_store").exists()


def _read(file: Path, names: str) -> list[tuple[object, ...]]:
    from tests.harness import connect, query

    with connect() as connection:
        return query(connection, f"SELECT {names} FROM '{file}' ORDER BY ALL").rows
