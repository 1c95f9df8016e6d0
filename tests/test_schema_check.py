"""The JSON Schemas: each is valid, the fast check agrees with `jsonschema`, errors read well."""

import json
from importlib.resources import files
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from seeknal.compiler.document import read_document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds import KINDS
from seeknal.compiler.render_findings import render
from seeknal.compiler.schema_accept import compile_schema
from seeknal.compiler.schema_check import check_schema, load_schema

SCHEMAS = sorted(
    path.name.removesuffix(".json")
    for path in files("seeknal.compiler").joinpath("schemas").iterdir()
    if path.name.endswith(".json")
)

SOURCE = "kind: source\nname: orders\nsource: csv\ntable: data/orders.csv\n"
TREND = """\
kind: second_order_aggregation
name: trend
source: transform.daily
id_col: customer_id
feature_date_col: order_date
application_date_col: application_date
features:
  amount: {basic: [sum], window: [1, 7]}
"""
DAILY = """\
kind: aggregation
name: daily
source: source.orders
id_col: customer_id
feature_date_col: order_date
features:
  - {name: amount, basic: [sum]}
"""
GROUP = "kind: feature_group\nname: g\nentity: customer\ninputs: [{ref: source.orders}]\n"
TRAINING = """\
kind: training_set
name: t
spine: {ref: source.labels, as_of: at}
joins: [{ref: feature_group.g}]
"""


def complaints(text: str) -> str:
    """What the schema of its kind says of a spec."""
    findings = Findings()
    document = read_document("a.yml", text, findings)
    assert document is not None
    fits = check_schema(document, document.kind, findings)
    assert fits is not findings.has_errors
    return render(findings, lambda _: text)


def complaint(text: str) -> str:
    """The one thing that is said, less the file name."""
    said = complaints(text)
    assert said.count("[") == 0 or "\n\n" not in said, said
    return said.removeprefix("a.yml:")


def message(text: str) -> str:
    """The first line and the help line, the excerpt left out."""
    lines = complaint(text).splitlines()
    return "\n".join([lines[0], *(line.strip() for line in lines if "= help:" in line)])


def test_there_is_a_schema_for_every_kind():
    assert set(KINDS) <= set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid_and_described(name):
    schema = load_schema(name)
    Draft202012Validator.check_schema(schema)
    for key, member in schema.get("properties", {}).items():
        target = member
        while "$ref" in target and "title" not in target:
            target = schema["$defs"][target["$ref"].rpartition("/")[2]]
        assert target.get("title"), f"{name}: {key} has no title for editors"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_examples_in_schemas_fit_them(kind):
    schema = load_schema(kind)
    checked = 0
    pending = [schema]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            pending += node.values()
            if "examples" in node and "x-check" not in node:
                whole = {**node, "$defs": schema["$defs"]}
                for example in node["examples"]:
                    Draft202012Validator(whole).validate(example)
                    checked += 1
    assert checked


