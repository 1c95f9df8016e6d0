"""Findings as text: exact excerpts and carets, whatever characters a line holds."""

import io
from textwrap import dedent

import pytest

from seeknal.compiler.findings import Finding, Findings, Place, Severity
from seeknal.compiler.render_findings import file_reader, render, summary, to_json, wants_color
from seeknal.compiler.suggest import closest, suggest

ORDERS = """\
kind: aggregation
name: orders
inputs: []
# features
features:
  - {name: amount_sum_7days, aggregation: summ, column: amount, window: 7d}
\tindented with a tab
  名前: {列: 値, x: y}
  e\u0301a: b
"""
READ = {"orders.yml": ORDERS, "other.yml": "name: orders\n"}.get


def excerpt(place: Place, **options: int) -> str:
    return render([Finding("code", "message", place)], READ, **options)


def test_an_error_with_its_line_carets_and_help():
    finding = Finding(
        "unknown-aggregation",
        "there is no aggregation `summ`",
        Place("orders.yml", 6, 43, 4),
        "did you mean `sum`?",
    )
    assert render([finding], READ) == dedent("""\
        orders.yml:6:43: error[unknown-aggregation]: there is no aggregation `summ`
           6 |   - {name: amount_sum_7days, aggregation: summ, column: amount, window: 7d}
             |                                           ^^^^
             = help: did you mean `sum`?
        """)


def test_related_places_have_excerpts_of_their_own():
    findings = Findings()
    findings.warn(
        "duplicate-node",
        "two files define `aggregation.orders`",
        Place("orders.yml", 2, 7, 6),
        "rename one of them",
        [(Place("other.yml", 1, 7, 6), "the first one")],
    )
    assert render(findings, READ) == dedent("""\
        orders.yml:2:7: warning[duplicate-node]: two files define `aggregation.orders`
           2 | name: orders
             |       ^^^^^^
        other.yml:1:7: note: the first one
           1 | name: orders
             |       ^^^^^^
             = help: rename one of them
        """)


def test_help_of_several_lines_is_aligned():
    text = render([Finding("code", "message", None, "one\ntwo")], READ)
    assert text == "error[code]: message\n     = help: one\n             two\n"


def test_carets_below_a_tab_and_wide_and_combining_characters():
    assert excerpt(Place("orders.yml", 7, 2, 8)).splitlines()[1:] == [
        "   7 |     indented with a tab",
        "     |     ^^^^^^^^",
    ]
    assert excerpt(Place("orders.yml", 8, 8, 1)).splitlines()[1:] == [
        "   8 |   名前: {列: 値, x: y}",
        "     |          ^^",
    ]
    assert excerpt(Place("orders.yml", 9, 8, 1)).splitlines()[2] == "     |       ^"


def test_a_place_past_the_line_or_the_file_does_not_break_the_text():
    assert excerpt(Place("orders.yml", 3, 90, 9)).splitlines()[2] == "     |           ^"
    assert excerpt(Place("orders.yml", 3, 9, 90)).splitlines()[2] == "     |         ^^"
    assert excerpt(Place("orders.yml", 99)) == "orders.yml:99:1: error[code]: message\n"
    assert excerpt(Place("gone.yml", 2)) == "gone.yml:2:1: error[code]: message\n"


@pytest.mark.parametrize(
    ("column", "length", "shown", "carets"),
    [
        (1, 3, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…", "^^^"),
        (50, 4, "…aaaaaaaaaaaaaaBBBBaaaaaaaaaaaaa…", " " * 15 + "^^^^"),
        (97, 4, "…aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", " " * 29 + "^^^^"),
        (1, 100, "aaaaaaaaaaaaaaaaaaaaaa…", "^" * 23),
    ],
)
def test_long_lines_are_cut_around_the_span(column, length, shown, carets):
    line = "a" * 49 + ("BBBB" if column == 50 else "aaaa") + "a" * 47
    text = render([Finding("c", "m", Place("f", 1, column, length))], lambda _: line, width=40)
    assert text.splitlines()[1:] == [f"   1 | {shown}", f"     | {carets}"]


def test_characters_that_would_move_the_cursor_are_replaced():
    text = render(
        [Finding("code", "the key `\x1b[2Jx`", Place("f", 1, 1, 1))], lambda _: "a\x1b[2J\u202eb"
    )
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "a�[2J�b" in text


def test_color_is_for_terminals_without_no_color():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert wants_color(Terminal(), {})
    assert not wants_color(Terminal(), {"NO_COLOR": "1"})
    assert not wants_color(Terminal(), {"TERM": "dumb"})
    assert not wants_color(io.StringIO(), {})
    colored = render([Finding("code", "message", Place("orders.yml", 2, 7, 6))], READ, color=True)
    assert "\x1b[1;31merror[code]\x1b[0m" in colored
    assert "\x1b[1;31m^^^^^^\x1b[0m" in colored


def test_equal_findings_are_shown_and_counted_once():
    error = Finding("code", "message")
    warning = Finding("code", "message", severity=Severity.WARNING)
    assert render([error, error], READ) == "error[code]: message\n"
    assert summary([error, error]) == "1 error"
    assert summary([error, warning, Finding("b", "message")]) == "2 errors, 1 warning"
    assert summary([]) == ""


def test_json_has_all_there_is():
    finding = Finding(
        "code", "message", Place("f", 2, 3, 4), None, ((Place("g"), "note"),), Severity.WARNING
    )
    assert to_json([finding]) == [
        {
            "severity": "warning",
            "code": "code",
            "message": "message",
            "help": None,
            "place": {"file": "f", "line": 2, "column": 3, "length": 4},
            "related": [{"file": "g", "line": 1, "column": 1, "length": 1, "note": "note"}],
        }
    ]


def test_files_are_read_below_the_root(tmp_path):
    (tmp_path / "a.yml").write_bytes(b"\xef\xbb\xbfname: \xff\n")
    read = file_reader(tmp_path)
    assert read("a.yml") == "name: \ufffd\n"
    assert read("b.yml") is None


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("summ", "did you mean `sum`?"),
        ("MEAN", "did you mean `mean`?"),
        ("xyz", "the aggregations are `max`, `mean`, `min`, `sum`"),
    ],
)
def test_suggestions(word, expected):
    assert suggest(word, ["sum", "mean", "min", "max"], "aggregations") == expected


def test_a_long_list_of_choices_is_cut():
    choices = [f"n{i}" for i in range(12)]
    assert suggest("other", choices, "nodes") == (
        "the nodes are `n0`, `n1`, `n10`, `n11`, `n2`, `n3`, `n4`, `n5` and 4 more"
    )
    assert suggest("other", [], "nodes") is None
    assert closest("other", []) is None
