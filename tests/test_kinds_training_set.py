"""Training sets: every form of a spine and a join, and what is wrong with one."""

import pytest

from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import Join, TrainingSetSpec
from tests.specs import errors, parse, spec_of

HOUR = 3_600_000_000
DAY = 24 * HOUR
HEAD = """\
kind: training_set
name: churn
spine: {ref: source.labels, as_of: at, columns: [id, at, churned]}
"""


def training_set(joins: str) -> TrainingSetSpec:
    spec = spec_of(f"{HEAD}joins: [{joins}]\n")
    assert isinstance(spec, TrainingSetSpec)
    return spec


def join(entry: str) -> Join:
    (found,) = training_set(entry).joins
    return found


def join_errors(joins: str) -> list[str]:
    """What is said of `joins`, without the line, which is 4."""
    said = errors(f"{HEAD}joins: [{joins}]\n")
    assert all(line.startswith("4:") for line in said), said
    return [line.removeprefix("4:") for line in said]


def test_a_training_set_with_everything():
    spec = spec_of("""\
        kind: training_set
        name: churn_training
        description: Who leaves
        owner: shop
        tags: [weekly]
        spine:
          ref: source.churn_labels
          as_of: application_date
          columns: [customer_id, application_date, churned]
        label: churned
        joins:
          - ref: feature_group.customer_spend
            features: [spend_7d, trend]
          - ref: second_order_aggregation.customer_trend
          - ref: transform.customer_profile
            on: [customer_id]
            event_time: updated_at
            knowledge_time: loaded_at
            ttl: 90d
            delay: 1d
            tie_break: [version desc]
            features: [tier, region]
            prefix: profile_
            strategy: lead_interval
          - ref: transform.customer_profile
            on: {partner_id: customer_id}
            event_time: updated_at
            unique: true
            prefix: partner_
        post_hooks: [{python: hooks/train.py:train}]
        """)
    assert isinstance(spec, TrainingSetSpec)
    assert (spec.id, spec.relation) == (
        "training_set.churn_training",
        "training_set_churn_training",
    )
    assert (spec.description, spec.owner, spec.tags) == ("Who leaves", "shop", ("weekly",))
    assert (str(spec.spine.ref), str(spec.spine.as_of)) == (
        "source.churn_labels",
        "application_date",
    )
    assert [column.value for column in spec.spine.columns] == [
        "customer_id",
        "application_date",
        "churned",
    ]
    assert str(spec.label) == "churned"
    assert [item.ref.value for item in spec.inputs] == [
        "source.churn_labels",
        "feature_group.customer_spend",
        "second_order_aggregation.customer_trend",
        "transform.customer_profile",
    ]
    spend, trend, profile, partner = spec.joins
    assert [feature.value for feature in spend.features] == ["spend_7d", "trend"]
    assert trend == Join(ref=trend.ref)
    assert [(left.value, right.value) for left, right in profile.on] == [
        ("customer_id", "customer_id")
    ]
    assert (str(profile.event_time), str(profile.knowledge_time)) == ("updated_at", "loaded_at")
    assert (profile.ttl, profile.delay) == (90 * DAY, DAY)
    assert [(order.column.value, order.descending) for order in profile.tie_break] == [
        ("version", True)
    ]
    assert [feature.value for feature in profile.features] == ["tier", "region"]
    assert (profile.prefix, profile.strategy, profile.unique) == (
        "profile_",
        "lead_interval",
        False,
    )
    assert [(left.value, right.value) for left, right in partner.on] == [
        ("partner_id", "customer_id")
    ]
    assert (partner.ttl, partner.delay, partner.unique) == (None, 0, True)


def test_what_is_left_out_has_its_default():
    spec = spec_of("""\
        kind: training_set
        name: churn
        spine: {ref: source.labels, as_of: at}
        joins: [{ref: feature_group.spend}]
        """)
    assert isinstance(spec, TrainingSetSpec)
    assert (spec.spine.columns, spec.label) == ((), None)
    assert spec.joins == (Join(ref=spec.joins[0].ref),)
    assert join("{ref: feature_group.spend, strategy: auto, prefix: ''}").strategy == ""


