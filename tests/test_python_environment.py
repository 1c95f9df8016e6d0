"""What a Python file asks for, and whether the running environment has it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal.compiler.findings import Findings
from seeknal.compiler.python.metadata import (
    _PLAIN,
    _PLAIN_PYTHON,
    Metadata,
    read_metadata,
)
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.environment import lacking, seeknal_conflict
from seeknal.runtime.python.requirements import CONTEXT_NEEDS, isolated_requirements
from seeknal.runtime.python.uv import cannot_install, uv_command, uv_variables
from seeknal.runtime.python.variables import call_variables
from seeknal.runtime.python.wire import call_from_json, call_to_json

FILE = "seeknal/nodes.py"
RUNNING = ".".join(map(str, sys.version_info[:3]))


def read(text: str) -> tuple[Metadata, Findings]:
    findings = Findings()
    return read_metadata(FILE, text, findings), findings


def call(*dependencies: str, requires_python: str = "", **given: Any) -> Call:
    folder = Path("/shop")
    return Call(
        node_id="transform.clean",
        file=folder / FILE,
        function="clean",
        root=folder,
        target=folder / "target",
        dependencies=dependencies,
        requires_python=requires_python,
        **given,
    )


# -- the block -------------------------------------------------------------------------------


BLOCK = '''\
"""Nodes."""
# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "seeknal",  # "no" requirement
#     'pandas==2.2.3',
#
#     "duckdb[all]>=1,<2",
# ]
# ///
import pandas
'''


@pytest.mark.parametrize("text", [BLOCK, BLOCK.replace("\n", "\r\n")])
def test_a_block_is_read_with_places(text: str) -> None:
    found, findings = read(text)
    assert not len(findings)
    assert found.requires_python == ">=3.11"
    assert [str(each) for each in found.dependencies] == [
        "seeknal",
        "pandas==2.2.3",
        "duckdb[all]>=1,<2",
    ]
    lines = text.splitlines()
    for each in found.dependencies:
        place = each.place
        assert place.file == FILE
        start = place.column - 1
        assert lines[place.line - 1][start : start + place.length] == each.value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "import pandas\n",
        "# a // comment /// here\n",
        "# /// other\n# dependencies = 3\n# ///\n",
        "# /// script\n#\n# ///\n",
        'TEXT = """\n    # /// script\n    """\n',
    ],
)
def test_no_metadata(text: str) -> None:
    found, findings = read(text)
    assert (found, len(findings)) == (Metadata(), 0)


def test_toml_without_its_space_keeps_its_columns() -> None:
    # The PEP takes `#` alone for an empty line and nothing else without a space.
    found, findings = read('# /// script\n# dependencies=["six"]\n#\n# ///')
    assert not len(findings)
    place = found.dependencies[0].place
    assert (place.line, place.column, place.length) == (2, 18, 3)


BAD = [
    (
        '# /// script\n# dependencies = ["six"]\nimport six\n',
        "bad-metadata",
        (1, 1, 12),
        "this block of inline metadata is not closed",
    ),
    (
        "x = 1\n# /// script\n# ///\n\n# /// script\n# ///\n",
        "bad-metadata",
        (5, 1, 12),
        "the file has two blocks of inline metadata",
    ),
    (
        "# /// script\n# /// script\n# ///\n",
        "bad-metadata",
        (2, 1, 12),
        "the file has two blocks of inline metadata",
    ),
    (
        "#/// script\n# dependencies = []\n# ///\n",
        "bad-metadata",
        (1, 1, 11),
        "`#/// script` does not open a block of inline metadata",
    ),
    (
        "# /// script\n# dependencies = [six]\n# ///\n",
        "bad-metadata",
        (2, 19, 1),
        "the inline metadata is not TOML: invalid value",
    ),
    (
        '# /// script\n# dependencies = ["six"\n# ///\n',
        "bad-metadata",
        (2, 24, 1),
        "the inline metadata is not TOML: unclosed array",
    ),
    (
        '# /// script\n# dependencies = "six"\n# ///\n',
        "bad-metadata",
        (2, 3, 12),
        "`dependencies` is not a list",
    ),
    (
        '# /// script\n# dependencies = ["six", 3]\n# ///\n',
        "bad-metadata",
        (2, 3, 12),
        "`dependencies` holds 3, which is no text",
    ),
    (
        '# /// script\n# dependencies = ["six", "pandas=2.2.3"]\n# ///\n',
        "bad-requirement",
        (2, 27, 12),
        "`pandas=2.2.3` is not a requirement: ",
    ),
    (
        '# /// script\n# dependencies = [""]\n# ///\n',
        "bad-requirement",
        (2, 20, 1),
        "`` is not a requirement: ",
    ),
    (
        "# /// script\n# requires-python = 3.11\n# ///\n",
        "bad-metadata",
        (2, 3, 15),
        "`requires-python` is no text",
    ),
    (
        '# /// script\n# requires-python = "3.11"\n# ///\n',
        "bad-requirement",
        (2, 22, 4),
        "`3.11` says no versions of Python",
    ),
    (
        '# /// script\n# requires-python = "==3.10.*"\n# ///\n',
        "bad-requirement",
        (2, 22, 8),
        "`==3.10.*` allows no Python that seeknal runs on",
    ),
]


