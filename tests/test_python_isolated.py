"""Functions in a process of their own: what they import, print and return, and how they fail."""

from __future__ import annotations

import json
import os
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from seeknal.runtime.python import isolated
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.environment import lacking
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.isolated import run_isolated
from seeknal.runtime.python.process import Ended, run_process
from seeknal.runtime.python.uv import find_uv

# One environment for all tests that need one: uv keeps it after the first.
PINS = ("seeknal", "pandas==2.2.3", "duckdb==1.1.3", "six==1.16.0")

NODES = '''\
"""Nodes."""
import os
import sys


def versions(ctx):
    import duckdb, pandas, pyarrow, six
    import seeknal.pipeline
    from seeknal.pipeline import FeatureFrame
    import seeknal.runtime.feature_frame

    absent = []
    for name in ("pytest", "sqlfluff", "hypothesis", "uv"):
        try:
            __import__(name)
        except ImportError:
            absent.append(name)
    modules = (duckdb, pandas, six, pyarrow, seeknal.pipeline)
    return pandas.DataFrame(
        {
            "name": [each.__name__ for each in modules],
            "version": [getattr(each, "__version__", "") for each in modules],
            "file": [each.__file__ for each in modules],
            "prefix": sys.prefix,
            "absent": " ".join(absent),
            "last": sys.path[-1],
        }
    )


def joined(ctx):
    import pandas

    from seeknal.pipeline import FeatureFrame

    rows = pandas.DataFrame({"id": [1, 1], "event_time": pandas.to_datetime(
        ["2026-01-01", "2026-01-20"]), "total": [10, 20]})
    spine = pandas.DataFrame({"id": [1, 2], "day": pandas.to_datetime(["2026-01-10"] * 2)})
    return FeatureFrame(rows, "customer", ["id"], "event_time").pit_join(spine, "day")


def nothing(ctx):
    print("as", os.environ["SEEKNAL_PARAM_WHO"], "in", os.environ["SEEKNAL_PROJECT_PATH"])
    print(os.getcwd(), file=sys.stderr)


def fails(ctx):
    raise ValueError("no orders")


def sleeps(ctx):
    import time

    print("asleep", flush=True)
    time.sleep(60)


def killed(ctx):
    import signal

    print("last words", file=sys.stderr)
    os.kill(os.getpid(), signal.SIGKILL)


def vanishes(ctx):
    os._exit(3)


def leaves(ctx):
    sys.exit("enough")
'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "seeknal").mkdir(parents=True)
    (root / "seeknal" / "nodes.py").write_text(NODES, "utf-8")
    return root


class Ran:
    """A call and the lines that it printed."""

    def __init__(self, root: Path, function: str, *, pins: tuple[str, ...] = PINS, **given: Any):
        self.call = Call(
            node_id=f"transform.{function}",
            file=root / "seeknal" / "nodes.py",
            function=function,
            root=root,
            target=root / "target",
            dependencies=pins,
            **given,
        )
        self.scratch = root / "target" / "scratch"
        self.lines: list[tuple[str, bool]] = []

    def run(self) -> Path | None:
        reason = lacking(self.call) or "nothing"
        return run_isolated(self.call, reason, lambda *line: self.lines.append(line), self.scratch)

    def failure(self) -> PythonFailed:
        with pytest.raises(PythonFailed) as caught:
            self.run()
        return caught.value


def table(path: Path | None) -> pa.Table:
    assert path is not None
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


# -- with uv ---------------------------------------------------------------------------------


def test_pins_are_what_is_imported_and_nothing_leaks(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of a user's own project and its environment nothing is seen.
    (shop / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n', "utf-8")
    import duckdb

    import seeknal

    own = Path(str(seeknal.__file__)).parent
    site = Path(duckdb.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{own.parent}{os.pathsep}{site}")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    ran = Ran(shop, "versions")
    rows = table(ran.run()).to_pylist()
    versions = {row["name"]: row["version"] for row in rows}
    assert (versions["duckdb"], versions["pandas"], versions["six"]) == ("1.1.3", "2.2.3", "1.16.0")
    for row in rows[:-1]:
        assert not Path(row["file"]).is_relative_to(site), row
        assert "site-packages" in row["file"]
    assert {row["absent"] for row in rows} == {"pytest sqlfluff hypothesis uv"}
    assert {row["prefix"] for row in rows}.isdisjoint({sys.prefix, sys.base_prefix})
    assert {row["last"] for row in rows} == {str(ran.scratch / "lent")}
    assert Path(rows[-1]["file"]).resolve() == own / "pipeline" / "__init__.py"
    assert ran.lines == []
    assert not (shop / ".venv").exists() and not (shop / "uv.lock").exists()


def test_frames_are_joined_with_pinned_packages(shop: Path) -> None:
    assert table(Ran(shop, "joined").run()).column("total").to_pylist() == [10, None]


def test_nothing_is_returned_and_lines_are_printed(shop: Path) -> None:
    ran = Ran(shop, "nothing", params={"who": "me"}, output=False)
    assert ran.run() is None
    assert sorted(ran.lines) == sorted([(f"as me in {shop}", False), (str(shop), True)])


def test_a_failure_comes_back_as_it_was_raised(shop: Path) -> None:
    error = Ran(shop, "fails").failure()
    assert "no orders" in f"{error.message} {error.detail}"


def test_a_call_that_is_too_long_is_stopped(shop: Path) -> None:
    ran = Ran(shop, "sleeps", timeout=2.0)
    started = time.monotonic()
    error = ran.failure()
    assert time.monotonic() - started < 30
    assert error.code == "node-timeout"
    assert error.message == "`sleeps` ran longer than its `timeout` of 2 seconds"
    assert ran.lines == [("asleep", False)]


def test_a_process_that_is_killed(shop: Path) -> None:
    error = Ran(shop, "killed").failure()
    assert error.code == "node-exited"
    assert error.message == (
        "the process of `killed` was ended by SIGKILL before the function returned"
    )
    assert "memory" in error.help
    assert error.detail == "last words"


def test_a_process_that_ends_itself(shop: Path) -> None:
    error = Ran(shop, "vanishes").failure()
    assert (error.code, error.message) == (
        "node-exited",
        "the process of `vanishes` ended with exit status 3 before the function returned",
    )


def test_a_function_that_ends_python(shop: Path) -> None:
    assert Ran(shop, "leaves").failure().code == "node-exited"


# -- without -----------------------------------------------------------------------------------


def test_uv_is_missing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_uv()
    monkeypatch.setitem(sys.modules, "uv", None)
    assert find_uv() is None
    error = Ran(shop, "nothing", pins=("six==1.16.0",)).failure()
    assert (error.code, error.message) == (
        "uv-missing",
        "six is not installed, the file asks for six==1.16.0, and uv, which would install that "
        "apart, is not there",
    )
    assert "pip install uv" in error.help


def test_a_version_that_is_not_there(shop: Path) -> None:
    ran = Ran(shop, "nothing", pins=("idna", "six==99.0"))
    error = ran.failure()
    assert (error.code, error.message) == ("cannot-install", "`six==99.0` cannot be installed")
    assert "six==99.0" in error.detail
    assert ran.lines == []


def test_a_python_that_is_not_there(shop: Path) -> None:
    error = Ran(shop, "nothing", requires_python=">=3.39").failure()
    assert error.code == "cannot-install"
    assert error.message.startswith("no Python >=3.39 is there")


def test_a_seeknal_that_is_not_the_running_one(shop: Path) -> None:
    error = Ran(shop, "nothing", pins=("seeknal>=99",)).failure()
    assert error.code == "cannot-install"
    assert error.message == "seeknal 0.1.0 is installed, the file asks for seeknal>=99"


def test_without_a_network_what_uv_has_kept_is_used(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that nobody answers for, after the environment was made."""
    Ran(shop, "nothing", params={"who": "me"}, output=False).run()
    asked: list[bool] = []
    real = isolated.uv_command

    def unreachable(*given: Any, offline: bool) -> list[str]:
        asked.append(offline)
        command = real(*given, offline=offline)
        at = command.index("--with")
        # `--refresh` asks the index again, as uv does by itself some minutes after it has asked.
        return command if offline else [*command[:at], "--refresh", *command[at:]]

    monkeypatch.setattr(isolated, "uv_command", unreachable)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    ran = Ran(shop, "nothing", params={"who": "me"}, output=False)
    assert ran.run() is None
    assert asked == [False, True]
    assert len(ran.lines) == 2


# -- inputs ------------------------------------------------------------------------------------


def test_inputs_are_arrow_files_with_the_same_rows(tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "orders.parquet"
    duckdb.execute(
        "COPY (SELECT i AS id, 'é' || i AS name, DATE '2026-01-01' + i::INT AS day, "
        "i::DECIMAL(9, 2) AS amount, {'a': i, 'b': [i, NULL]} AS nested, "
        "TIMESTAMPTZ '2026-01-01' AS at FROM range(200000) t(i)) "
        f"TO '{file}' (FORMAT parquet)"
    )
    written = isolated._export({"source.orders": file}, tmp_path / "inputs")
    copy = written["source.orders"]
    assert copy == tmp_path / "inputs" / "source.orders.arrow"
    import pyarrow.parquet as pq

    assert table(copy).equals(pq.read_table(file))
    with pa.memory_map(str(copy)) as source:
        assert pa.ipc.open_file(source).num_record_batches > 1
    assert isolated._export(written, tmp_path / "again") == written


def test_inputs_without_rows(tmp_path: Path) -> None:
    import duckdb

    file = tmp_path / "orders.parquet"
    duckdb.execute(f"COPY (SELECT 1 AS id WHERE false) TO '{file}' (FORMAT parquet)")
    copy = isolated._export({"source.orders": file}, tmp_path / "inputs")["source.orders"]
    assert (table(copy).num_rows, table(copy).column_names) == (0, ["id"])


# -- processes -----------------------------------------------------------------------------------

BEGIN = "import os, sys, time, subprocess\nos.write(2, b'\\nMARK\\n')\n"


def python(
    code: str, folder: Path, timeout: float = 60, on_line: Any = None
) -> tuple[Ended, list[tuple[str, bool]]]:
    lines: list[tuple[str, bool]] = []
    ended = run_process(
        [sys.executable, "-c", code],
        folder=folder,
        variables=dict(os.environ),
        marker="MARK",
        timeout=timeout,
        on_line=on_line or (lambda *line: lines.append(line)),
    )
    return ended, lines


def gone(pid: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_lines_come_one_by_one(tmp_path: Path) -> None:
    code = BEGIN + (
        "for i in range(3):\n    print('é', i, flush=True)\n    time.sleep(0.3)\n"
        "sys.stderr.write('no end\\rof a line')"
    )
    seen: list[float] = []
    lines: list[str] = []

    def on_line(text: str, is_stderr: bool) -> None:
        seen.append(time.monotonic())
        lines.append(text)

    ended, _ = python(code, tmp_path, on_line=on_line)
    assert lines == ["é 0", "é 1", "é 2", "no end\rof a line"]
    assert seen[2] - seen[0] > 0.4
    assert (ended.status, ended.began, ended.timed_out) == (0, True, False)
    assert ended.tail == ("no end\rof a line",)


def test_what_comes_before_the_marker_is_kept_apart(tmp_path: Path) -> None:
    code = "import os, sys\nos.write(2, b'resolving\\n')\n" + BEGIN + "print('x', file=sys.stderr)"
    ended, lines = python(code, tmp_path)
    assert lines == [("x", True)]
    assert [line for line in ended.before if line] == ["resolving"]


def test_a_lot_of_lines_takes_no_memory(tmp_path: Path) -> None:
    count = 0

    def on_line(text: str, is_stderr: bool) -> None:
        nonlocal count
        count += len(text) + 1

    code = BEGIN + "for stream in (sys.stdout, sys.stderr):\n    for i in range(100_000):\n"
    code += "        stream.write('x' * 99 + '\\n')\nsys.stdout.write('y' * 10_000_000)"
    tracemalloc.start()
    try:
        ended, _ = python(code, tmp_path, on_line=on_line)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count >= 30_000_000
    assert peak < 2_000_000
    assert len(ended.tail) == 40


def test_installing_does_not_count(tmp_path: Path) -> None:
    ended, lines = python(
        "import time\ntime.sleep(1)\n" + BEGIN + "print(1)", tmp_path, timeout=0.9
    )
    assert (ended.timed_out, lines) == (False, [("1", False)])


@pytest.mark.parametrize(
    "ending", ["time.sleep(60)", "pass", "os._exit(1)", "os.close(1), os.close(2), time.sleep(60)"]
)
def test_what_a_process_started_ends_with_it(ending: str, tmp_path: Path) -> None:
    code = BEGIN + (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"print(child.pid, flush=True)\n{ending}"
    )
    started = time.monotonic()
    ended, lines = python(code, tmp_path, timeout=1.5)
    assert time.monotonic() - started < 15
    assert ended.timed_out == ("sleep" in ending)
    assert gone(int(lines[0][0]))


def test_a_process_that_does_not_heed_a_signal_is_killed(tmp_path: Path) -> None:
    code = BEGIN + (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(os.getpid(), flush=True)\ntime.sleep(60)"
    )
    ended, lines = python(code, tmp_path, timeout=1.0)
    assert ended.timed_out
    assert gone(int(lines[0][0]))


def test_an_interrupt_ends_the_process(tmp_path: Path) -> None:
    pids: list[int] = []

    def on_line(text: str, is_stderr: bool) -> None:
        pids.append(int(text))
        raise KeyboardInterrupt

    code = BEGIN + "print(os.getpid(), flush=True)\ntime.sleep(60)"
    with pytest.raises(KeyboardInterrupt):
        python(code, tmp_path, on_line=on_line)
    assert gone(pids[0])


def test_what_an_isolated_process_imports_is_small() -> None:
    code = (
        "import sys, json; before = set(sys.modules)\n"
        "import seeknal.pipeline, seeknal.runtime.python.child\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) - sys.stdlib_module_names == {"seeknal"}
