"""A second-order aggregation over ten million rows: compiled SQL against SQL by hand.

python tests/benchmarks/second_order.py --data DIR
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from measure import (
    CHILDREN,
    COMPARED,
    Contender,
    Measured,
    compared,
    make_data,
    print_machine,
    print_table,
    race,
    run_once,
    seeknal_command,
    sql_script,
    use_two_cores,
    write_project_over,
)

PROJECT = Path(__file__).parent / "second_order"
NODE = "second_order_aggregation.customer_trend"
RUN_DATE = "2026-07-01"
HAND = "SQL by hand"
COMPILED = "compiled SQL"
INLINE = "compiled SQL, --inline"
RUN_NODE = "seeknal run --nodes customer_trend"
RUN_ALL = "seeknal run --full"
COMPILED_FILES = {COMPILED: "compiled", INLINE: "compiled_inline"}
WHAT = {
    HAND: "read parquet, aggregate, write parquet",
    COMPILED: "the same by the text of `seeknal compile`",
    INLINE: "the same, and what the source promises: types, no NaN",
    RUN_NODE: "aggregate, check, count, publish",
    RUN_ALL: "the same, and read the source into the project first",
}


def main() -> None:
    """Make the data, run the contenders in turn, compare their rows, print the table."""
    options = arguments()
    use_two_cores()
    print_machine(["seeknal", "duckdb"])
    scratch = nullcontext(options.data) if options.data else tempfile.TemporaryDirectory()
    with scratch as folder:
        root = Path(folder).resolve()
        root.mkdir(parents=True, exist_ok=True)
        contenders = prepare(root, options.rows, options.ids)
        results = {HAND: root / "by_hand.parquet"}
        results |= {name: root / f"{file}.parquet" for name, file in COMPILED_FILES.items()}
        if options.sql_only:
            contenders = [contender for contender in contenders if contender.name in results]
        else:
            results[RUN_NODE] = published(root / "project")
        measured = race(contenders, options.rounds)
        compare_rows(results)
    show(measured)
    print(f"\nThe rows of all {len(results)} results agree.")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="keep data here (default: a temporary folder)")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--ids", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sql-only", action="store_true", help="leave `seeknal run` out")
    return parser.parse_args()


def prepare(root: Path, rows: int, ids: int) -> list[Contender]:
    """The data and the project on disk; the contenders over them."""
    texts = {"rows": str(rows), "ids": str(ids)}
    orders = make_data(root / f"orders_{rows}_{ids}.parquet", PROJECT / "orders.sql", texts)
    project = write_project_over(root / "project", PROJECT, {"orders": orders})
    seeknal = seeknal_command()
    full = Contender(RUN_ALL, [seeknal, "run", "--full", "--date", RUN_DATE], project)
    node = Contender(RUN_NODE, [seeknal, "run", "--nodes", NODE, "--date", RUN_DATE], project)
    hand = {"orders": str(orders), "result": str(root / "by_hand.parquet")}
    return [
        sql_script(root / "by_hand.sql", HAND, PROJECT / "by_hand.sql", hand),
        compiled(root, project, COMPILED),
        compiled(root, project, INLINE, "--inline"),
        full,
        node,
    ]


def compiled(root: Path, project: Path, name: str, *options: str) -> Contender:
    """A script of the statement that the compiler prints, read by DuckDB alone.

    Without `--inline` it reads the source under its relation's name, here a view of the file.
    """
    command = [str(seeknal_command()), "compile", NODE, *options, "--date", RUN_DATE]
    text = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout
    result = root / f"{COMPILED_FILES[name]}.parquet"
    script = result.with_suffix(".sql")
    script.write_text(
        "CREATE VIEW source_orders AS FROM read_parquet('orders.parquet');\n"
        f"COPY (\n{text}\n) TO '{result}' (FORMAT parquet)\n"
    )
    return Contender(name, [sys.executable, CHILDREN / "run_sql.py", script], project)


def published(project: Path) -> Path:
    """The result of the node in the project."""
    return project / "target" / "intermediate" / f"{NODE.replace('.', '_', 1)}.parquet"


def compare_rows(results: dict[str, Path]) -> None:
    """Stop unless every result holds the rows of the first."""
    first, *others = results.items()
    for name, file in others:
        command = [sys.executable, CHILDREN / "same_rows.py", "customer_id", first[1], file]
        run_once(Contender(f"rows of {name} against {first[0]}", command, file.parent))


def show(measured: dict[str, Measured]) -> None:
    """One line a contender, each against the SQL by hand."""
    peer = measured[HAND]
    rows = [
        [name, what, *compared(measured[name], peer), "1.05" if name in COMPILED_FILES else ""]
        for name, what in WHAT.items()
        if name in measured
    ]
    heads = ["contender", "what", *COMPARED, "goal"]
    print_table(heads, rows)


if __name__ == "__main__":
    main()
