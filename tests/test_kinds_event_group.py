"""Feature groups computed from events: every form, and what is wrong with one."""

import pytest

from seeknal.compiler.features import Calendar, TimeWindow
from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import (
    EventFeature,
    EventGroupSpec,
    EventMeasure,
    EventRatio,
    FeatureGroupSpec,
)
from tests.specs import errors, parse, spec_of

HOUR = 3_600_000_000
DAY = 24 * HOUR
GROUP = """\
kind: feature_group
name: spend
entity: customer
inputs: [{ref: source.orders}]
event_time: order_ts
"""


def group(features: str) -> EventGroupSpec:
    spec = spec_of(f"{GROUP}features:\n{features}")
    assert isinstance(spec, EventGroupSpec)
    return spec


def feature(entry: str) -> EventFeature:
    (found,) = group(f"  spend: {entry}\n").features
    return found


def measure(entry: str) -> EventMeasure:
    value = feature(entry).value
    assert isinstance(value, EventMeasure)
    return value


def feature_errors(entry: str) -> list[str]:
    """What is said of the feature `spend`, without the line, which is 7."""
    said = errors(f"{GROUP}features:\n  spend: {entry}\n")
    assert all(line.startswith("7:") for line in said), said
    return [line.removeprefix("7:") for line in said]


def test_a_group_with_everything():
    spec = spec_of("""\
        kind: feature_group
        name: customer_spend
        description: What customers spend
        owner: shop
        tags: [daily]
        entity: {name: customer, join_keys: [customer_id, shop_id]}
        inputs: [{ref: source.transactions}]
        event_time: order_ts
        knowledge_time: loaded_at
        as_of: exclusive
        strategy: range_frame
        features:
          spend:     {agg: sum, column: revenue, windows: [1d, 7d, lifetime]}
          orders_7d: {agg: count_rows, window: 7d, description: how many, dtype: int, tags: [a]}
          last_cat:  {agg: last, column: product_category, window: lifetime}
          big_30d:   {agg: count_rows, where: "revenue > 100", window: 30d}
          high:      {agg: quantile(0.9), column: revenue, window: {calendar: month, count: 3}}
          trend:     {ratio: {numerator: {agg: sum, column: revenue, window: 7d},
                              denominator: {agg: sum, column: revenue, window: 7d, offset: 7d}}}
        """)
    assert isinstance(spec, EventGroupSpec)
    assert (spec.id, spec.relation) == (
        "feature_group.customer_spend",
        "feature_group_customer_spend",
    )
    assert (spec.description, spec.owner, spec.tags) == ("What customers spend", "shop", ("daily",))
    assert spec.place == Place("a.yml", 2, 7, 14)
    assert [item.ref.value for item in spec.inputs] == ["source.transactions"]
    assert spec.entity == "customer"
    assert [key.value for key in spec.join_keys] == ["customer_id", "shop_id"]
    assert (str(spec.event_time), str(spec.knowledge_time)) == ("order_ts", "loaded_at")
    assert (spec.inclusive, spec.strategy) == (False, "range_frame")
    assert [(found.name.value, found.key.value) for found in spec.features] == [
        ("spend_1d", "spend"),
        ("spend_7d", "spend"),
        ("spend_lifetime", "spend"),
        ("orders_7d", "orders_7d"),
        ("last_cat", "last_cat"),
        ("big_30d", "big_30d"),
        ("high", "high"),
        ("trend", "trend"),
    ]


def test_what_is_left_out_has_its_default():
    spec = group("  spend: {agg: count_rows, window: 7d}\n")
    assert [key.value for key in spec.join_keys] == ["customer_id"]
    assert (spec.knowledge_time, spec.inclusive, spec.strategy) == (None, True, "")
    value = measure("{agg: count_rows, window: 7d}")
    assert (value.column, value.where) == (None, None)
    assert value.aggregation.arguments == ()


