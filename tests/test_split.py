"""Splits of a training set: which part a row is in, what is written, what is refused."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from seeknal.cli import main
from seeknal.compiler.findings import CompileFailed
from seeknal.runtime.lock import run_lock
from seeknal.runtime.paths import Target
from seeknal.runtime.split import Cuts, EntityCut, LeftOut, Split, TimeCut, split
from tests.handmade import query

NAME = "churn"
MIDNIGHT = datetime(2026, 1, 18)


def publish(root: Path, rows: str, *, label: str | None = None) -> Target:
    """Put the rows of `rows`, a FROM clause, where a run publishes the training set."""
    target = Target(root)
    path = target.result("training_set", NAME)
    path.parent.mkdir(parents=True, exist_ok=True)
    query(f"COPY (FROM {rows}) TO '{path}' (FORMAT parquet)")
    node = {
        "digest": "",
        "config": {"label": label, "spine": {"ref": "source.labels", "as_of": "as_of"}},
    }
    target.manifest.write_text(json.dumps({"nodes": {f"training_set.{NAME}": node}, "edges": []}))
    return target


def read(made: Split, part: str, columns: str = "*") -> list[tuple[Any, ...]]:
    return query(f"SELECT {columns} FROM '{made.folder / part}.parquet'")


def by_time(validation: datetime | None = None) -> Cuts:
    return Cuts(time=TimeCut("as_of", MIDNIGHT, validation))


def by_key(*columns: str, test: float = 0.3, validation: float = 0.0, seed: int = 0) -> Cuts:
    return Cuts(entity=EntityCut(columns, test, validation, seed))


# -- by time ---------------------------------------------------------------------------------

MOMENTS = """(VALUES
    (1, TIMESTAMP '2026-01-17 23:59:59.999999', true),
    (2, TIMESTAMP '2026-01-18 00:00:00', false),
    (3, TIMESTAMP '2026-01-11 00:00:00', true),
    (4, TIMESTAMP '2026-01-10 23:59:59.999999', NULL),
    (5, NULL, false),
    (2, TIMESTAMP '2026-01-18 00:00:00', false)
) AS t(id, as_of, churned)"""


def test_a_part_begins_at_its_moment_to_the_microsecond(tmp_path: Path) -> None:
    made = split(publish(tmp_path, MOMENTS), NAME, by_time(datetime(2026, 1, 11)))
    assert read(made, "train", "id") == [(4,)]
    assert read(made, "validation", "id") == [(1,), (3,)]
    assert read(made, "test", "id") == [(2,), (2,)]  # every row, a row that stands twice too
    assert made.left_out == {LeftOut.NO_TIME: 1}
    assert made.rows == 6
    assert [(part.first, part.last) for part in made.parts] == [
        ("2026-01-10 23:59:59.999999", "2026-01-10 23:59:59.999999"),
        ("2026-01-11 00:00:00", "2026-01-17 23:59:59.999999"),
        ("2026-01-18 00:00:00", "2026-01-18 00:00:00"),
    ]


def test_a_gap_keeps_labels_that_look_ahead_apart(tmp_path: Path) -> None:
    """The label of a row exactly the gap before the next part ends where that part begins."""
    rows = """(SELECT i AS id, TIMESTAMP '2026-01-01' + i * INTERVAL 1 DAY AS as_of
        FROM RANGE(30) AS t(i))"""
    time = TimeCut("as_of", MIDNIGHT, datetime(2026, 1, 11), timedelta(days=3))
    made = split(publish(tmp_path, rows), NAME, Cuts(time=time))
    days = {part.name: [row[0] + 1 for row in read(made, part.name, "id")] for part in made.parts}
    assert days == {
        "train": [*range(1, 9)],  # to 8 January: the 9th is two days before the 11th
        "validation": [*range(11, 16)],
        "test": [*range(18, 31)],
    }
    assert made.left_out == {LeftOut.GAP: 4}


@pytest.mark.parametrize("type", ["DATE", "VARCHAR", "TIMESTAMP WITH TIME ZONE"])
def test_times_of_every_type(tmp_path: Path, type: str) -> None:
    """A date is midnight at its start; text in several ISO forms is compared as time."""
    rows = f"""(SELECT id, CAST(as_of AS {type}) AS as_of FROM (VALUES
        (1, '2026-01-17'), (2, '2026-01-18'), (3, '2026-01-19'), (4, NULL)) AS t(id, as_of))"""
    made = split(publish(tmp_path, rows), NAME, by_time())
    assert read(made, "train", "id") == [(1,)]
    assert read(made, "test", "id") == [(2,), (3,)]
    assert str(made.parts[1].last).startswith("2026-01-19")


def test_the_first_and_last_of_text_are_those_in_time(tmp_path: Path) -> None:
    rows = """(VALUES ('2026-01-18T12:00:00'), ('2026-01-18 13:00:00'), ('2026-01-01'))
        AS t(as_of)"""
    made = split(publish(tmp_path, rows), NAME, by_time())
    assert (made.parts[1].first, made.parts[1].last) == (
        "2026-01-18T12:00:00",
        "2026-01-18 13:00:00",
    )


def test_files_have_the_columns_and_types_of_the_training_set(tmp_path: Path) -> None:
    rows = """(SELECT 1::HUGEINT AS "A b", [1] AS list, TIMESTAMP '2026-01-17' AS as_of
        UNION ALL SELECT 2, [2], TIMESTAMP '2026-01-18')"""
    target = publish(tmp_path, rows)
    made = split(target, NAME, by_time())
    whole = query(f"DESCRIBE FROM '{target.result('training_set', NAME)}'")
    assert query(f"DESCRIBE FROM '{made.folder}/test.parquet'") == whole


# -- by entity -------------------------------------------------------------------------------

KEYS = "(SELECT 'C' || (i % 500) AS customer_id, i FROM RANGE(2000) AS t(i))"


def side(key: tuple[str, ...], *, test: float, validation: float = 0.0, seed: int = 0) -> str:
    """What the docs say: the first 13 digits of an MD5 over the seed and each key's length."""
    text = str(seed) + "".join(f":{len(part)}:{part}" for part in key)
    draw = int(hashlib.md5(text.encode()).hexdigest()[:13], 16) / 16**13
    return "test" if draw < test else "validation" if draw >= 1 - validation else "train"


