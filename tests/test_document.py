"""Reading YAML: plain data without guesses, places of everything, syntax errors in words."""

from textwrap import dedent

import pytest

from seeknal.compiler.document import Document, read_document
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.render_findings import render

SPEC = dedent("""\
    kind: transform
    name: daily   # a comment
    tags: [a, "b c"]
    inputs:
      - ref: source.orders
      - ref: source.items
    params: &shared {lo: 1, when: 12:30}
    output:
      <<: *shared
      lo: 2
    transform: |

      SELECT "é",
        b
      FROM c
    """)


def read(text: str) -> Document:
    findings = Findings()
    document = read_document("a.yml", text, findings)
    assert document is not None, list(findings)
    assert not len(findings)
    return document


def complaint(text: str) -> str:
    findings = Findings()
    assert read_document("a.yml", text, findings) is None
    return render(findings, lambda _: text)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("FALSE", False),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31 10:00:00", "2026-01-31 10:00:00"),
        ("12", 12),
        ("-3", -3),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1.50", 1.5),
        ("~", None),
        ("null", None),
        ("", None),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("=", "="),
        ("[on, no]", ["on", "no"]),
    ],
)
def test_plain_scalars_are_not_guessed_at(written, value):
    data = read(f"kind: x\nvalue: {written}\n").data
    assert data["value"] == value
    assert type(data["value"]) is type(value)


def test_keys_are_always_text():
    assert read("kind: x\non: 1\n2: b\nyes: c\n2026-01-01: d\n").data == {
        "kind": "x",
        "on": 1,
        "2": "b",
        "yes": "c",
        "2026-01-01": "d",
    }


def test_aliases_and_merge_keys_give_way_to_own_keys():
    document = read(SPEC)
    assert document.data["output"] == {"lo": 2, "when": "12:30"}
    assert document.place("output", "lo") == Place("a.yml", 10, 7, 1)
    assert document.place("output", "when") == Place("a.yml", 7, 31, 5)


def test_kind_name_and_id():
    document = read(SPEC)
    assert (document.kind, document.name, document.id) == ("transform", "daily", "transform.daily")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("name",), (2, 7, 5)),
        (("tags",), (3, 7, 10)),
        (("tags", 1), (3, 11, 5)),
        (("inputs", 1, "ref"), (6, 10, 12)),
        (("inputs", 1), (6, 5, 3)),
        (("inputs",), (4, 1, 6)),
        (("transform",), (11, 12, 1)),
        (("inputs", 1, "none"), (6, 5, 3)),
        (("none",), (2, 7, 5)),
    ],
)
def test_places_of_values(path, place):
    assert read(SPEC).place(*path) == Place("a.yml", *place)


def test_places_of_keys():
    document = read(SPEC)
    assert document.place("tags", key=True) == Place("a.yml", 3, 1, 4)
    assert document.place("inputs", 0, "ref", key=True) == Place("a.yml", 5, 5, 3)


def test_has_and_get():
    document = read(SPEC)
    assert document.get("inputs", 1, "ref") == "source.items"
    assert document.get("inputs", 7, "ref") is None
    assert document.has("inputs", 0)
    assert not document.has("inputs", 2)


def character_under(text: str, place: Place) -> str:
    return text.split("\n")[place.line - 1][place.column - 1]


@pytest.mark.parametrize(
    "scalar",
    [
        "|\n\n  SELECT a,\n    b\n  FROM c\n",
        "|2\n    SELECT a,\n      b\n",
        "|-\n\tx\n".replace("\t", "  "),
        ">\n  SELECT a\n  FROM b\n    WHERE c\n\n  LIMIT d\n",
        "SELECT a FROM b\n",
        "SELECT a\n  FROM b\n",
        "'it''s a\n  b''c'\n",
        "'x = ''y'' OR z'\n",
        '"SELECT \\"a\\" \\x41 b"\n',
        '"a \\\n  b"\n',
        '"é 😀 x"\n',
    ],
    ids=range(11),
)
def test_every_character_of_sql_is_found_in_the_file(scalar):
    text = f"kind: x\nsql: {scalar}end: 1\n"
    sql = read(text).sql_at("sql")
    for offset, character in enumerate(sql.value):
        if not character.isspace():
            under = character_under(text, sql.place(offset))
            assert under in (character, "\\"), (offset, character, under)


def test_sql_places_in_a_block():
    sql = read(SPEC).sql_at("transform")
    assert sql.value == '\nSELECT "é",\n  b\nFROM c\n'
    assert sql.place(sql.value.index("FROM"), 4) == Place("a.yml", 15, 3, 4)
    assert sql.place(sql.value.index("b"), 1) == Place("a.yml", 14, 5, 1)


def test_windows_line_ends():
    sql = read("kind: x\r\nsql: |\r\n  SELECT a\r\n  FROM b\r\n").sql_at("sql")
    assert sql.value == "SELECT a\nFROM b\n"
    assert sql.place(sql.value.index("FROM")) == Place("a.yml", 4, 3, 1)