def test_auto_and_inclusive_are_the_defaults():
    spec = spec_of(
        GROUP + "as_of: inclusive\nstrategy: auto\nfeatures: {a: {agg: sum, window: 7d}}\n"
    )
    assert isinstance(spec, EventGroupSpec)
    assert (spec.inclusive, spec.strategy) == (True, "")


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("window: 7d", TimeWindow(7 * DAY, label="7d")),
        ("window: 90m", TimeWindow(90 * 60_000_000, label="90m")),
        ("window: 2w", TimeWindow(14 * DAY, label="2w")),
        ("window: 250ms", TimeWindow(250_000, label="250ms")),
        ("window: lifetime", TimeWindow(None, label="lifetime")),
        ("window: lifetime, offset: 1d", TimeWindow(None, DAY, label="lifetime")),
        ("window: 7d, offset: 36h", TimeWindow(7 * DAY, 36 * HOUR, label="7d")),
        ("window: {calendar: day}", TimeWindow(None, 0, Calendar("day", 1), "1_day")),
        (
            "window: {calendar: quarter, count: 2}, offset: 3d",
            TimeWindow(None, 3 * DAY, Calendar("quarter", 2), "2_quarter"),
        ),
        ("windows: [6h]", TimeWindow(6 * HOUR, label="6h")),
        ("windows: [6h], offset: 1h", TimeWindow(6 * HOUR, HOUR, label="6h")),
    ],
)
def test_windows(written, window):
    assert measure(f"{{agg: sum, {written}}}").window == window


def test_every_window_of_a_list_is_a_feature_at_its_own_place():
    spec = group("  spend: {agg: sum, column: revenue, where: a > 1, windows: [7d, 168h]}\n")
    assert [(found.name.value, found.name.place) for found in spec.features] == [
        ("spend_7d", Place("a.yml", 7, 62, 2)),
        ("spend_168h", Place("a.yml", 7, 66, 4)),
    ]
    for found in spec.features:
        assert found.key.place == Place("a.yml", 7, 3, 5)
        value = found.value
        assert isinstance(value, EventMeasure)
        assert value.column is not None
        assert value.where is not None
        assert (value.column.value, value.where.value) == ("revenue", "a > 1")
        assert value.window.length == 7 * DAY


def test_aggregations_have_arguments():
    use = measure("{agg: arg_max(order_ts), column: Product Group, window: 7d}").aggregation
    assert (use.word, use.arguments) == ("arg_max", ("order_ts",))
    use = measure('{agg: "ewma(2, 3)", window: 7d}').aggregation
    assert (use.word, use.arguments) == ("ewma", ("2", "3"))


def test_the_sides_of_a_ratio_are_measures_of_their_own():
    found = feature(
        "{ratio: {numerator: {agg: count_rows, where: a > 1, window: 7d}, "
        "denominator: {agg: sum, column: b, window: lifetime, offset: 1h}}}"
    )
    assert (found.name.value, found.name.place) == ("spend", Place("a.yml", 7, 3, 5))
    assert isinstance(found.value, EventRatio)
    above, below = found.value.numerator, found.value.denominator
    assert (above.aggregation.word, above.column) == ("count_rows", None)
    assert above.where is not None
    assert above.where.value == "a > 1"
    assert above.window == TimeWindow(7 * DAY, label="7d")
    assert (below.aggregation.word, str(below.column), below.where) == ("sum", "b", None)
    assert below.window == TimeWindow(None, HOUR, label="lifetime")


def test_features_may_be_a_list():
    spec = group(
        "  - {name: spend, agg: sum, windows: [7d, 1d]}\n"
        "  - {name: n, agg: count_rows, window: 7d}\n"
    )
    assert [found.name.value for found in spec.features] == ["spend_7d", "spend_1d", "n"]
    assert spec.features[2].name.place == Place("a.yml", 8, 12, 1)


def test_a_feature_may_be_called_as_a_key_of_the_form():
    spec = group("  ratio: {agg: sum, window: 7d}\n  window: {agg: sum, window: 7d}\n")
    assert [found.name.value for found in spec.features] == ["ratio", "window"]
    assert errors(f"{GROUP}features:\n  ratio: {{agg: sum}}\n") == [
        "7:11 needs-window: the feature `ratio` has no window | add the events that count, as "
        "`window: 7d`; all past events are `window: lifetime`"
    ]


def test_the_event_time_may_stand_in_the_materialization():
    spec = spec_of(
        GROUP.replace("event_time: order_ts", "materialization: {event_time_col: at}")
        + "features: {a: {agg: sum, window: 7d}}\n"
    )
    assert isinstance(spec, EventGroupSpec)
    assert str(spec.event_time) == "at"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "window: 7",
            "`7` has no unit | write `7d` if days are meant; the units are s, m, h, d, w",
        ),
        (
            "window: 12:30",
            "`12:30` is a time of day, not a length of time | a length is a whole number and a "
            "unit, as `7d`; the units are s, m, h, d, w",
        ),
        ("window: 7 days", "`7 days` is not a length of time | did you mean `7d`?"),
        ("window: -7d", "`-7d` is negative | lengths count back in time: write `7d`"),
        ("window: 0d", "the window `0d` holds no event | write a length above 0, or `lifetime`"),
        (
            "window: [1, 7]",
            "the window `[1, 7]` counts days; a window at an exact time is one length | write the "
            "length, as `window: 7d`, or several, as `windows: [1d, 7d]`",
        ),
    ],
)
def test_bad_windows(written, expected):
    assert feature_errors(f"{{agg: sum, {written}}}") == [f"29 bad-window: {expected}"]