def keys_of(made: Split) -> dict[str, set[Any]]:
    return {
        part.name: {row[0] for row in read(made, part.name, "customer_id")} for part in made.parts
    }


def test_a_key_is_on_the_side_that_its_hash_says(tmp_path: Path) -> None:
    cuts = by_key("customer_id", test=0.2, validation=0.1, seed=7)
    made = split(publish(tmp_path, KEYS), NAME, cuts)
    expected: dict[str, set[str]] = {"train": set(), "validation": set(), "test": set()}
    for number in range(500):
        key = f"C{number}"
        expected[side((key,), test=0.2, validation=0.1, seed=7)].add(key)
    assert keys_of(made) == expected
    assert [part.keys for part in made.parts] == [len(keys) for keys in expected.values()]
    assert made.parts[2].rows == 4 * len(expected["test"])
    assert 75 < len(expected["test"]) < 125


def test_a_key_stays_where_it_is_whatever_rows_there_are(tmp_path: Path) -> None:
    few = split(publish(tmp_path / "few", f"{KEYS} WHERE i < 300"), NAME, by_key("customer_id"))
    many = split(publish(tmp_path / "many", KEYS), NAME, by_key("customer_id"))
    for part in ("train", "test"):
        assert keys_of(few)[part] < keys_of(many)[part]


def test_another_seed_deals_the_keys_anew(tmp_path: Path) -> None:
    target = publish(tmp_path, KEYS)
    first, second = (
        keys_of(split(target, NAME, by_key("customer_id", seed=seed)))["test"] for seed in (0, 1)
    )
    assert 20 < len(first & second) < 90  # 0.3 * 0.3 of 500 keys are 45
    again = keys_of(split(target, NAME, by_key("customer_id", seed=0)))["test"]
    assert first == again


def test_larger_shares_keep_the_keys_that_a_part_had(tmp_path: Path) -> None:
    target = publish(tmp_path, KEYS)
    shares = [(0.1, 0.1), (0.2, 0.1), (0.2, 0.3), (0.5, 0.4)]
    found = [
        keys_of(split(target, NAME, by_key("customer_id", test=test, validation=validation)))
        for test, validation in shares
    ]
    for smaller, larger in pairwise(found):
        assert smaller["test"] <= larger["test"]
        assert smaller["validation"] <= larger["validation"]