@pytest.mark.parametrize("text", [SOURCE, TREND, DAILY, GROUP, TRAINING])
def test_right_specs_fit_without_importing_jsonschema(text):
    findings = Findings()
    document = read_document("a.yml", text, findings)
    assert document is not None
    assert check_schema(document, document.kind, findings)
    assert list(findings) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            SOURCE.replace("table:", "tabel:"),
            """\
            a.yml:4:1: error[unknown-key]: `tabel` is not a key of a source
               4 | tabel: data/orders.csv
                 | ^^^^^
                 = help: did you mean `table`?
            """,
        ),
        (
            SOURCE.replace("csv\n", "cvs\n", 1),
            """\
            a.yml:3:9: error[wrong-value]: `source` cannot be `cvs`
               3 | source: cvs
                 |         ^^^
                 = help: did you mean `csv`?
            """,
        ),
        (
            SOURCE.replace("csv\n", "excel\n", 1),
            """\
            a.yml:3:9: error[unsupported]: a source of type `excel` cannot be read by this version
               3 | source: excel
                 |         ^^^^^
                 = help: it reads csv, parquet, json and jsonl files, and existing relations \
(`relation: schema.table`)
            """,
        ),
        (
            SOURCE.replace("table: data/orders.csv\n", ""),
            """\
            a.yml:2:7: error[missing-key]: this source has no `table`
               2 | name: orders
                 |       ^^^^^^
                 = help: `table`: the path of the file, from the project root
            """,
        ),
        (
            "kind: source\nname: orders\n",
            """\
            a.yml:2:7: error[missing-key]: the source says neither what file it reads nor what \
relation
               2 | name: orders
                 |       ^^^^^^
                 = help: add `source: csv` and `table: data/<file>.csv`, or `relation: schema.table`
            """,
        ),
        (
            SOURCE + "relation: sales.orders\n",
            """\
            a.yml:5:1: error[wrong-value]: the source names both a file (`source`) and a relation
               5 | relation: sales.orders
                 | ^^^^^^^^
                 = help: keep `source` and `table`, or `relation` alone
            """,
        ),
        (
            SOURCE.replace("orders\n", "daily-orders\n", 1),
            """\
            a.yml:2:7: error[bad-name]: `daily-orders` is not a plain name
               2 | name: daily-orders
                 |       ^^^^^^^^^^^^
                 = help: a name has letters, digits and `_`, and does not begin with a digit
            """,
        ),
        (
            SOURCE + "schema:\n  - {name: price, data_type: decimal(10,2)}\n",
            """\
            a.yml:6:41: error[unknown-key]: `2)` is not a key of `price`
               6 |   - {name: price, data_type: decimal(10,2)}
                 |                                         ^^
                 = help: a comma ends a value here: put quotes around one that holds a comma
            """,
        ),
        (
            SOURCE + "freshness: {warn_afer: 1d}\n",
            """\
            a.yml:5:13: warning[unknown-key]: `warn_afer` is not a key of `freshness`
               5 | freshness: {warn_afer: 1d}
                 |             ^^^^^^^^^
                 = help: did you mean `warn_after`?
            """,
        ),
        (
            TREND.replace("basic: [sum]", "bassic: [sum]"),
            """\
            a.yml:8:12: error[unknown-key]: `bassic` is not a key of `features.amount`
               8 |   amount: {bassic: [sum], window: [1, 7]}
                 |            ^^^^^^
                 = help: did you mean `basic`?
            """,
        ),
        (
            TREND.replace("basic: [sum]", "delta: [sum]"),
            """\
            a.yml:8:12: error[unsupported]: `delta` computes nothing
               8 |   amount: {delta: [sum], window: [1, 7]}
                 |            ^^^^^
                 = help: compare two windows with `ratio`, or compute the difference in a transform
            """,
        ),
        (
            GROUP + "features:\n  spend: {agg: sum, column: revenue, windows: [1d, 7 days]}\n",
            """\
            a.yml:6:52: error[bad-window]: `7 days` is not a length of time
               6 |   spend: {agg: sum, column: revenue, windows: [1d, 7 days]}
                 |                                                    ^^^^^^
                 = help: did you mean `7d`?
            """,
        ),
    ],
    ids=[
        "unknown-key",
        "wrong-value",
        "unsupported",
        "missing-key",
        "no-rows",
        "two-origins",
        "bad-name",
        "comma",
        "warning",
        "nested-key",
        "refused-key",
        "length-of-time",
    ],
)
def test_errors_in_full(text, expected):
    assert complaints(text) == dedent(expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[7, 1]", "the window `[7, 1]` is reversed\n= help: write `[1, 7]`"),
        (
            "[-1, 7]",
            "the window `[-1, 7]` reaches below day 0, into the future\n= help: day 0 is the "
            "application date itself; earlier days count up from it",
        ),
        (
            "[1, 2, 3]",
            "the window `[1, 2, 3]` is not two whole numbers\n"
            "= help: write the two ends in days, nearest first, as `[1, 7]`",
        ),
        (
            "[1, 7.5]",
            "the window `[1, 7.5]` is not two whole numbers\n"
            "= help: write the two ends in days, nearest first, as `[1, 7]`",
        ),
        (
            "7",
            "the window `7` is not two whole numbers\n"
            "= help: write the two ends in days, nearest first, as `[1, 7]`",
        ),
        (
            "{windows: [[1, 7]], functions: [sum]}",
            "the window is a mapping, not two whole numbers\n"
            "= help: write the two ends in days, nearest first, as `[1, 7]`",
        ),
    ],
)
def test_windows_of_days(written, expected):
    said = message(TREND.replace("[1, 7]", written))
    assert said == f"8:34: error[bad-window]: {expected}"