def test_bad_windows_of_a_list_are_all_said():
    assert feature_errors("{agg: sum, windows: [7d, 1 day, 9, {calendar: month}]}") == [
        "35 bad-window: `1 day` is not a length of time | did you mean `1d`?",
        "42 bad-window: `9` has no unit | write `9d` if days are meant; the units are s, m, h, "
        "d, w",
        "45 bad-window: an entry of `windows` is a mapping, and has no name for the output "
        "column | give it a feature of its own, as `window: {calendar: month}`",
    ]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "{agg: sum}",
            "11 needs-window: the feature `spend` has no window | add the events that count, as "
            "`window: 7d`; all past events are `window: lifetime`",
        ),
        (
            "{window: 7d}",
            "3 no-aggregation: the feature `spend` names no aggregation | add one, as `agg: sum`, "
            "or a `ratio`",
        ),
        (
            "{column: revenue}",
            "3 no-aggregation: the feature `spend` names no aggregation | add one, as `agg: sum`, "
            "or a `ratio`",
        ),
        (
            "{agg: sum, window: 1d, windows: [7d]}",
            "21 two-windows: the feature `spend` has both `window` and `windows` | keep one of "
            "them",
        ),
        (
            "{agg: sum, windows: [7d, 1d, 7d]}",
            "39 duplicate-window: the window `7d` of `spend` stands twice | keep one of them",
        ),
        (
            "{agg: sum, windows: 7d}",
            "30 wrong-type: `features.spend.windows` is `7d` where a list is expected | for "
            "example `windows: [1d, 7d, 30d]`",
        ),
        (
            "{agg: sum, windows: []}",
            "30 wrong-value: `features.spend.windows` is empty | for example "
            "`windows: [1d, 7d, 30d]`",
        ),
        (
            "{agg: sum, window: {calendar: moth}}",
            "40 wrong-value: `features.spend.window.calendar` cannot be `moth` | did you mean "
            "`month`?",
        ),
        (
            "{agg: sum, window: {calendar: month, count: 0}}",
            "54 wrong-value: `features.spend.window.count` is below 1 | for example `count: 1`",
        ),
        (
            "{agg: sum, window: {calendar: month, count: 20000}}",
            "54 bad-window: 20000 months are longer than 1000 years | write `window: lifetime` "
            "for all past events",
        ),
        (
            "{agg: sum, window: {calender: month}}",
            "30 unknown-key: `calender` is not a key of `features.spend.window` | did you mean "
            "`calendar`?",
        ),
        (
            "{aggg: sum, window: 7d}",
            "11 unknown-key: `aggg` is not a key of `features.spend` | did you mean `agg`?",
        ),
        (
            "{agg: [sum, mean], window: 7d}",
            "16 wrong-type: `features.spend.agg` is a list where text is expected | for example "
            "`agg: sum`",
        ),
        (
            '{agg: "sum, mean", window: 7d}',
            "16 bad-aggregation: `sum, mean` names 2 aggregations | a feature has one "
            "aggregation: write a feature for each",
        ),
        (
            '{agg: ",", windows: [1d, 7d]}',
            "16 bad-aggregation: `,` names no aggregation | a feature has one aggregation: write "
            "a feature for each",
        ),
        (
            '{agg: "sum(", windows: [1d, 7d]}',
            "17 bad-aggregation: `sum(` is not written as an aggregation | write a name, as "
            '`sum`, or a name with arguments, as "quantile(0.9)"; in a list, put quotes around '
            "one that holds a comma",
        ),
        (
            "{agg: sum, window: 7d, offset: -1d}",
            "41 bad-duration: `-1d` is negative | lengths count back in time: write `1d`",
        ),
        (
            "{agg: sum, window: 7d, offset: 0h}",
            "41 bad-duration: `0h` is no length of time | leave it out, or write a length above 0",
        ),
        (
            '{agg: sum, window: 7d, where: " "}',
            "40 wrong-value: `features.spend.where` is empty | write a condition, as "
            "`where: revenue > 100`, or leave it out for all events",
        ),
        (
            "{agg: sum, window: 7d, as_of: exclusive}",
            "40 misplaced-key: `as_of` is said for the whole group, not for one feature | move it "
            "beside `features`, or give the feature a group of its own",
        ),
    ],
)
def test_bad_features(entry, expected):
    assert feature_errors(entry) == [expected]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "{agg: sum, ratio: {numerator: {agg: sum, window: 1d}, "
            "denominator: {agg: sum, window: 2d}}}",
            [
                "11 two-aggregations: the feature `spend` has both `agg` and `ratio` | keep one "
                "of them"
            ],
        ),
        (
            "{window: 7d, ratio: {numerator: {agg: sum}, denominator: {agg: sum, window: 2d}}}",
            [
                "11 misplaced-key: `window` of `spend` stands beside `ratio`, which has one on "
                "each side | move it into `numerator` and `denominator`",
                "43 needs-window: the numerator of `spend` has no window | add the events that "
                "count, as `window: 7d`; all past events are `window: lifetime`",
            ],
        ),
        (
            "{ratio: {numerator: {agg: sum, windows: [1d]}, denominator: {window: 2d}}}",
            [
                "41 unknown-key: `windows` is not a key of `features.spend.ratio.numerator` | did "
                "you mean `window`?",
                "57 missing-key: `features.spend.ratio.denominator` has no `agg` | `agg`: the "
                "aggregation, as `sum`, `count_rows`, `quantile(0.9)` or `arg_max(order_ts)`",
            ],
        ),
        (
            "{ratio: {numerator: {agg: sum, window: 1d}}}",
            [
                "11 missing-key: `features.spend.ratio` has no `denominator` | `denominator`: "
                "what it is divided by: an aggregation over a window"
            ],
        ),
    ],
)
def test_bad_ratios(entry, expected):
    assert feature_errors(entry) == expected