def test_keys_of_several_columns_are_never_glued_together(tmp_path: Path) -> None:
    rows = """(SELECT CAST(a AS VARCHAR) AS a, CAST(b AS VARCHAR) AS b
        FROM RANGE(1, 30) AS t(a), RANGE(1, 30) AS u(b))"""
    made = split(publish(tmp_path, rows), NAME, by_key("a", "b", test=0.5))
    test = set(read(made, "test", "a, b"))
    pairs = {(str(a), str(b)) for a in range(1, 30) for b in range(1, 30)}
    assert test == {pair for pair in pairs if side(pair, test=0.5) == "test"}
    glued = [(("1", "12"), ("11", "2")), (("1", "22"), ("12", "2")), (("2", "11"), ("21", "1"))]
    assert any((one in test) != (other in test) for one, other in glued)


def test_a_null_in_the_key_is_of_no_entity(tmp_path: Path) -> None:
    rows = "(SELECT CASE WHEN i % 10 > 0 THEN i END AS a, i % 7 AS b FROM RANGE(100) AS t(i))"
    made = split(publish(tmp_path, rows), NAME, by_key("a", "b"))
    assert made.left_out == {LeftOut.NO_KEY: 10}
    assert sum(part.rows for part in made.parts) == 90


# -- by both ---------------------------------------------------------------------------------

BOTH = """(SELECT 'C' || (i % 50) AS customer_id,
    TIMESTAMP '2026-01-01' + i * INTERVAL 1 HOUR AS as_of FROM RANGE(1000) AS t(i)
    UNION ALL SELECT NULL, TIMESTAMP '2026-01-01' UNION ALL SELECT 'C1', NULL)"""


def test_by_time_and_entity_no_part_shares_a_time_or_a_key(tmp_path: Path) -> None:
    time = TimeCut("as_of", MIDNIGHT, datetime(2026, 1, 11))
    entity = EntityCut(("customer_id",), 0.3, 0.3)
    made = split(publish(tmp_path, BOTH), NAME, Cuts(time, entity))
    parts = {part.name: read(made, part.name) for part in made.parts}
    keys = [{row[0] for row in rows} for rows in parts.values()]
    assert not keys[0] & keys[1] and not keys[1] & keys[2] and not keys[0] & keys[2]
    edges = [datetime(2026, 1, 1), datetime(2026, 1, 11), MIDNIGHT, datetime(2027, 1, 1)]
    for (start, end), rows in zip(pairwise(edges), parts.values(), strict=True):
        assert all(start <= row[1] < end for row in rows)
    expected = Counter(
        side((f"C{i % 50}",), test=0.3, validation=0.3)
        for i in range(1000)
        if side((f"C{i % 50}",), test=0.3, validation=0.3)
        == ("train" if i < 240 else "validation" if i < 408 else "test")
    )
    assert {part.name: part.rows for part in made.parts} == expected
    assert made.left_out == {
        LeftOut.NO_TIME: 1,
        LeftOut.NO_KEY: 1,
        LeftOut.DISAGREE: 1000 - expected.total(),
    }


# -- labels ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "rate", "train", "test"),
    [
        ("(true), (false), (NULL), (true)", True, (2, 0.5), (1, 1.0)),
        ("(1), (0), (0), (1)", True, (3, 1 / 3), (1, 1.0)),
        ("(1.5), (2.5), (NULL), (8.0)", False, (2, 2.0), (1, 8.0)),
        ("('yes'), ('no'), ('no'), ('yes')", False, (3, None), (1, None)),
    ],
)
def test_the_mean_of_the_label(
    tmp_path: Path, values: str, rate: bool, train: Any, test: Any
) -> None:
    """The last value is that of the only row in the test."""
    rows = f"""(SELECT v, TIMESTAMP '2026-01-14' + ROW_NUMBER() OVER () * INTERVAL 1 DAY AS as_of
        FROM (VALUES {values}) AS t(v))"""
    made = split(publish(tmp_path, rows, label="v"), NAME, by_time())
    assert (made.label, made.label_is_rate) == ("v", rate)
    found = [(part.labelled, part.label) for part in made.parts]
    assert found == [train if train[1] is None else pytest.approx(train), test]


# -- what is written, and when ---------------------------------------------------------------


def files(made: Split) -> list[str]:
    return sorted(path.name for path in made.folder.iterdir())


def test_a_split_replaces_the_last_one_whole(tmp_path: Path) -> None:
    target = publish(tmp_path, MOMENTS)
    made = split(target, NAME, by_time(datetime(2026, 1, 11)))
    assert files(made) == ["split.json", "test.parquet", "train.parquet", "validation.parquet"]
    made = split(target, NAME, by_time())
    assert files(made) == ["split.json", "test.parquet", "train.parquet"]
    assert [path.name for path in made.folder.parent.iterdir()] == [NAME]


