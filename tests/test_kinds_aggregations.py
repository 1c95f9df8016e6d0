"""First- and second-order aggregations: every form, and what is wrong beyond the schema."""

import pytest

from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import AggregationSpec, SecondOrderSpec
from tests.specs import errors, spec_of, words


def test_aggregation():
    spec = spec_of("""\
        kind: aggregation
        name: daily
        inputs: [{ref: source.other}, {ref: source.orders}]
        source: transform.orders
        id_col: customer_id
        feature_date_col: order_date
        application_date_col: application_date
        group_by: [region, Product Group]
        features:
          - name: amount
            basic: [sum, mean, quantile(0.9), "arg_max(order_ts)"]
            rolling:
              - {window: [7, 30d], aggs: [sum]}
              - {window: 90d, functions: max}
              - {window: 1, aggs: sum, functions: [min]}
            ratio: {numerator: [1, 7], denominator: 30, aggs: [sum, mean]}
            since:
              - {condition: "amount > 100", aggs: [count, sum]}
              - {condition: ""}
          - {name: visits, column: "Visit Count", basic: count}
        """)
    assert isinstance(spec, AggregationSpec)
    assert spec.source.value == "transform.orders"
    assert [item.ref.value for item in spec.inputs] == [
        "source.other",
        "source.orders",
        "transform.orders",
    ]
    assert [column.value for column in spec.group_by] == ["region", "Product Group"]
    amount, visits = spec.features
    assert words(amount.basic) == [
        ("sum",),
        ("mean",),
        ("quantile", "0.9"),
        ("arg_max", "order_ts"),
    ]
    assert amount.basic[3].place == Place("a.yml", 11, 40, 17)
    assert [(item.days, words(item.aggregations)) for item in amount.rolling] == [
        ((7, 30), [("sum",)]),
        ((90,), [("max",)]),
        ((1,), [("sum",), ("min",)]),
    ]
    assert [(item.numerator, item.denominator) for item in amount.ratio] == [((1, 7), (30,))]
    assert words(amount.ratio[0].aggregations) == [("sum",), ("mean",)]
    since, every = amount.since
    assert since.condition is not None
    assert (since.condition.value, words(since.aggregations)) == (
        "amount > 100",
        [("count",), ("sum",)],
    )
    assert (every.condition, words(every.aggregations)) == (None, [("count",)])
    assert (visits.name.value, visits.column.value) == ("visits", "Visit Count")
    assert words(visits.basic) == [("count",)]


def test_the_input_of_an_aggregation_is_the_first_of_its_inputs():
    spec = spec_of("""\
        kind: aggregation
        name: daily
        inputs: [{ref: source.orders}, {ref: source.other}]
        id_col: customer_id
        feature_date_col: order_date
        features: [{name: amount, basic: [sum]}]
        """)
    assert isinstance(spec, AggregationSpec)
    assert spec.source.value == "source.orders"
    assert spec.application_date_col is None


def test_aggregation_errors():
    assert errors("""\
        kind: aggregation
        name: daily
        source: source.orders
        id_col: customer_id
        feature_date_col: order_date
        features:
          - {name: a, rolling: {window: 7d, aggs: [sum]}}
          - {name: b, ratio: {numerator: 7, denominator: 30}}
          - {name: c}
          - {name: d, basic: [sum(]}
        """) == [
        "7:15 needs-application-date: `rolling` of `a` counts days back from an application "
        "date, and the aggregation has none | add `application_date_col`, or keep to `basic` "
        "and `since`",
        "8:15 needs-application-date: `ratio` of `b` counts days back from an application "
        "date, and the aggregation has none | add `application_date_col`, or keep to `basic` "
        "and `since`",
        "9:12 no-aggregation: the feature `c` names no aggregation | add `basic: [sum]`, or "
        "`rolling`, `ratio` or `since`",
        "10:23 bad-aggregation: `sum(` is not written as an aggregation | write a name, as "
        '`sum`, or a name with arguments, as "quantile(0.9)"; in a list, put quotes around one '
        "that holds a comma",
    ]
    assert errors("""\
        kind: aggregation
        name: daily
        id_col: customer_id
        feature_date_col: order_date
        features: [{name: a, basic: [sum]}]
        """) == [
        "2:7 missing-key: the aggregation has neither `source` nor `inputs` | name the node to "
        "aggregate, as `source: transform.daily_orders`"
    ]


TREND = """\
kind: second_order_aggregation
name: trend
source: transform.daily
id_col: customer_id
feature_date_col: order_date
application_date_col: application_date
"""


def with_features(*lines: str, head: str = TREND) -> str:
    return head + "features:\n" + "".join(f"  {line}\n" for line in lines)


