"""Parameters: every form, the order of precedence, places, errors, and Jinja in its sandbox."""

from collections.abc import Mapping
from datetime import date

import pytest

from seeknal.compiler.document import read_document
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SqlText
from seeknal.compiler.parameters import Context, Rendered, Scope, render_params, render_sql
from seeknal.compiler.render_findings import render


def sql(text: str, file: str = "a.yml") -> SqlText:
    return SqlText(text, file, 1, 1, 0)


def common(**entries: str) -> dict[str, SqlText]:
    return {
        key.replace("__", "."): sql(value, "seeknal/common/rules.yml")
        for key, value in entries.items()
    }


def context(**values: object) -> Context:
    given: dict[str, object] = {
        "run_date": date(2026, 1, 31),
        "run_id": "20260131_101500",
        "project_id": "shop",
        "workspace_path": "/home/shop",
        "environ": {"REGION": "north", "EMPTY": ""},
    }
    return Context(**{**given, **values})  # type: ignore[arg-type]  # a test's keyword arguments


def relation(node: str, place: Place) -> str | None:
    return '"source_orders"' if node == "source.orders" else None


def outcome(
    text: str, scope: Scope | None = None, params: Mapping[str, object] | None = None
) -> tuple[Rendered | None, Findings]:
    findings = Findings()
    scope = scope or Scope(context(), params or {})
    return render_sql(sql(text), scope, relation, findings), findings


def rendered(text: str, scope: Scope | None = None, **params: object) -> str:
    result, findings = outcome(text, scope, params)
    assert result is not None, list(findings)
    return result.text


def complaint(text: str, scope: Scope | None = None) -> str:
    result, findings = outcome(text, scope)
    assert result is None
    return render(findings, lambda file: text if file == "a.yml" else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        ("{{ today }}", "2026-01-31"),
        ("{{today}}", "2026-01-31"),
        ("{{ today(-31) }}", "2025-12-31"),
        ("{{ today(1) }}", "2026-02-01"),
        ("{{ yesterday }}", "2026-01-30"),
        ("{{ yesterday() }}", "2026-01-30"),
        ("{{ month_start }}", "2026-01-01"),
        ("{{ month_start(-1) }}", "2025-12-01"),
        ("{{ month_start(13) }}", "2027-02-01"),
        ("{{ year_start }}", "2026-01-01"),
        ("{{ year_start(-2) }}", "2024-01-01"),
        ("{{ run_id }}", "20260131_101500"),
        ("{{ run_date }}", "2026-01-31"),
        ("{{ date }}", "2026-01-31"),
        ("{{ project_id }}", "shop"),
        ("{{ workspace_path }}", "/home/shop"),
        ("{{ env:REGION }}", "north"),
        ("{{ env:REGION|south }}", "north"),
        ("{{ env:NONE|south }}", "south"),
        ("{{ env:NONE| }}", ""),
        ("{{ env:EMPTY|south }}", ""),
        ("{{ ref('source.orders') }}", '"source_orders"'),
        ('{{ ref("source.orders") }}', '"source_orders"'),
        ("a{{ run_date }}b{{ run_id }}c", "a2026-01-31b20260131_101500c"),
    ],
)
def test_forms(text, expected):
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("net", "net"),
        (3, "3"),
        (0.5, "0.5"),
        (True, "true"),
        ("true", "true"),
        (None, "NULL"),
        (["a", "b'c", 1], "['a', 'b''c', 1]"),
        ("{{ today(-1) }}", "2026-01-30"),
        ("x {{ other }} y", "x 5 y"),
    ],
)
def test_values_in_sql(value, expected):
    assert rendered("{{ p }}", p=value, other=5) == expected


def test_project_variables():
    scope = Scope(context(variables={"floor": 10}))
    assert rendered("{{ var('floor') }} {{ floor }} {{ var('none', 3) }}", scope) == "10 10 3"
    given = Scope(context(variables={"floor": 10}, overrides={"floor": "12"}))
    assert rendered("{{ var('floor') }} {{ floor }}", given) == "12 12"


def test_precedence():
    """Command line, node, run, functions, environment, common configuration, variables."""
    everything = {"x": "variable", "run_id": "variable", "today": "variable"}
    steps = [
        Scope(context(variables=everything)),
        Scope(context(variables=everything), {"x": "node", "run_id": "node", "today": "node"}),
        Scope(
            context(variables=everything, overrides={"x": "cli", "run_id": "cli", "today": "cli"}),
            {"x": "node", "run_id": "node", "today": "node"},
        ),
    ]
    text = "{{ x }} {{ run_id }} {{ today }}"
    assert [rendered(text, scope) for scope in steps] == [
        "variable 20260131_101500 2026-01-31",
        "node node node",
        "cli cli cli",
    ]


def test_a_node_parameter_of_the_name_of_a_run_value_may_refer_to_it():
    assert rendered("{{ run_date }}", run_date="{{ run_date }}") == "2026-01-31"