def test_a_split_that_fails_leaves_the_last_one(tmp_path: Path) -> None:
    target = publish(tmp_path, MOMENTS)
    made = split(target, NAME, by_time())
    before = (made.folder / "split.json").read_text()
    with pytest.raises(CompileFailed):
        split(target, NAME, Cuts(time=TimeCut("as_of", datetime(2030, 1, 1))))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(CompileFailed, match="no space"):
        patch.setattr("seeknal.runtime.split.write_json", fail)
        split(target, NAME, by_time(datetime(2026, 1, 11)))
    assert (made.folder / "split.json").read_text() == before
    assert files(made) == ["split.json", "test.parquet", "train.parquet"]
    assert [path.name for path in made.folder.parent.iterdir()] == [NAME]


def fail(path: Path, value: object) -> None:
    raise OSError("no space left on device")


def test_split_json_says_how_and_of_what(tmp_path: Path) -> None:
    target = publish(tmp_path, MOMENTS, label="churned")
    made = split(target, NAME, by_time())
    said = json.loads((made.folder / "split.json").read_text())
    content = target.result("training_set", NAME).read_bytes()
    assert said["source"] == {
        "path": "target/intermediate/training_set_churn.parquet",
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": 6,
    }
    assert said["by_time"] == {
        "column": "as_of",
        "test_from": "2026-01-18T00:00:00",
        "validation_from": None,
        "gap": "0d",
    }
    assert said["by_entity"] is None
    assert said["left_out"] == {"no time": 1}
    assert [(part["file"], part["rows"]) for part in said["parts"]] == [
        ("train.parquet", 3),
        ("test.parquet", 2),
    ]


def test_a_split_waits_for_no_run(tmp_path: Path) -> None:
    target = publish(tmp_path, MOMENTS)
    with run_lock(target.lock, "20260131_101500"), pytest.raises(CompileFailed) as failed:
        split(target, NAME, by_time())
    assert failed.value.findings[0].code == "run-in-progress"


# -- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cuts", "messages"),
    [
        (
            Cuts(time=TimeCut("as_of", datetime(2026, 2, 1))),
            [
                "none of 6 rows is in the test part: "
                "`as_of` runs from 2026-01-10 23:59:59.999999 to 2026-01-18 00:00:00"
            ],
        ),
        (
            Cuts(time=TimeCut("as_of", datetime(2027, 1, 1), datetime(2026, 1, 1))),
            ["is in the train part", "is in the test part"],
        ),
        (
            by_key("churned", test=1e-9),
            ["is in the test part: `churned` has 2 distinct keys"],
        ),
        (Cuts(time=TimeCut("as_off", MIDNIGHT)), ["the training set has no column `as_off`"]),
        (Cuts(time=TimeCut("id", MIDNIGHT)), ["`id` is INTEGER, not a date or a timestamp"]),
        (by_key("id", "customer"), ["the training set has no column `customer`"]),
    ],
)
def test_what_the_rows_cannot_be_split_by(tmp_path: Path, cuts: Cuts, messages: list[str]) -> None:
    with pytest.raises(CompileFailed) as failed:
        split(publish(tmp_path, MOMENTS), NAME, cuts)
    for finding, message in zip(failed.value.findings, messages, strict=True):
        assert message in finding.message
        assert finding.help


def test_text_that_is_no_time(tmp_path: Path) -> None:
    target = publish(tmp_path, "(VALUES ('2026-01-01'), ('soon')) AS t(as_of)")
    with pytest.raises(CompileFailed) as failed:
        split(target, NAME, by_time())
    [finding] = failed.value.findings
    assert (finding.code, "'soon'" in finding.message) == ("bad-value", True)


def test_columns_named_like_what_is_counted(tmp_path: Path) -> None:
    rows = """(SELECT TIMESTAMP '2026-01-16' + i * INTERVAL 1 DAY AS "first", i % 2 AS rows,
        'C' || i AS part, i AS "label", i AS keys FROM RANGE(4) AS t(i))"""
    target = publish(tmp_path, rows, label="rows")
    made = split(target, NAME, Cuts(TimeCut("first", MIDNIGHT)))
    assert [(p.rows, p.first, p.label) for p in made.parts] == [
        (2, "2026-01-16 00:00:00", 0.5),
        (2, "2026-01-18 00:00:00", 0.5),
    ]
    made = split(target, NAME, by_key("part", "keys", test=0.7))
    assert sum(part.keys or 0 for part in made.parts) == 4