def test_the_spine_may_be_joined_to_itself():
    spec = training_set("{ref: source.labels, event_time: at, prefix: last_}")
    assert [item.ref.value for item in spec.inputs] == ["source.labels"]


def test_keys_are_text_where_yaml_has_other_ideas():
    found = join("{ref: transform.p, on: {on: yes, no: off}}").on
    assert [(left.value, right.value) for left, right in found] == [("on", "yes"), ("no", "off")]
    assert [(left.place.column, right.place.column) for left, right in found] == [
        (33, 37),
        (42, 46),
    ]
    ((left, right),) = join("{ref: transform.p, on: [on]}").on
    assert left == right
    assert left.value == "on"


def test_keys_of_a_block():
    spec = spec_of(HEAD + "joins:\n  - ref: transform.p\n    on:\n      a: b\n      c: c\n")
    assert isinstance(spec, TrainingSetSpec)
    assert [(left.value, right.value) for left, right in spec.joins[0].on] == [
        ("a", "b"),
        ("c", "c"),
    ]


def test_tie_breaks():
    written = "[version desc, id ASC, x, {column: Row No, order: asc}, {column: y}]"
    found = join(f"{{ref: transform.p, tie_break: {written}}}").tie_break
    assert [(order.column.value, order.descending) for order in found] == [
        ("version", True),
        ("id", False),
        ("x", True),
        ("Row No", False),
        ("y", True),
    ]
    assert found[0].column.place == Place("a.yml", 4, 40, 7)
    assert found[3].column.place == Place("a.yml", 4, 74, 6)


