"""Reading a project: what is found where, and what is said of the whole."""

import gc
from pathlib import Path

import pytest

from seeknal.compiler.findings import Findings
from seeknal.compiler.project import Project, load_project
from seeknal.compiler.project_files import project_stamps
from seeknal.compiler.project_heads import head_of
from seeknal.compiler.render_findings import file_reader, render

SOURCE = "kind: source\nname: {name}\nsource: csv\ntable: data/{name}.csv\n"
TRANSFORM = "kind: transform\nname: {name}\ninputs: [{{ref: {ref}}}]\ntransform: SELECT 1\n"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def load(root: Path, only: list[str] | None = None) -> tuple[Project, str]:
    findings = Findings()
    project = load_project(root, findings, only)
    return project, render(findings, file_reader(root))


def source(name: str) -> str:
    return SOURCE.format(name=name)


def transform(name: str, ref: str) -> str:
    return TRANSFORM.format(name=name, ref=ref)


def test_specs_come_from_every_folder_but_common_in_sorted_order(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/z/last.yml": source("last"),
            "seeknal/first.yml": source("first"),
            "seeknal/a/b/c/deep.yml": source("deep"),
            "seeknal/common/rules.yml": "rules: [{id: valid, value: x > 0}]\n",
            "seeknal/.hidden/x.yml": "junk: [",
            "seeknal/notes.md": "junk",
            "other/x.yml": "junk: [",
        },
    )
    project, said = load(root)
    assert said == ""
    assert list(project.specs) == ["source.deep", "source.first", "source.last"]
    assert project.documents.keys() == project.specs.keys()
    assert project.documents["source.deep"].file == "seeknal/a/b/c/deep.yml"
    assert project.name == tmp_path.name
    assert project.vars == {}


def test_the_project_file_gives_name_and_variables(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/a.yml": source("a"),
            "seeknal_project.yml": "name: shop\nversion: 1.0.0\nprofile: default\n"
            "config-version: 1\nstate_backend: file\nvars: {floor: 10, day: 2026-01-01}\n",
        },
    )
    project, said = load(root)
    assert said == ""
    assert (project.name, project.vars) == ("shop", {"floor": 10, "day": "2026-01-01"})


def test_common_entries_are_keyed_as_they_are_written(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/common/sources.yml": "sources:\n- id: events\n  ref: source.sales\n"
            "  params: {idCol: event_id, top: 3}\n- {id: bare}\n",
            "seeknal/common/rules.yml": "rules:\n- id: valid\n  value: x > 0\n",
            "seeknal/common/transformations.yml": "transformations:\n"
            "- id: total\n  sql: '{{events.idCol}} * 2'\n",
        },
    )
    project, said = load(root)
    assert said == ""
    assert {key: sql.value for key, sql in project.common.items()} == {
        "rules.valid": "x > 0",
        "transforms.total": "{{events.idCol}} * 2",
        "transformations.total": "{{events.idCol}} * 2",
        "events.ref": "source.sales",
        "events.idCol": "event_id",
        "events.top": "3",
    }


def test_common_files_are_checked(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/common/rules.yml": "rules:\n- {id: a, valeu: x}\n",
            "seeknal/common/sources.yml": "sources:\n- {id: a}\n- {id: a}\n",
            "seeknal/common/transformations.yml": "transforms: []\n",
        },
    )
    _, said = load(root)
    assert said == (
        "seeknal/common/rules.yml:2:11: error[unknown-key]: `valeu` is not a key of item 1 of "
        "`rules`\n"
        "   2 | - {id: a, valeu: x}\n"
        "     |           ^^^^^\n"
        "     = help: did you mean `value`?\n"
        "\n"
        "seeknal/common/transformations.yml:1:1: error[unknown-key]: `transforms` is not a key of "
        "a file\n"
        "   1 | transforms: []\n"
        "     | ^^^^^^^^^^\n"
        "     = help: did you mean `transformations`?\n"
        "\n"
        "seeknal/common/sources.yml:3:8: error[duplicate-name]: two entries have the id `a`\n"
        "   3 | - {id: a}\n"
        "     |        ^\n"
        "seeknal/common/sources.yml:2:8: note: the first one\n"
        "   2 | - {id: a}\n"
        "     |        ^\n"
        "     = help: rename one of them\n"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("orders", "two files define `source.orders`"),
        ("Orders", "`source.Orders` and `source.orders` differ by case alone"),
    ],
)
def test_two_files_of_one_node(tmp_path, name, message):
    root = write(tmp_path, {"seeknal/a.yml": source("orders"), "seeknal/b.yml": source(name)})
    project, said = load(root)
    assert said == (
        f"seeknal/b.yml:2:7: error[duplicate-node]: {message}\n"
        f"   2 | name: {name}\n"
        "     |       ^^^^^^\n"
        "seeknal/a.yml:2:7: note: the first one\n"
        "   2 | name: orders\n"
        "     |       ^^^^^^\n"
        "     = help: rename one of them\n"
    )
    assert list(project.specs) == ["source.orders"]