def test_features_of_both_kinds():
    spec, findings = parse(
        GROUP + "features:\n  tier:\n  spend: {agg: sum, window: 7d}\n  age: {dtype: int}\n"
    )
    assert spec is None
    (finding,) = findings
    assert (finding.code, finding.message, finding.help) == (
        "mixed-features",
        "`spend` is computed from events, and `tier` is a column of the rows: a group has "
        "features of one kind",
        "give the feature an `agg` or a `ratio`, or move it to a group of its own",
    )
    assert finding.place == Place("a.yml", 7, 3, 4)
    assert finding.related == ((Place("a.yml", 8, 3, 5), "computed from events"),)


def test_what_is_wrong_with_a_group():
    assert errors("""\
        kind: feature_group
        name: spend
        entity: customer
        features: {a: {agg: sum, window: 7d}, b: {agg: sum, window: 7 days}}
        transform: SELECT * FROM source
        """) == [
        "2:7 missing-key: the feature group has no `inputs`: it has no events | name the node to "
        "read, as `inputs: [{ref: source.orders}]`",
        "2:7 needs-event-time: the features are computed from events, and the group does not say "
        "when an event was | name the column, as `event_time: order_ts`",
        "4:61 bad-window: `7 days` is not a length of time | did you mean `7d`?",
        "5:1 transform-beside-events: the features are computed from the events of the input, and "
        "the group has a `transform` as well | put the SQL in a transform node, and name that as "
        "the input",
    ]


def test_a_group_reads_one_node():
    assert errors("""\
        kind: feature_group
        name: spend
        entity: customer
        inputs: [{ref: source.orders}, {ref: source.shops}]
        event_time: at
        features: {a: {agg: sum, window: 7d}}
        """) == [
        "4:38 too-many-inputs: the events come from one node, and the group has 2 inputs | bring "
        "the nodes together in a transform, and name that as the input"
    ]


def test_bad_words_for_the_group():
    assert errors(
        GROUP + "as_of: excl\nstrategy: asof\nfeatures: {a: {agg: sum, window: 7d}}\n"
    ) == [
        "6:8 wrong-value: `as_of` cannot be `excl` | did you mean `exclusive`?",
        "7:11 wrong-value: `strategy` cannot be `asof` | the values are `auto`, `daily`, "
        "`range_frame`, `range_join`, `running_sum`",
    ]


def test_a_group_of_columns_has_no_as_of():
    spec = spec_of(GROUP + "features: [tier]\n")
    assert isinstance(spec, FeatureGroupSpec)
    assert errors(GROUP + "features: [tier]\nas_of: exclusive\n") == [
        "7:1 misplaced-key: `as_of` is for features computed from events, and the group has none "
        "| leave it out, or compute the features, as `spend: {agg: sum, window: 7d}`"
    ]
    assert errors(GROUP + "features: {a: {agg2: sum}}\nas_of: exclusive\n") == [
        "6:16 unknown-key: `agg2` is not a key of `features.a` | did you mean `agg`?"
    ]