@pytest.mark.parametrize("written", ["[1, 7]", "[0, 0]", "[7, 7]", "[0, 36500]"])
def test_windows_that_are_right(written):
    assert complaints(TREND.replace("[1, 7]", written)) == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tags: daily", "`tags` is `daily` where a list is expected|for example `tags: [daily]`"),
        ("tags: [1]", "item 1 of `tags` is `1` where text is expected|"),
        ("owner: [a]", "`owner` is a list where text is expected|"),
        (
            "params: {header: 'yes'}",
            "`yes` stands where true or false is expected"
            '|write the value without quotes, or a parameter as "{{ name }}"',
        ),
        (
            "params: {delimiter: 3}",
            "`params.delimiter` is `3` where text is expected|for example `delimiter: ;`",
        ),
        ("params: {skip: -1}", "`params.skip` is below 0|"),
        (
            "params: {delimitr: ';'}",
            "`delimitr` is not a key of `params`|did you mean `delimiter`?",
        ),
        (
            "schema: [{name: a}]",
            "`a` has no `data_type`|`data_type`: boolean, int64, double, "
            "string, date, timestamp, decimal(p, s) or DuckDB's name of a type",
        ),
        (
            "on_bad_value: ignore",
            "`on_bad_value` cannot be `ignore`|the values are `error`, `null`",
        ),
        (
            "inputs: source.a",
            "`inputs` is `source.a` where a list or a mapping is expected|"
            "for example `inputs: [{ref: source.orders}]`",
        ),
        (
            "inputs: [source.a]",
            "item 1 of `inputs` is `source.a` where a mapping is expected|"
            "for example `{ref: source.orders}`",
        ),
        (
            "inputs: [{ref: a}]",
            "`a` is not the id of a node|an id is `<kind>.<name>`, as `source.orders`",
        ),
        (
            "inputs: {a: 'ref:b'}",
            "`ref:b` is not the id of a node|an id is `<kind>.<name>`, as `source.orders`",
        ),
        (
            "post_hooks: [{python: train}]",
            "`train` names no function of a Python file|"
            "write `<file>.py:<function>`, as `hooks/train.py:train`",
        ),
    ],
)
def test_messages_about_sources(line, expected):
    head, _, help = expected.partition("|")
    said = message(SOURCE + line + "\n")
    assert said.partition("]: ")[2] == head + (f"\n= help: {help}" if help else "")


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        (
            "z",
            "item 1 of `features` is `z` where a mapping is expected|"
            "for example `{name: amount, basic: [sum]}`",
        ),
        (
            "{basic: [sum]}",
            "item 1 of `features` has no `name`|`name`: the first part of the names "
            "of the output columns",
        ),
        ("{name: a, basic: [3]}", "item 1 of `basic` of `a` is `3` where text is expected|"),
        ("{name: a, basic: []}", "`basic` of `a` is empty|for example `basic: [sum, mean]`"),
        (
            "{name: a, rolling: {window: 7x, aggs: [sum]}}",
            "`7x` is not a number of days|write lengths in days, 1 or more, as `7d` or `[7, 30]`",
        ),
        (
            "{name: a, rolling: {window: [7, 0], aggs: [sum]}}",
            "`0` is not a number of days|write lengths in days, 1 or more, as `7d` or `[7, 30]`",
        ),
        (
            "{name: a, rolling: [{window: 7}]}",
            "item 1 of `rolling` of `a` names no aggregation|add `aggs: [sum]`",
        ),
        (
            "{name: a, since: {aggs: [mean]}}",
            "item 1 of `since.aggs` of `a` cannot be `mean`|the values are `count`, `sum`",
        ),
        (
            "{name: a, ratio: {numerator: [7]}}",
            "`ratio` of `a` has no `denominator`|"
            "`denominator`: window lengths in days: `7`, `7d` or a list of them",
        ),
        (
            "{name: a-b, basic: [sum]}",
            "`a-b` is not a plain name|a name has letters, digits and "
            "`_`, and does not begin with a digit",
        ),
    ],
)
def test_messages_about_first_order_features(feature, expected):
    head, _, help = expected.partition("|")
    said = message(DAILY.replace("{name: amount, basic: [sum]}", feature))
    assert said.partition("]: ")[2] == head + (f"\n= help: {help}" if help else "")


