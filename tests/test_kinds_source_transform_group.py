"""Sources, transforms and feature groups: every form, and what is wrong beyond the schema."""

import pytest

from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import FeatureGroupSpec, SourceSpec, TransformSpec
from seeknal.compiler.types import DataType, Kind
from tests.specs import errors, parse, spec_of


def test_source_with_everything():
    spec = spec_of("""\
        kind: source
        name: orders
        description: Orders of the shop
        owner: shop
        tags: [daily, raw]
        source: csv
        table: data/orders_{{ run_date }}.csv
        params: {delimiter: ";", header: true, skip: 1, nullstr: ["NA", ""]}
        schema:
          - {name: Order ID, data_type: BIGINT, description: the key}
          - {name: amount, data_type: "decimal(10, 2)"}
        on_bad_value: null
        columns: {amount: in euros, "Order ID": {description: the key, dtype: int}}
        freshness: {warn_after: 1d, error_after: 2d}
        materialization: {enabled: false}
        audits: [{type: not_null, columns: [amount]}]
        tests: [{unique: [amount]}]
        """)
    assert isinstance(spec, SourceSpec)
    assert (spec.id, spec.relation) == ("source.orders", "source_orders")
    assert (spec.description, spec.owner, spec.tags) == (
        "Orders of the shop",
        "shop",
        ("daily", "raw"),
    )
    assert spec.place == Place("a.yml", 2, 7, 6)
    assert spec.format == "csv"
    assert spec.table is not None
    assert spec.table.value == "data/orders_{{ run_date }}.csv"
    assert spec.params == {"delimiter": ";", "header": True, "skip": 1, "nullstr": ["NA", ""]}
    assert spec.param_places["skip"] == Place("a.yml", 8, 46, 1)
    assert [(column.name.value, column.type) for column in spec.schema] == [
        ("Order ID", DataType(Kind.INT64)),
        ("amount", DataType(Kind.DECIMAL, 10, 2)),
    ]
    assert spec.on_bad_value == "null"


def test_source_of_a_relation():
    spec = spec_of("kind: source\nname: orders\nrelation: sales.public.orders\n")
    assert isinstance(spec, SourceSpec)
    assert (spec.format, spec.table, spec.on_bad_value) == ("relation", None, "error")
    assert spec.relation_name is not None
    assert spec.relation_name.value == "sales.public.orders"


def test_source_errors():
    assert errors("""\
        kind: source
        name: orders
        source: csv
        table: a.csv
        params: {delim: ";", delimiter: ","}
        on_bad_value:
        schema:
          - {name: id, data_type: in64}
          - {name: ID, data_type: string}
        """) == [
        "5:10 wrong-value: `delimiter` and `delim` are two names of one parameter | "
        "keep one of them",
        "6:1 wrong-value: `on_bad_value` is empty | write `error` or `null`",
        "8:27 unknown-type: there is no type `in64` | did you mean `int64`?",
        "9:12 duplicate-column: the column `ID` is declared twice | "
        "keep one of them: names that differ by case alone are one column",
    ]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("[{ref: source.a}, {ref: transform.b}]", [("source.a", None), ("transform.b", None)]),
        ("{o: source.a, p: 'ref:transform.b'}", [("source.a", "o"), ("transform.b", "p")]),
        ("{o: 'ref: source.a'}", [("source.a", "o")]),
        ("", []),
    ],
)
def test_inputs(inputs, expected):
    spec = spec_of(f"kind: transform\nname: t\ninputs: {inputs}\ntransform: SELECT 1\n")
    assert [(item.ref.value, item.alias) for item in spec.inputs] == expected


def test_an_input_is_pointed_at_without_its_prefix():
    spec = spec_of("kind: transform\nname: t\ninputs: {o: 'ref:source.a'}\ntransform: SELECT 1\n")
    assert spec.inputs[0].ref.place == Place("a.yml", 3, 18, 8)


def test_an_input_of_an_unknown_kind():
    assert errors("kind: transform\nname: t\ninputs: [{ref: sorce.a}]\ntransform: SELECT 1\n") == [
        "3:16 unknown-kind: there is no kind of node `sorce` | did you mean `source`?"
    ]


def test_transform():
    spec = spec_of("""\
        kind: transform
        name: daily
        inputs: [{ref: source.orders}]
        params: {floor: 10, day: "{{ today }}"}
        output: {columns: {a: the a}}
        transform: |
          SELECT a
          FROM ref('source.orders')
        """)
    assert isinstance(spec, TransformSpec)
    assert spec.sql.value == "SELECT a\nFROM ref('source.orders')\n"
    assert spec.sql.place(spec.sql.value.index("FROM")) == Place("a.yml", 8, 3, 1)
    assert spec.params == {"floor": 10, "day": "{{ today }}"}


def test_feature_group():
    spec = spec_of("""\
        kind: feature_group
        name: profile
        entity: {name: customer, join_keys: [customer_id, region]}
        inputs: [{ref: transform.customers}]
        materialization:
          event_time_col: updated_at
          offline: {enabled: true, format: parquet}
          online: false
        knowledge_time: loaded_at
        transform: SELECT * FROM source
        features:
          tier: {description: the tier, dtype: string}
          spend: the spend
          visits:
        engine: spark
        mode: overwrite
        """)
    assert isinstance(spec, FeatureGroupSpec)
    assert spec.entity == "customer"
    assert [key.value for key in spec.join_keys] == ["customer_id", "region"]
    assert str(spec.event_time) == "updated_at"
    assert str(spec.knowledge_time) == "loaded_at"
    assert [name.value for name in spec.features] == ["tier", "spend", "visits"]
    assert spec.sql is not None


@pytest.mark.parametrize("entity", ["customer", "{name: customer}"])
def test_the_join_key_of_an_entity_is_its_name_and_id(entity):
    spec = spec_of(
        f"kind: feature_group\nname: g\nentity: {entity}\ninputs: [{{ref: source.a}}]\n"
        "features: [tier, {name: spend}]\n"
    )
    assert isinstance(spec, FeatureGroupSpec)
    assert [key.value for key in spec.join_keys] == ["customer_id"]
    assert [name.value for name in spec.features] == ["tier", "spend"]


def test_feature_group_errors_and_warnings():
    assert errors("""\
        kind: feature_group
        name: g
        entity: customer
        event_time: a
        materialization: {event_time_col: b}
        """) == [
        "2:7 missing-key: the feature group has neither `inputs` nor `transform`: "
        "it has no rows | name the node to read, as `inputs: [{ref: source.orders}]`",
        "4:13 wrong-value: the event time is `a` here and `b` in `materialization` | "
        "keep one of them",
    ]
    spec, findings = parse("""\
        kind: feature_group
        name: g
        entity: customer
        inputs: [{ref: source.a}]
        mode: append
        feature_start_time: 2026-01-01
        """)
    assert spec is not None
    assert [(item.severity, item.code, item.message) for item in findings] == [
        (
            "warning",
            "ignored-field",
            "`mode: append` is not used by this version: a run replaces the rows of the run before",
        ),
        (
            "warning",
            "ignored-field",
            "`feature_start_time` is not used by this version: rows of all times are kept",
        ),
    ]