def test_all_files_are_checked_before_anything_stops(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/a.yml": source("a").replace("table", "tabel"),
            "seeknal/b.yml": "kind: sorce\nname: b\n",
            "seeknal/c.yml": "kind: [\n",
            "seeknal/d.yml": source("d"),
        },
    )
    (root / "seeknal/e.yml").write_bytes(b"kind: \xff\n")
    project, said = load(root)
    assert [line for line in said.splitlines() if "error[" in line] == [
        "seeknal/e.yml:1:1: error[not-utf8]: the file is not UTF-8 text: byte 6 is 0xff",
        "seeknal/a.yml:4:1: error[unknown-key]: `tabel` is not a key of a source",
        "seeknal/b.yml:1:7: error[unknown-kind]: there is no kind of node `sorce`",
        "seeknal/c.yml:1:7: error[yaml-syntax]: this `[` is not closed",
    ]
    assert list(project.documents) == ["source.a", "source.d"]
    assert list(project.specs) == ["source.d"]


def test_what_is_left_out_is_a_warning(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/rules/r.yml": "kind: rule\nname: r\nrule: {type: range}\n",
            "seeknal/a.yaml": source("a"),
            "seeknal/pipelines/p.py": "",
            "seeknal/pipelines/_helper.py": "",
            "seeknal/templates/t.py": "",
        },
    )
    project, said = load(root)
    assert said == (
        "seeknal/a.yaml:1:1: warning[skipped-file]: the file is not read: specs end in `.yml`\n"
        "   1 | kind: source\n"
        "     | ^\n"
        "     = help: rename it to `a.yml`\n"
        "\n"
        "seeknal/rules/r.yml:1:7: warning[skipped-kind]: `rule.r` is left out: this version does "
        "not run nodes of kind `rule`\n"
        "   1 | kind: rule\n"
        "     |       ^^^^\n"
    )
    assert list(project.skipped) == ["rule.r"]
    assert project.specs == {}


def test_a_folder_without_a_project(tmp_path):
    _, said = load(tmp_path)
    assert said == (
        f"error[no-project]: there is no folder `seeknal` in {tmp_path}\n"
        "     = help: run the command in a project's folder, or start a project with "
        "`seeknal init`\n"
    )


def test_the_files_that_a_compile_depends_on(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/a.yml": "",
            "seeknal/common/rules.yml": "",
            "seeknal_project.yml": "",
            "macros/aggregations/top.sql": "",
            "data/a.csv": "",
            "target/manifest.json": "",
        },
    )
    assert list(project_stamps(root)) == [
        "macros/aggregations/top.sql",
        "seeknal/a.yml",
        "seeknal/common/rules.yml",
        "seeknal_project.yml",
    ]


def test_the_collector_is_left_as_it_was(tmp_path):
    write(tmp_path, {"seeknal/a.yml": source("a")})
    load(tmp_path)
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: source\nname: a\n", "source.a"),
        ("# x\nname: 'a'\nkind: \"source\"   # y\n", "source.a"),
        ("kind: source\r\nname: a\r\n", "source.a"),
        ("kind: source\n", None),
        ("kind: source\nname: a b\n", None),
        ("kind: source\nname: a\nname: b\n", None),
        ("{kind: source, name: a}\n", None),
    ],
)
def test_heads(text, expected):
    head = head_of(text)
    assert (head.id if head else None) == expected


def test_only_what_a_node_needs_is_read(tmp_path):
    root = write(
        tmp_path,
        {
            "seeknal/a.yml": source("a"),
            "seeknal/b.yml": transform("b", "source.a"),
            "seeknal/c.yml": transform("c", "transform.b").replace(
                "SELECT 1", "SELECT {{ e.x }} FROM {{ e.ref }}"
            ),
            "seeknal/d.yml": source("d"),
            "seeknal/e.yml": "kind: source\nname: e\nbroken: [\n",
            "seeknal/f.yml": "{kind: source, name: f, source: csv, table: f.csv}\n",
            "seeknal/common/sources.yml": "sources: [{id: e, ref: source.d, params: {x: y}}]\n",
        },
    )
    project, said = load(root, ["c"])
    assert said == ""
    assert list(project.specs) == ["source.a", "transform.b", "transform.c", "source.d", "source.f"]
    assert project.unread == {"source.e"}
    project, said = load(root, ["transform.b"])
    assert list(project.specs) == ["source.a", "transform.b", "source.f"]
    assert "yaml-syntax" in load(root)[1]
