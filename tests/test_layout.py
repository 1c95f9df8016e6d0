"""The shape of the code: imports go one way, the command line starts light, files stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {
    "compiler": "seeknal.compiler",
    "macros": "seeknal.macros",
    "runtime": "seeknal.runtime",
    "seeknal": "seeknal",
}
MAX_LINES = 400

# The stages of the compiler from the top down, as in compiler/__init__.py. A module imports from
# its own stage and from those above. A name stands for a module, or for all modules of a folder;
# the longest name that fits decides.
STAGES = (
    (
        "said everywhere",
        "toolchain options findings types records suggest collector codes durations windows "
        "features kinds.spec relation_names render_findings",
    ),
    ("documents", "yaml_text document"),
    ("specs", "schema_accept schema_words schema_check kinds"),
    (
        "projects",
        "project_files project_heads project environ parameters parameters_values parameters_jinja "
        "python",
    ),
    ("macros", "macro_header macro_body macro_render macro_cache macros"),
    ("the model", "select_nodes readers discover model checked window_shapes resolve"),
    ("leakage", "leakage"),
    ("plans", "plan planning"),
    ("better plans", "rewrites"),
    ("trees", "dialects lower"),
    (
        "text",
        "printers layout lineage artifact run_forms guarded staged adapt compile_node",
    ),
    ("the whole", "compilation stages build frame_join serving"),
)
STAGE_OF = {name: number for number, (_, names) in enumerate(STAGES) for name in names.split()}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the package by its full name; the links in seeknal/ are passed over."""
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            if folder == "seeknal" and parts[0] in FOLDERS:
                continue
            yield ".".join((package, *(part for part in parts if part != "__init__"))), path


MODULES = dict(modules())


def imports(path: Path) -> Iterator[str]:
    """The full names that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else node.module


def stage(module: str) -> int:
    """The stage of a module of the compiler."""
    parts = module.removeprefix("seeknal.compiler.").split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in STAGE_OF:
            return STAGE_OF[name]
    raise AssertionError(f"{module} has no stage: add it to STAGES")


@pytest.mark.parametrize(
    "module", [name for name in MODULES if name.startswith("seeknal.compiler.")]
)
def test_a_stage_imports_from_itself_and_from_those_above(module: str) -> None:
    below = [
        name
        for name in imports(MODULES[module])
        if name.startswith("seeknal.compiler.") and stage(name) > stage(module)
    ]
    assert not below, f"{module} is a module of {STAGES[stage(module)][0]}"


def test_every_stage_is_there() -> None:
    names = {name.removeprefix("seeknal.compiler.") for name in MODULES}
    assert STAGE_OF.keys() <= names


@pytest.mark.parametrize(
    ("package", "never"),
    [
        ("seeknal.compiler", ("seeknal.runtime", "seeknal.commands", "seeknal.cli")),
        ("seeknal.macros", ("seeknal.",)),
        ("seeknal.runtime", ("seeknal.commands", "seeknal.cli")),
    ],
)
def test_nothing_imports_from_what_is_built_on_it(package: str, never: tuple[str, ...]) -> None:
    for module, path in MODULES.items():
        if module.startswith(package):
            wrong = [name for name in imports(path) if name.startswith(never)]
            assert not wrong, module


def test_the_parts_are_imported_by_their_whole_name() -> None:
    cases = ROOT / "tests" / "cases" / "errors"
    tests = [p for p in (ROOT / "tests").rglob("*.py") if not p.is_relative_to(cases)]
    for path in [*MODULES.values(), *tests]:
        bare = {name.partition(".")[0] for name in imports(path)} & {
            "compiler",
            "macros",
            "runtime",
        }
        assert not bare, path


def loaded(code: str) -> set[str]:
    """The modules that are there once a piece of code has run in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_pipeline_that_users_import_loads_nothing_heavy() -> None:
    added = loaded("import seeknal.pipeline") - loaded("pass")
    foreign = {name.partition(".")[0] for name in added} - set(sys.stdlib_module_names)
    assert foreign == {"seeknal"}


def test_the_command_line_loads_click_and_nothing_heavy() -> None:
    added = loaded("import seeknal.cli") - loaded("pass")
    foreign = {name for name in added if name.partition(".")[0] not in sys.stdlib_module_names}
    own = {name for name in foreign if name.partition(".")[0] == "seeknal"}
    assert {name.partition(".")[0] for name in foreign - own} == {"click"}
    assert {name for name in own if not name.startswith("seeknal.commands")} == {
        "seeknal",
        "seeknal.cli",
    }
    assert not added & {"asyncio", "importlib.metadata", "json", "logging", "sqlite3", "subprocess"}


def test_files_stay_small() -> None:
    lines = {module: len(path.read_text().splitlines()) for module, path in MODULES.items()}
    assert {module: count for module, count in lines.items() if count > MAX_LINES} == {}