def test_second_order_aggregation():
    spec = spec_of(
        with_features(
            "amount: {basic: [sum, MEAN]}",
            "recent: {source_feature: 'amount, count', basic: sum, window: [1, 7]}",
            "change: {source_feature: amount, ratio: {numerator: [1, 7], denominator: [8, 14]}}",
            "north: {source_feature: amount, since: {condition: region == 'north'}}",
            "p90: {source_feature: amount, basic: quantile(0.9), output_name: amount_p90}",
        )
    )
    assert isinstance(spec, SecondOrderSpec)
    assert [item.ref.value for item in spec.inputs] == ["transform.daily"]
    amount, recent, change, north, p90 = spec.features
    assert words(amount.basic) == [("sum",), ("MEAN",)]
    assert [column.value for column in amount.columns] == ["amount"]
    assert [(column.value, column.place.column) for column in recent.columns] == [
        ("amount", 29),
        ("count", 37),
    ]
    assert recent.window is not None
    assert (recent.window.lower, recent.window.upper) == (1, 7)
    assert recent.window.place == Place("a.yml", 9, 65, 6)
    assert change.ratio is not None
    assert (change.ratio.numerator.upper, change.ratio.denominator.lower) == (7, 8)
    assert words(change.ratio.aggregations) == [("sum",)]
    assert north.since is not None
    assert north.since.condition is not None
    assert north.since.condition.value == "region == 'north'"
    assert words(north.since.aggregations) == [("count",)]
    assert str(p90.output_name) == "amount_p90"
    assert spec.spine is None
    assert spec.grain == ()


@pytest.mark.parametrize(
    ("head", "spine", "grain"),
    [
        (TREND + "grain: [customer_id]\n", None, ["customer_id"]),
        (
            TREND + "grain: [customer_id, application_date]\n",
            None,
            ["customer_id", "application_date"],
        ),
        (
            TREND.replace("application_date_col: application_date\n", "")
            + "spine: {ref: source.labels, id_col: cust, application_date_col: day}\n"
            + "grain: [cust, day]\n",
            ("source.labels", "cust", "day"),
            ["cust", "day"],
        ),
        (
            TREND + "spine: {ref: source.labels}\n",
            ("source.labels", "customer_id", "application_date"),
            [],
        ),
    ],
)
def test_spine_and_grain(head, spine, grain):
    spec = spec_of(with_features("amount: {basic: [sum]}", head=head))
    assert isinstance(spec, SecondOrderSpec)
    assert [column.value for column in spec.grain] == grain
    if spine is None:
        assert spec.spine is None
    else:
        assert spec.spine is not None
        named = (spec.spine.ref, spec.spine.id_col, spec.spine.application_date_col)
        assert tuple(text.value for text in named) == spine
        assert [item.ref.value for item in spec.inputs] == ["transform.daily", "source.labels"]


def test_second_order_errors():
    assert errors(
        with_features(
            "a: {source_feature: amount}",
            "b: {window: [1, 7]}",
            "c: {basic: [sum, mean], output_name: total}",
            "d: {source_feature: 'x, y', since: {}, output_name: total}",
            "e: {basic: [arg_max(a, b)]}",
        )
    ) == [
        "8:3 no-aggregation: the feature `a` names no aggregation | add `basic: [sum]`, or "
        "`ratio` or `since`",
        "9:7 no-aggregation: the window of `b` names no aggregation | add the aggregations of "
        "the window, as `basic: [sum]`",
        "10:40 output-name: the feature `c` has 2 output columns, and `output_name` names one | "
        "give each aggregation a feature of its own, or leave `output_name` out",
        "11:55 output-name: the feature `d` has 2 output columns, and `output_name` names one | "
        "give each aggregation a feature of its own, or leave `output_name` out",
        *(
            f"12:{column} bad-aggregation: `{part}` is not written as an aggregation | write a "
            'name, as `sum`, or a name with arguments, as "quantile(0.9)"; in a list, put quotes '
            "around one that holds a comma"
            for column, part in ((15, "arg_max(a"), (26, "b)"))
        ),
    ]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            TREND.replace("application_date_col: application_date\n", ""),
            "2:7 needs-application-date: the days of the windows are counted back from an "
            "application date, and the spec has none | add `application_date_col`, or a `spine` "
            "that holds the dates",
        ),
        (
            TREND.replace("application_date_col: application_date", "spine: {ref: source.l}"),
            "6:1 missing-key: `spine` has no `application_date_col` | name the spine's date column",
        ),
        (
            TREND + "grain: [application_date, customer_id]\n",
            "7:8 bad-grain: the grain `[application_date, customer_id]` is not one that the "
            "aggregation can have | write `[customer_id]` or `[customer_id, application_date]`",
        ),
        (
            TREND + "grain: [customer_id]\nspine: {ref: source.l}\n",
            "7:8 bad-grain: the grain `[customer_id]` is not one that the aggregation can have | "
            "write `[customer_id, application_date]`",
        ),
    ],
)
def test_second_order_errors_of_the_whole(head, expected):
    assert errors(with_features("a: {basic: [sum]}", head=head)) == [expected]


def test_an_entry_that_does_not_fit_the_schema_hides_nothing_of_the_others():
    said = errors(
        with_features(
            "a: {bassic: [sum]}",
            "b: {window: [1, 7]}",
            "c: {basic: [sum], window: [7, 1]}",
            "d: {source_feature: x}",
        )
    )
    assert [line.partition(":  ")[0].split(":")[1].split()[1] for line in said] == [
        "unknown-key",
        "no-aggregation",
        "bad-window",
        "no-aggregation",
    ]