def test_columns_are_found_in_any_case(tmp_path: Path) -> None:
    made = split(publish(tmp_path, MOMENTS), NAME, Cuts(time=TimeCut("AS_OF", MIDNIGHT)))
    assert made.cuts.time == TimeCut("as_of", MIDNIGHT)


# -- the command -----------------------------------------------------------------------------


def command(root: Path, *arguments: str, code: int = 0) -> Result:
    line = ["split", *arguments, "--project-path", str(root)]
    done = CliRunner().invoke(main, line, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    publish(tmp_path, MOMENTS, label="churned")
    (tmp_path / "seeknal_project.yml").write_text("name: shop\n")
    return tmp_path


def test_the_command_shows_what_is_in_the_parts(project: Path) -> None:
    done = command(project, NAME, "--by", "as_of", "--test-from", "2026-01-18")
    assert done.stdout.splitlines()[:-1] == [
        "part   rows   share  from                        to                          churned rate",
        "train     3  50.0 %  2026-01-10 23:59:59.999999  2026-01-17 23:59:59.999999             1",
        "test      2  33.3 %  2026-01-18 00:00:00         2026-01-18 00:00:00                    0",
        "left out: 1 row, `as_of` is NULL",
        "no label: 1 row in the parts, `churned` is NULL",
    ]
    assert done.stdout.endswith("target/splits/churn\n")


def test_the_time_is_the_as_of_unless_told(project: Path) -> None:
    done = command(project, f"training_set.{NAME}", "--test-from", "2026-01-18T00:00Z", "--json")
    assert json.loads(done.stdout)["by_time"]["column"] == "as_of"


def test_the_command_splits_by_entity(project: Path) -> None:
    done = command(project, NAME, "--by-entity", "id,churned", "--test", "0.5", "--json")
    said = json.loads(done.stdout)
    assert said["by_entity"] == {
        "columns": ["id", "churned"],
        "test": 0.5,
        "validation": 0.0,
        "seed": 0,
    }
    assert said["left_out"] == {"no key": 1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("", "Say where the test begins"),
        ("--by as_of", "needs --test-from"),
        ("--validation-from 2026-01-01", "needs --test-from"),
        ("--test-from 2026-01-18 --validation-from 2026-01-18", "would overlap"),
        ("--gap 7d", "needs --test-from"),
        ("--test-from 2026-01-18 --gap 7", "is not a length of time"),
        ("--test-from 0500-01-01 --gap 365000d", "beyond the first day of the calendar"),
        ("--test 0.2", "need --by-entity"),
        ("--seed 1", "need --by-entity"),
        ("--by-entity id", "needs --test"),
        ("--by-entity id --test 0.5 --validation 0.5", "leave nothing to train on"),
        ("--by-entity id --test 1", "0<x<1"),
        ("--by-entity id --test 0.5 --test-from soon", "is not a time"),
        (
            "--by-entity id --test 0.2 --validation 0.1 --test-from 2026-01-18",
            "needs --validation-from, too",
        ),
        (
            "--by-entity id --test 0.2 --test-from 2026-01-18 --validation-from 2026-01-11",
            "needs --validation, too",
        ),
    ],
)
def test_options_that_make_no_split(project: Path, options: str, message: str) -> None:
    done = command(project, NAME, *options.split(), code=2)
    assert message in " ".join(done.stderr.split())


def test_a_name_that_is_no_training_set(project: Path) -> None:
    done = command(project, "chrun", "--test-from", "2026-01-18", code=1)
    assert "there are no rows of a training set `chrun`" in done.stderr
    assert "did you mean `churn`?" in done.stderr
    other = Target(project).result("source", "labels")
    query(f"COPY (SELECT 1 AS a) TO '{other}' (FORMAT parquet)")
    done = command(project, "labels", "--test-from", "2026-01-18", code=1)
    assert "`source.labels` is not a training set" in done.stderr


def test_nothing_has_run(tmp_path: Path) -> None:
    (tmp_path / "seeknal_project.yml").write_text("name: shop\n")
    done = command(tmp_path, NAME, "--test-from", "2026-01-18", code=1)
    assert "error[no-results]" in done.stderr
