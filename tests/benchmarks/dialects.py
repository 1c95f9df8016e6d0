"""What a dialect adds to the time of a compilation: CPU seconds of a project of many views.

`python -m tests.benchmarks.dialects [VIEWS]` compiles one project for every dialect, each in a
process of its own, `ROUNDS` times in turn, and prints the least time and its ratio to DuckDB's.
Modules are read as they are where seeknal is installed: compiled, whatever the environment says.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from seeknal.compiler.dialects.registry import ALL
from tests.benchmarks.scale_project import write_project

VIEWS = 100
ROUNDS = 3
_CHILD = """
import sys, time
from datetime import date
from pathlib import Path
from seeknal.compiler.build import Options, compile_project
from seeknal.compiler.collector import collector_paused
options = Options(run_date=date(2026, 1, 31), dialect=sys.argv[2])
began = time.process_time()
with collector_paused():
    compile_project(Path(sys.argv[1]), options)
print(time.process_time() - began)
"""


def seconds(root: Path, dialect: str, compiled: Path) -> float:
    """CPU seconds of one compilation, imports of the stages counted, those of Python not.

    `compiled` is a folder for the modules' bytecode.
    """
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(root), dialect],
        capture_output=True,
        text=True,
        check=True,
        env=environ,
    )
    return float(done.stdout)


def main(views: int) -> None:
    """Measure every dialect and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        root, compiled = Path(folder, "project"), Path(folder, "compiled")
        write_project(root, views)
        # The first ones fill the caches of the project and the modules', which later ones find.
        for dialect in ALL:
            seconds(root, dialect, compiled)
        found: dict[str, float] = dict.fromkeys(ALL, float("inf"))
        for _ in range(ROUNDS):
            for dialect in ALL:
                found[dialect] = min(found[dialect], seconds(root, dialect, compiled))
    print(f"{views} views")
    for dialect, took in found.items():
        print(f"{dialect:<12} {took:6.2f} s   {took / found['duckdb']:.2f} x duckdb")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else VIEWS)