@pytest.mark.parametrize(
    ("kind", "strategies"),
    [
        ("transform", "auto asof lead_interval union range_join"),
        ("aggregation", "auto asof lead_interval union range_join"),
        (
            "feature_group",
            "auto asof lead_interval union range_join range_frame running_sum daily",
        ),
        ("second_order_aggregation", "auto"),
    ],
)
def test_strategies(kind, strategies):
    every = "auto asof lead_interval union range_join range_frame running_sum daily".split()
    for strategy in every:
        spec, _ = parse(f"{HEAD}joins: [{{ref: {kind}.p, strategy: {strategy}}}]\n")
        assert (spec is not None) is (strategy in strategies.split()), strategy


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "{ref: transform.p, ttl: 0}",
            "33 bad-ttl: a ttl of `0` leaves no row | leave `ttl` out for no limit",
        ),
        (
            "{ref: transform.p, ttl: 0d}",
            "33 bad-ttl: a ttl of `0d` leaves no row | leave `ttl` out for no limit",
        ),
        (
            "{ref: transform.p, ttl: 90}",
            "33 bad-ttl: `90` has no unit | write `90d` if days are meant; the units are s, m, h, "
            "d, w",
        ),
        (
            "{ref: transform.p, ttl: -1d}",
            "33 bad-ttl: `-1d` is negative | lengths count back in time: write `1d`",
        ),
        (
            "{ref: transform.p, delay: -1h}",
            "35 bad-duration: `-1h` is negative | lengths count back in time: write `1h`",
        ),
        (
            "{ref: transform.p, delay: 0}",
            "35 bad-duration: `0` is no length of time | leave it out, or write a length above 0",
        ),
        (
            "{ref: transform.p, ttl: 1h, delay: 1d}",
            "33 bad-ttl: the ttl of `1h` is shorter than the delay of `1d`: no row is ever joined "
            "| both count back from the as-of: write a longer `ttl`",
        ),
        (
            "{ref: transform.p, tie_break: [version descending]}",
            "40 bad-tie-break: `version descending` is not a column and its order | write "
            "`version desc` (the greatest wins) or `version asc` (the least wins); a column whose "
            "name has spaces as `{column: Row Version, order: desc}`",
        ),
        (
            "{ref: transform.p, tie_break: version desc}",
            "39 wrong-type: `joins.tie_break` is `version desc` where a list is expected | for "
            "example `tie_break: [version desc]`",
        ),
        (
            "{ref: transform.p, tie_break: [a, a desc]}",
            "43 duplicate-column: the column `a` stands twice in `tie_break` | keep one of them: "
            "names that differ by case alone are one column",
        ),
        (
            "{ref: transform.p, tie_break: [a], unique: true}",
            "28 needless-tie-break: `tie_break` decides between rows of one event time, and "
            "`unique` says there are none | keep one of them",
        ),
        (
            "{ref: transform.p, unique: yes}",
            "36 wrong-type: `joins.unique` is `yes` where true or false is expected | for example "
            "`unique: true`",
        ),
        (
            "{ref: transform.p, on: []}",
            "32 wrong-value: `joins.on` is empty | for example `on: [customer_id]`",
        ),
        (
            "{ref: transform.p, on: id}",
            "32 wrong-type: `joins.on` is `id` where a list or a mapping is expected | for "
            "example `on: [customer_id]`",
        ),
        (
            "{ref: transform.p, on: [{a: b}]}",
            "34 wrong-type: item 1 of `joins.on` is not the name of a column | write names, as "
            "`on: [customer_id]`, or where they differ a mapping of the spine's to the node's, as "
            "`on: {customer_id: id}`",
        ),
        (
            "{ref: transform.p, on: {customer id: id}}",
            "33 bad-name: `customer id` is not a plain column name | rename the column in a "
            "transform: letters, digits and `_`, no digit first",
        ),
        (
            "{ref: transform.p, on: [id, ID]}",
            "37 duplicate-column: the column `ID` stands twice in `on` | keep one of them: names "
            "that differ by case alone are one column",
        ),
        (
            "{ref: transform.p, features: [tier, region, Tier]}",
            "53 duplicate-column: the column `Tier` stands twice in `features` | keep one of "
            "them: names that differ by case alone are one column",
        ),
        (
            "{ref: transform.p, features: []}",
            "38 wrong-value: `joins.features` is empty | for example `features: [spend_7d, trend]`",
        ),
        (
            "{ref: transform.p, prefix: p-}",
            "36 bad-name: `p-` is not a plain name | a name has letters, digits and `_`, and does "
            "not begin with a digit",
        ),
        (
            "{ref: transform.p, strategy: as_of}",
            "38 wrong-value: `joins.strategy` cannot be `as_of` | did you mean `asof`?",
        ),
        (
            "{ref: transform.p, strategy: daily}",
            "38 wrong-value: the strategy `daily` computes windows, and `transform.p` is joined "
            "by its latest row | the strategies are `auto`, `asof`, `lead_interval`, `union`, "
            "`range_join`",
        ),
        (
            "{ref: second_order_aggregation.p, ttl: 1d}",
            "43 misplaced-key: `ttl` is for relations joined by their latest row; "
            "`second_order_aggregation.p` is computed as of each row's date | leave it out",
        ),
        (
            "{ref: trasform.p}",
            "15 unknown-kind: there is no kind of node `trasform` | did you mean `transform`?",
        ),
        (
            "{ref: p}",
            "15 bad-reference: `p` is not the id of a node | an id is `<kind>.<name>`, as "
            "`source.orders`",
        ),
        (
            "{ref: transform.p, event_tme: x}",
            "28 unknown-key: `event_tme` is not a key of item 1 of `joins` | did you mean "
            "`event_time`?",
        ),
        (
            "transform.p",
            "9 wrong-type: item 1 of `joins` is `transform.p` where a mapping is expected | for "
            "example `{ref: feature_group.customer_spend, features: [spend_7d, trend]}`",
        ),
    ],
)
def test_bad_joins(entry, expected):
    assert join_errors(entry) == [expected]