@pytest.mark.parametrize(("text", "code", "where", "message"), BAD)
def test_a_bad_block(text: str, code: str, where: tuple[int, int, int], message: str) -> None:
    _, findings = read(text)
    (finding,) = findings
    assert finding.code == code
    assert finding.message.startswith(message)
    assert finding.help
    place = finding.place
    assert place and (place.line, place.column, place.length) == where


def test_the_line_that_breaks_a_block_is_shown() -> None:
    _, findings = read("# /// script\n# dependencies = []\n#///\n")
    (finding,) = findings
    assert [(place.line, note) for place, note in finding.related] == [
        (3, "this line is no line of the block")
    ]


def test_what_is_right_is_kept_beside_what_is_wrong() -> None:
    found, findings = read('# /// script\n# dependencies = ["six", "a b", "idna"]\n# ///\n')
    assert [str(each) for each in found.dependencies] == ["six", "idna"]
    assert len(findings) == 1


def test_settings_of_uv_are_said_to_do_nothing() -> None:
    _, findings = read('# /// script\n# dependencies = []\n# [tool.uv]\n# index-url = "x"\n# ///\n')
    (finding,) = findings
    assert (finding.code, finding.severity, finding.place and finding.place.line) == (
        "ignored-field",
        "warning",
        3,
    )


@pytest.mark.parametrize("versions", [">=3.11", "~=3.11", ">3.12.4", ">=3.9,<3.13", "!=3.11.2"])
def test_versions_of_python(versions: str) -> None:
    found, findings = read(f'# /// script\n# requires-python = "{versions}"\n# ///\n')
    assert (found.requires_python, len(findings)) == (versions, 0)


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_plain_requirements_are_those_of_the_pep(text: str) -> None:
    from packaging.requirements import Requirement

    Requirement(text)


@given(st.from_regex(_PLAIN_PYTHON, fullmatch=True))
def test_plain_versions_of_python_allow_one(text: str) -> None:
    from packaging.specifiers import SpecifierSet

    assert SpecifierSet(text).contains("3.39")


def test_plain_metadata_loads_little() -> None:
    code = (
        "import sys\n"
        "from seeknal.compiler.findings import Findings\n"
        "from seeknal.compiler.python.metadata import read_metadata\n"
        f"found = read_metadata('f.py', {BLOCK.replace('[all]', '')!r}, Findings())\n"
        "print(len(found.dependencies), 'packaging' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["3", "False"]


# -- whether it is there ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "dependencies",
    [
        (),
        ("pytest",),
        ("PyTest>=8",),
        ("seeknal",),
        ("seeknal>=0.0.1",),
        ("seeknal[pandas]",),
        ("six==1.16.0; python_version < '3'",),
        ("coverage[toml]",),
        ("psycopg[binary]>=3",),
    ],
)
def test_satisfied(dependencies: tuple[str, ...]) -> None:
    assert lacking(call(*dependencies, requires_python=f"=={RUNNING}")) is None


def test_another_version_is_installed() -> None:
    assert lacking(call("pytest", "pandas==2.2.3")) == (
        f"pandas {version('pandas')} is installed, the file asks for pandas==2.2.3"
    )


def test_a_package_is_not_installed() -> None:
    assert lacking(call("no-such-thing>=2")) == (
        "no-such-thing is not installed, the file asks for no-such-thing>=2"
    )


def test_what_an_extra_needs_is_not_installed() -> None:
    # Extra "performance" of pandas asks for bottleneck, numba and numexpr.
    reason = lacking(call("pandas[performance]"))
    assert reason and reason.startswith("bottleneck")


def test_a_url_is_never_satisfied() -> None:
    reason = lacking(call("pytest @ git+https://example.test/pytest"))
    assert reason == "pytest is to come from git+https://example.test/pytest"


def test_another_python_is_running() -> None:
    assert lacking(call(requires_python=">=3.99")) == (
        f"Python {RUNNING} is running, the file asks for Python >=3.99"
    )


def test_seeknal_is_the_running_one() -> None:
    assert seeknal_conflict(call("seeknal", "pandas==2.2.3")) is None
    reason = "seeknal 0.1.0 is installed, the file asks for seeknal==99"
    assert seeknal_conflict(call("seeknal==99")) == reason
    assert lacking(call("seeknal==99")) == reason


def test_installed_packages_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = version

    def counted(name: str) -> str:
        asked.append(name)
        return real(name)

    monkeypatch.setattr("importlib.metadata.version", counted)
    for _ in range(3):
        assert lacking(call("pytest>=8", "hypothesis>=6")) is None
    assert asked == ["pytest", "hypothesis"]


# -- what is installed apart -----------------------------------------------------------------


