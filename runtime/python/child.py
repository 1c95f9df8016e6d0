"""The entry of an isolated process: reads a call, makes it, and writes what became of it.

It runs with the packages that the user's file asks for: at import it needs the standard library
alone.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.wire import call_from_json, failure_to_json

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 1 << 16


def main(call_file: str, answer_file: str, output_file: str) -> None:
    """Make the call of a JSON file.

    Writes the result to `output_file` as an Arrow file where there is one, and last of all
    `answer_file`: {"output": bool, "failure": null or the five parts of a PythonFailed}. Another
    exception is a bug of seeknal and ends the process without an answer.
    """
    from seeknal.runtime.python.invoke import invoke

    faulthandler.enable()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A pipe is written in blocks otherwise, and lines are to be seen as they come.
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    call = call_from_json(Path(call_file).read_text("utf-8"))
    failure: dict[str, Any] | None = None
    has_output = False
    try:
        table = invoke(call)
    except PythonFailed as error:
        failure = failure_to_json(error)
    else:
        if table is not None:
            _write(table, output_file)
            has_output = True
    sys.stdout.flush()
    part = Path(f"{answer_file}.part")
    part.write_text(json.dumps({"output": has_output, "failure": failure}), "utf-8")
    os.replace(part, answer_file)


def _write(table: pa.Table, file: str) -> None:
    import pyarrow as pa

    with pa.OSFile(file, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=_BATCH_ROWS)