def test_a_date_on_the_command_line_anchors_the_functions():
    scope = Scope(context(overrides={"date": "2025-03-05"}))
    text = "{{ today }} {{ today(-5) }} {{ yesterday }} {{ month_start }} {{ date }}"
    assert rendered(text, scope) == "2025-03-05 2025-02-28 2025-03-04 2025-03-01 2025-03-05"


def test_common_entries_are_made_of_each_other():
    entries = common(
        events__idCol="event_id",
        events__ref="source.sales_events",
        rules__valid="{{ events.idCol }} IS NOT NULL AND {{ rules.late }}",
        rules__late="day >= '{{ today(-7) }}'",
    )
    scope = Scope(context(common=entries))
    assert rendered("FROM {{ events.ref }} WHERE {{rules.valid}}", scope) == (
        "FROM source.sales_events WHERE event_id IS NOT NULL AND day >= '2026-01-24'"
    )


def test_common_entries_in_a_circle():
    entries = common(rules__a="{{ rules.b }} OR x", rules__b="{{ rules.a }} AND y")
    assert complaint("WHERE {{ rules.a }}", Scope(context(common=entries))) == (
        "a.yml:1:10: error[parameter-cycle]: the common entry `rules.a` is made of itself: "
        "`rules.a` -> `rules.b` -> `rules.a`\n"
        "   1 | WHERE {{ rules.a }}\n"
        "     |          ^^^^^^^\n"
        "     = help: take one of them out of the circle\n"
    )


def test_node_parameters_in_a_circle():
    findings = Findings()
    place = Place("a.yml", 3, 4, 5)
    scope = Scope(context(), {"a": "{{ b }}", "b": "{{ a }}", "c": 1}, {"a": place})
    assert render_params(scope, findings) == {"c": 1}
    assert [item.code for item in findings] == ["unknown-parameter"] * 2
    assert next(iter(findings)).place == place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "WHERE d = '{{ run_dat }}'",
            "a.yml:1:15: error[unknown-parameter]: there is no parameter `run_dat`\n"
            "   1 | WHERE d = '{{ run_dat }}'\n"
            "     |               ^^^^^^^\n"
            "     = help: did you mean `run_date`?\n",
        ),
        (
            "{{ rules.valid }}",
            "a.yml:1:4: error[unknown-parameter]: there is no parameter `rules.valid`\n"
            "   1 | {{ rules.valid }}\n"
            "     |    ^^^^^^^^^^^\n"
            "     = help: the parameters are `date`, `month_start`, `project_id`, `run_date`, "
            "`run_id`, `today`, `workspace_path`, `year_start` and 1 more\n",
        ),
        (
            "{{ env:NONE }}",
            "a.yml:1:4: error[unknown-parameter]: the environment variable `NONE` is not set\n"
            "   1 | {{ env:NONE }}\n"
            "     |    ^^^^^^^^\n"
            "     = help: set it, or give a default, as `env:NONE|default`\n",
        ),
        (
            "{{ tody(-1) }}",
            "a.yml:1:4: error[unknown-parameter]: there is no function `tody`\n"
            "   1 | {{ tody(-1) }}\n"
            "     |    ^^^^^^^^\n"
            "     = help: did you mean `today`?\n",
        ),
        (
            "{{ var('x') }}",
            "a.yml:1:4: error[unknown-parameter]: there is no variable `x`\n"
            "   1 | {{ var('x') }}\n"
            "     |    ^^^^^^^^\n"
            "     = help: add it to `vars` of seeknal_project.yml, or give a default: "
            "`var('x', 1)`\n",
        ),
        (
            "{{ today('x') }}",
            "a.yml:1:4: error[bad-parameter]: `today` does not take these arguments\n"
            "   1 | {{ today('x') }}\n"
            "     |    ^^^^^^^^^^\n"
            "     = help: there are names, `today(-7)`, `month_start(-1)`, `year_start`, "
            "`env:VAR|default`, `var('x')` and `ref('kind.name')`\n",
        ),
        (
            "{{ today(9999999) }}",
            "a.yml:1:4: error[bad-parameter]: the date lies outside the years 1 to 9999\n"
            "   1 | {{ today(9999999) }}\n"
            "     |    ^^^^^^^^^^^^^^\n",
        ),
    ],
)
def test_errors(text, expected):
    assert complaint(text) == expected


def test_all_unknown_parameters_are_found_at_once():
    _, findings = outcome("{{ a_ }} {{ b_ }} {{ run_id }} {{ c_ }}")
    assert [item.place.column for item in findings if item.place] == [4, 13, 35]


def test_a_relation_without_a_node_is_the_resolvers_to_report():
    result, findings = outcome("{{ ref('source.none') }}")
    assert result is None
    assert list(findings) == []


def test_a_relation_cannot_stand_in_a_path():
    findings = Findings()
    text = sql("data/{{ ref('source.orders') }}.csv")
    assert render_sql(text, Scope(context()), None, findings) is None
    assert [item.message for item in findings] == ["a relation cannot stand here"]