def test_a_misspelt_key_is_not_missing_as_well():
    text = TREND.replace("id_col:", "id_coll:").replace("feature_date_col:", "feature_dat_col:")
    said = complaints(text)
    assert said.count("error[unknown-key]") == 2
    assert "missing-key" not in said


def test_everything_wrong_is_said_at_once():
    text = SOURCE.replace("csv\n", "cvs\n", 1).replace("table:", "tabel:") + "tags: a\n"
    said = [line.split("]: ")[1] for line in complaints(text).splitlines() if "error[" in line]
    assert sorted(said) == [
        "`source` cannot be `cvs`",
        "`tabel` is not a key of a source",
        "`tags` is `a` where a list is expected",
    ]


def test_unknown_keywords_are_refused_when_a_schema_is_compiled():
    with pytest.raises(ValueError, match="'maxLength' is not known"):
        compile_schema({"maxLength": 3}, {}, {})


KEYS = (
    "name ref basic window aggs condition numerator denominator ratio since x description "
    "agg dtype percentile functions column where windows offset calendar count as_of "
    "features on ttl delay tie_break prefix strategy order"
)
CHECKED_IN_WORDS = ("window", "numerator", "denominator", "offset", "ttl", "delay")

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 40)
    | st.sampled_from(
        [1.5, "sum", "7d", "source.a", "a-b", "{{ x }}", "", "csv", "error", "null", "asc"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS.split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_fast_check_agrees_with_jsonschema(kind, data):
    """Both say yes or no to the same documents; what is refused always has words."""
    schema = load_schema(kind)
    key = data.draw(st.sampled_from(sorted(schema["properties"])))
    base = {
        "source": SOURCE,
        "second_order_aggregation": TREND,
        "aggregation": DAILY,
        "feature_group": GROUP,
        "training_set": TRAINING,
        "transform": "kind: transform\nname: t\ntransform: SELECT 1\n",
    }[kind]
    findings = Findings()
    document = read_document("a.yml", base, findings)
    assert document is not None
    plain = {**document.data, key: data.draw(VALUES)}
    text = json.dumps(plain)
    document = read_document("a.yml", text, findings)
    if document is None or document.kind != kind:
        return
    fits = check_schema(document, kind, findings)
    if not any(word in text for word in CHECKED_IN_WORDS):
        unknown_warnings = any(item.code == "unknown-key" for item in findings)
        valid = Draft202012Validator(schema).is_valid(document.data)
        assert fits is valid or (fits and unknown_warnings)
    assert fits is not findings.has_errors