def names(requirements: tuple[str, ...]) -> list[str]:
    from packaging.requirements import Requirement

    return [Requirement(each).name for each in requirements]


def test_ctx_has_what_it_needs() -> None:
    found = isolated_requirements(("six==1.16.0",))
    assert found[0] == "six==1.16.0"
    assert names(found[1:]) == list(CONTEXT_NEEDS)
    assert "sqlglot[c]<31,>=30.30" in found


def test_a_pin_is_the_only_word_on_its_package() -> None:
    found = isolated_requirements(("duckdb==1.1.3", "Pandas==2.2.3", "pyarrow"))
    assert found[:3] == ("duckdb==1.1.3", "Pandas==2.2.3", "pyarrow")
    assert set(names(found[3:])) <= {"pyarrow", "sqlglot"}


def test_a_pin_that_may_be_void_leaves_the_package_there() -> None:
    found = isolated_requirements(('duckdb==1.1.3; sys_platform == "win32"',))
    assert "duckdb" in found


def test_a_file_that_lists_seeknal_has_all_that_seeknal_needs() -> None:
    found = names(isolated_requirements(("seeknal", "jinja2==3.1.2")))
    assert {"click", "jsonschema", "pyyaml", *CONTEXT_NEEDS} <= {name.lower() for name in found}
    assert "seeknal" not in found
    assert found.count("jinja2") == 1
    assert "scikit-learn" not in found
    assert "scikit-learn" in names(isolated_requirements(("seeknal[sklearn]",)))


def test_the_running_python_is_taken_where_it_will_do() -> None:
    command = uv_command("uv", ("six",), "", ["-c", "pass"])
    assert command[command.index("--python") + 1] == sys.executable
    command = uv_command("uv", ("six",), ">=3.99", [])
    assert command[command.index("--python") + 1] == ">=3.99,>=3.11"


def test_no_variable_leads_to_the_packages_of_this_process() -> None:
    found = uv_variables(
        {"PYTHONPATH": "/here", "VIRTUAL_ENV": "/venv", "UV_INDEX_URL": "mirror"}, {"A": "b"}
    )
    assert not found.keys() & {"PYTHONPATH", "VIRTUAL_ENV"}
    assert (found["UV_INDEX_URL"], found["A"]) == ("mirror", "b")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            "cause: Because there is no version of six==99.0 and you require six==99.0, ...",
            "`six==99.0` cannot be installed",
        ),
        (
            "Because numpy-financial was not found in the package registry, ...",
            "`numpy_financial` cannot be installed",
        ),
        (
            "Because pandas==2.2.3 depends on numpy>=1.26.0 and you require pandas==2.2.3 and "
            "numpy==1.20, we can conclude that your requirements are incompatible",
            "`pandas==2.2.3` and `numpy==1.20` cannot be installed together",
        ),
        ("error: No interpreter found for Python >=3.99", "no Python >=3.99 is there"),
        (
            "cause: Failed to download `cpython-3.99.1.tar.gz`\ncause: dns error",
            "no Python >=3.99 is there, and uv cannot install one",
        ),
        ("error: the disk is full", "the packages that the file asks for cannot be installed"),
    ],
)
def test_what_uv_says_names_the_requirement(said: str, message: str) -> None:
    asked = call(
        *("six==99.0", "numpy_financial", "pandas==2.2.3", "numpy==1.20"), requires_python=">=3.99"
    )
    error = cannot_install(asked, ("", said))
    assert error.code == "cannot-install"
    assert error.message.startswith(message)
    assert error.detail == said


# -- what is told ----------------------------------------------------------------------------


def test_a_call_is_the_same_after_its_way() -> None:
    from datetime import date, datetime, time
    from decimal import Decimal

    sent = call(
        "six",
        params={
            "day": date(2026, 1, 31),
            "at": datetime(2026, 1, 31, 12, 30),
            "noon": time(12),
            "rate": Decimal("0.10"),
            "by_number": {1: ["a", None, ("b",)], "$seeknal": True},
        },
        inputs={"source.orders": Path("/shop/target/orders.parquet")},
        sidecars={"feature_group.f": {"entity_name": "customer", "join_keys": ["id"]}},
        entities={"customer": ("feature_group.f",)},
        timeout=2.5,
    )
    assert call_from_json(call_to_json(sent)) == sent


def test_variables_of_a_call() -> None:
    from datetime import date

    given = {"min-amount": 2, "name": 'a "b"', "on": True, "none": None, "day": date(2026, 1, 31)}
    assert call_variables(call(params={**given, "list": [1, "é"]})) == {
        "SEEKNAL_PROJECT_PATH": "/shop",
        "SEEKNAL_PARAM_MIN_AMOUNT": "2",
        "SEEKNAL_PARAM_NAME": 'a "b"',
        "SEEKNAL_PARAM_ON": "true",
        "SEEKNAL_PARAM_NONE": "",
        "SEEKNAL_PARAM_DAY": "2026-01-31",
        "SEEKNAL_PARAM_LIST": '[1, "é"]',
    }