def test_a_node_joined_twice_needs_other_names():
    twice = (
        "duplicate-output: `transform.p` is joined twice, and its features have the same names | "
        "give one of the joins a `prefix`"
    )
    assert join_errors("{ref: transform.p}, {ref: transform.p, on: [b]}") == [f"35 {twice}"]
    assert join_errors(
        "{ref: transform.p, features: [a]}, {ref: transform.p, features: [b, a]}"
    ) == [f"50 {twice}"]
    spec = training_set(
        "{ref: transform.p, features: [a]}, {ref: transform.p, features: [b]}, "
        "{ref: transform.p, prefix: x_}"
    )
    assert [item.ref.value for item in spec.inputs] == ["source.labels", "transform.p"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "as_of: at, ",
            "",
            "3:1 missing-key: `spine` has no `as_of` | `as_of`: the column with each row's time: "
            "a date or a timestamp",
        ),
        (
            "[id, at, churned]",
            "[]",
            "3:49 wrong-value: `spine.columns` is empty | for example "
            "`columns: [customer_id, application_date, churned]`",
        ),
        (
            "at, churned",
            "ID, churned",
            "3:54 duplicate-column: the column `ID` stands twice in the spine's `columns` | keep "
            "one of them: names that differ by case alone are one column",
        ),
        (
            "source.labels",
            "sorce.labels",
            "3:14 unknown-kind: there is no kind of node `sorce` | did you mean `source`?",
        ),
        (
            "churned]}\n",
            "churned]}\ninputs: [{ref: source.a}]\n",
            "4:1 misplaced-key: the inputs of a training set are the nodes that `spine` and "
            "`joins` name | take `inputs` out",
        ),
    ],
)
def test_bad_training_sets(old, new, expected):
    assert errors(HEAD.replace(old, new) + "joins: [{ref: feature_group.spend}]\n") == [expected]


def test_there_is_something_to_join():
    assert errors(HEAD) == [
        "2:7 missing-key: this training_set has no `joins` | `joins`: what is joined to each "
        "spine row as of its time: feature groups, second-order aggregations and other relations"
    ]
    assert errors(HEAD + "joins: []\n") == [
        "4:8 wrong-value: `joins` is empty | for example `joins: [{ref: "
        "feature_group.customer_spend}]`"
    ]


@pytest.mark.parametrize(
    ("label", "help"),
    [("churnd", "did you mean `churned`?"), ("left", "add `left` to `columns`")],
)
def test_the_label_is_a_column_that_is_taken(label, help):
    spec, findings = parse(f"{HEAD}label: {label}\njoins: [{{ref: feature_group.spend}}]\n")
    assert spec is None
    (finding,) = findings
    assert (finding.code, finding.message, finding.help) == (
        "label-not-taken",
        f"the label `{label}` is not among the spine's `columns`",
        help,
    )
    assert finding.place == Place("a.yml", 4, 8, len(label))
    assert finding.related == ((Place("a.yml", 3, 40, 7), "the columns that are taken"),)


def test_a_label_is_not_looked_for_where_all_columns_are_taken():
    head = HEAD.replace(", columns: [id, at, churned]", "")
    spec = spec_of(f"{head}label: left\njoins: [{{ref: feature_group.spend}}]\n")
    assert isinstance(spec, TrainingSetSpec)
    assert str(spec.label) == "left"
    spec = spec_of(f"{HEAD}label: Churned\njoins: [{{ref: feature_group.spend}}]\n")
    assert isinstance(spec, TrainingSetSpec)


def test_all_that_is_wrong_is_said_at_once():
    assert errors(
        HEAD + "label: left\njoins:\n  - {ref: p}\n  - {ref: transform.q, ttl: 0, on: [a, a]}\n"
        "  - {ref: transform.r, ttl: 1h, delay: 2h}\n"
    ) == [
        "4:8 label-not-taken: the label `left` is not among the spine's `columns` | add `left` to "
        "`columns`",
        "6:11 bad-reference: `p` is not the id of a node | an id is `<kind>.<name>`, as "
        "`source.orders`",
        "7:29 bad-ttl: a ttl of `0` leaves no row | leave `ttl` out for no limit",
        "8:29 bad-ttl: the ttl of `1h` is shorter than the delay of `2h`: no row is ever joined | "
        "both count back from the as-of: write a longer `ttl`",
    ]