def test_offsets_lead_back_into_the_spec():
    text = (
        "kind: transform\nname: t\ntransform: |\n"
        "  SELECT {{ col }}, b\n  FROM {{ ref('source.orders') }} AS o\n  WHERE x\n"
    )
    document = read_document("a.yml", text, Findings())
    assert document is not None
    scope = Scope(context(), {"col": "a_much_longer_name"})
    result = render_sql(document.sql_at("transform"), scope, relation, Findings())
    assert result is not None
    assert result.text == 'SELECT a_much_longer_name, b\nFROM "source_orders" AS o\nWHERE x\n'

    def at(word: str) -> Place:
        return result.place(result.text.index(word), len(word))

    assert at("SELECT") == Place("a.yml", 4, 3, 6)
    assert at("longer") == Place("a.yml", 4, 10, 9)
    assert at(", b") == Place("a.yml", 4, 19, 3)
    assert at('"source_orders"') == Place("a.yml", 5, 8, 26)
    assert at("AS o") == Place("a.yml", 5, 35, 4)
    assert at("WHERE") == Place("a.yml", 6, 3, 5)


def test_params_are_converted():
    findings = Findings()
    params = {
        "whole": "5",
        "part": "0.25",
        "flag": "True",
        "code": "007",
        "day": "{{ today(-1) }}",
        "path": "data/{{ run_date }}.csv",
        "nested": {"a": ["{{ run_id }}", 2]},
        "copy": "{{ whole }}",
        "given": "old",
    }
    scope = Scope(context(overrides={"given": "9", "unused": 1}), params)
    assert render_params(scope, findings) == {
        "whole": 5,
        "part": 0.25,
        "flag": True,
        "code": "007",
        "day": "2026-01-30",
        "path": "data/2026-01-31.csv",
        "nested": {"a": ["20260131_101500", 2]},
        "copy": 5,
        "given": 9,
    }
    assert list(findings) == []


LOOP = """\
SELECT id
{% for day in [1, 7] %}
  , sum(x) FILTER (d <= {{ day }}) AS s{{ day }}
{% endfor %}
FROM {{ ref('source.orders') }}
WHERE {{ rules.valid }} AND d > '{{ today(-7) }}' AND r = '{{ env:REGION|x }}'
"""


def test_jinja_and_the_lines_it_comes_from():
    scope = Scope(context(common=common(rules__valid="x > 0")))
    result, findings = outcome(LOOP, scope)
    assert result is not None, list(findings)
    assert [line for line in result.text.splitlines() if line] == [
        "SELECT id",
        "  , sum(x) FILTER (d <= 1) AS s1",
        "  , sum(x) FILTER (d <= 7) AS s7",
        'FROM "source_orders"',
        "WHERE x > 0 AND d > '2026-01-24' AND r = 'north'",
    ]
    text = result.text
    assert result.place(text.index("SELECT")).line == 1
    assert result.place(text.index("s1")) == Place("a.yml", 3, 3, 46)
    assert result.place(text.index("s7")).line == 3
    assert result.place(text.index("FROM")).line == 5
    assert result.place(text.index("north")).line == 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{% if floor is defined %}a{% else %}b{% endif %}", "b"),
        ("{{ run_id | upper }}", "20260131_101500"),
        ("{{ var('none', 2) + 1 }}", "3"),
        ("{% set x = none %}{{ x }}", "NULL"),
        ("{# a remark #}a", "a"),
        ("{% if today > '2026-01-01' %}a{% endif %}", "a"),
    ],
)
def test_jinja_forms(text, expected):
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT 1\n{% if run_dat %}a{% endif %}",
            "a.yml:2:1: error[unknown-parameter]: there is no parameter `run_dat`\n"
            "   2 | {% if run_dat %}a{% endif %}\n"
            "     | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "     = help: did you mean `run_date`?\n",
        ),
        (
            "SELECT 1\n{% if %}a{% endif %}",
            "a.yml:2:1: error[bad-template]: the template is not Jinja: Expected an expression, "
            "got 'end of statement block'\n"
            "   2 | {% if %}a{% endif %}\n"
            "     | ^^^^^^^^^^^^^^^^^^^^\n",
        ),
        (
            "{{ 1 / 0 }}",
            "a.yml:1:1: error[bad-template]: the template fails: division by zero\n"
            "   1 | {{ 1 / 0 }}\n"
            "     | ^^^^^^^^^^^\n",
        ),
    ],
)
def test_jinja_errors(text, expected):
    assert complaint(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ run_id.__init__.__globals__ }}",
        "{{ ref.__call__.__globals__ | list }}",
        "{{ [1, 2] | random }}",
        "{{ lipsum() }}",
        "{% for i in range(1000000) %}x{% endfor %}",
        "{% include 'x' %}",
    ],
)
def test_the_sandbox_holds(text):
    result, findings = outcome(text)
    assert result is None
    assert findings.has_errors