def test_text_at_takes_quotes_off():
    document = read(SPEC)
    assert document.text_at("tags", 1).value == "b c"
    with pytest.raises(LookupError, match="no scalar"):
        document.text_at("tags")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "kind: source\n\tname: x\n",
            """\
            a.yml:2:1: error[yaml-syntax]: a tab indents this line
               2 |     name: x
                 | ^^^^
                 = help: indent with spaces
            """,
        ),
        (
            "kind: source\ndescription: see: this\n",
            """\
            a.yml:2:17: error[yaml-syntax]: a `:` stands where no key can be
               2 | description: see: this
                 |                 ^
                 = help: quote a value that holds `: `, and indent the keys of one mapping alike
            """,
        ),
        (
            "kind: source\ntags: [a, b\nname: x\n",
            """\
            a.yml:2:7: error[yaml-syntax]: this `[` is not closed
               2 | tags: [a, b
                 |       ^
                 = help: add `,` or `]`
            """,
        ),
        (
            "kind: source\ntags: [a, [b]",
            """\
            a.yml:2:7: error[yaml-syntax]: this `[` is not closed
               2 | tags: [a, [b]
                 |       ^
                 = help: add `,` or `]`
            """,
        ),
        (
            "kind: source\nparams: {",
            """\
            a.yml:2:9: error[yaml-syntax]: this `{` is not closed
               2 | params: {
                 |         ^
                 = help: add `,` or `}`
            """,
        ),
        (
            "kind: source\ntags: [a, , b]\n",
            """\
            a.yml:2:11: error[yaml-syntax]: a value is missing here
               2 | tags: [a, , b]
                 |           ^
                 = help: write it, or take out the comma
            """,
        ),
        (
            "kind: source\nname: 'x\n",
            """\
            a.yml:2:7: error[yaml-syntax]: this quote is not closed
               2 | name: 'x
                 |       ^
                 = help: add the closing quote
            """,
        ),
        (
            "kind: source\nname: @x\n",
            """\
            a.yml:2:7: error[yaml-syntax]: a value cannot begin with `@`
               2 | name: @x
                 |       ^
                 = help: put quotes around the value
            """,
        ),
        (
            "kind: a\n---\nkind: b\n",
            """\
            a.yml:2:1: error[yaml-syntax]: the file holds more than one document
               2 | ---
                 | ^
                 = help: write one spec a file, without `---`
            """,
        ),
        (
            "kind: source\nname: x\nkind: transform\n",
            """\
            a.yml:3:1: error[duplicate-key]: the key `kind` stands twice in one mapping
               3 | kind: transform
                 | ^^^^
            a.yml:1:1: note: the first one
               1 | kind: source
                 | ^^^^
                 = help: keep one of them
            """,
        ),
        (
            "kind: source\nparams: {day: {{ run_date }}}\n",
            """\
            a.yml:2:16: error[yaml-syntax]: a value that begins with `{{` is read as a mapping
               2 | params: {day: {{ run_date }}}
                 |                ^^^^^^^^^^^^
                 = help: put quotes around it, as "{{ run_date }}"
            """,
        ),
        (
            "kind: source\nname: *base\n",
            """\
            a.yml:2:7: error[yaml-syntax]: this alias has no anchor
               2 | name: *base
                 |       ^
                 = help: define it before, as `key: &name value`
            """,
        ),
        (
            "kind: source\nloop: &a [*a]\n",
            """\
            a.yml:2:7: error[yaml-syntax]: the values nest without end
               2 | loop: &a [*a]
                 |       ^^^^^^^
                 = help: untie the aliases
            """,
        ),
        (
            "kind: source\nname: !!python/name:os.system x\n",
            """\
            a.yml:2:7: error[yaml-syntax]: the tag `!!python/name:os.system` has no meaning
               2 | name: !!python/name:os.system x
                 |       ^^^^^^^^^^^^^^^^^^^^^^^^^
                 = help: take it out
            """,
        ),
        (
            "- kind: source\n",
            """\
            a.yml:1:3: error[wrong-type]: the file holds a list where a mapping is expected
               1 | - kind: source
                 |   ^^^^
                 = help: one file is one mapping of keys and values, as `kind: source`
            """,
        ),
        (
            "# nothing\n",
            """\
            a.yml:1:1: error[empty-file]: the file holds no spec
               1 | # nothing
                 | ^
                 = help: a spec starts with `kind:` and `name:`
            """,
        ),
        (
            "name: x\n",
            """\
            a.yml:1:7: error[missing-key]: the spec has no `kind`
               1 | name: x
                 |       ^
                 = help: name what the file defines, as `kind: source`
            """,
        ),
    ],
    ids=[
        "tab",
        "colon",
        "bracket",
        "bracket-at-the-end",
        "brace-at-the-end",
        "comma",
        "quote",
        "reserved",
        "documents",
        "duplicate",
        "braces",
        "alias",
        "cycle",
        "tag",
        "list",
        "empty",
        "no-kind",
    ],
)
def test_what_is_not_a_spec_is_said_in_words(text, expected):
    assert complaint(text) == dedent(expected)


def test_many_aliases_of_aliases_are_refused_quickly():
    lines = ["kind: x", "a0: &a0 [" + ", ".join("x" * 9) + "]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 9) + "]" for i in range(1, 10)]
    assert "the values nest without end" in complaint("\n".join(lines))
