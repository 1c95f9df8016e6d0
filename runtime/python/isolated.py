"""A call in a process of its own, with the packages that its file asks for.

`uv run` makes the environment. seeknal is not installed there: the process is lent the running
one, through a folder that holds nothing but a link to it, so that no other package of this
environment can be imported. Inputs and the result are Arrow files, the call and its failure JSON.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.environment import seeknal_conflict
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.limits import too_long
from seeknal.runtime.python.prints import OnLine
from seeknal.runtime.python.process import Ended, run_process
from seeknal.runtime.python.requirements import isolated_requirements
from seeknal.runtime.python.uv import (
    cannot_install,
    find_uv,
    is_unreachable,
    uv_command,
    uv_missing,
    uv_variables,
)
from seeknal.runtime.python.variables import call_variables
from seeknal.runtime.python.wire import call_to_json, failure_from_json

_BATCH_ROWS = 1 << 16

# The marker comes before all else, as what precedes it is uv's. The folder is the first of the
# path for one import and the last ever after: another seeknal, which a package may have brought,
# does not take the place of the running one.
_BOOTSTRAP = """\
import os, sys
lent, marker = sys.argv[1:3]
os.write(2, f"\\n{marker}\\n".encode())
sys.path.insert(0, lent)
import seeknal
sys.path.remove(lent)
sys.path.append(lent)
from seeknal.runtime.python.child import main
main(*sys.argv[3:])
"""


def run_isolated(call: Call, reason: str, on_line: OnLine, scratch: Path) -> Path | None:
    """Call the function of `call` apart, and return the Arrow file of its result, or None.

    `reason` is what `lacking` says. `on_line` is given the lines that the function prints, as they
    come. `scratch` is a folder of this call alone; the result is in it, and removing it is up to
    the caller. The call's `timeout` counts from the start of Python on, not the installing.

    Raises PythonFailed: that of the call, or `uv-missing`, `cannot-install`, `node-timeout` or
    `node-exited`.
    """
    if conflict := seeknal_conflict(call):
        raise PythonFailed(
            "cannot-install",
            conflict,
            "install that version of seeknal, or let the file ask for this one",
        )
    uv = find_uv()
    if uv is None:
        raise uv_missing(reason)
    scratch = scratch.resolve()
    answer, output = scratch / "answer.json", scratch / "output.arrow"
    for path in (answer, output):
        path.unlink(missing_ok=True)
    marker = f"seeknal-{secrets.token_hex(8)}"
    lent = _lend_seeknal(scratch / "lent")
    written = scratch / "call.json"
    sent = replace(
        call,
        inputs=_export(call.inputs, scratch / "inputs"),
        below=_export(call.below, scratch / "below"),
    )
    written.write_text(call_to_json(sent), "utf-8")
    arguments = ["-P", "-c", _BOOTSTRAP, *map(str, (lent, marker, written, answer, output))]
    requirements = isolated_requirements(call.dependencies)

    def run(*, offline: bool) -> Ended:
        return run_process(
            uv_command(uv, requirements, call.requires_python, arguments, offline=offline),
            folder=call.root,
            variables=uv_variables(os.environ, call_variables(call)),
            marker=marker,
            timeout=call.timeout,
            on_line=on_line,
        )

    ended = run(offline=False)
    if not ended.began and is_unreachable(ended.before):
        # Without a network an environment that was made before will do.
        kept = run(offline=True)
        ended = kept if kept.began else ended
    if answer.exists():
        # The answer is written last: whatever came after it, the function has returned.
        data = json.loads(answer.read_text("utf-8"))
        if data["failure"] is not None:
            raise failure_from_json(data["failure"])
        return output if data["output"] else None
    if ended.timed_out:
        raise too_long(call)
    if not ended.began:
        raise cannot_install(call, ended.before)
    raise _exited(call, ended)


def _lend_seeknal(folder: Path) -> Path:
    """A folder in which the running package is all there is."""
    import seeknal

    assert seeknal.__file__ is not None
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "seeknal"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(seeknal.__file__).resolve().parent, target_is_directory=True)
    return folder


def _export(inputs: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    """The inputs as Arrow files in `folder`, written a batch of rows at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for node_id, file in inputs.items():
        if file.suffix == ".arrow":
            written[node_id] = file.resolve()
            continue
        import pyarrow as pa
        import pyarrow.parquet as pq

        copy = folder / f"{node_id}.arrow"
        with (
            pq.ParquetFile(file) as source,
            pa.OSFile(str(copy), "wb") as sink,
            pa.ipc.new_file(sink, source.schema_arrow) as writer,
        ):
            for batch in source.iter_batches(_BATCH_ROWS):
                writer.write_batch(batch)
        written[node_id] = copy
    return written


def _exited(call: Call, ended: Ended) -> PythonFailed:
    """The failure of a process that ended without an answer."""
    # uv reports the signal that ended its child as a shell does.
    number = -ended.status if ended.status < 0 else ended.status - 128
    if number in {each.value for each in signal.Signals}:
        name = signal.Signals(number).name
        how = f"was ended by {name}"
        help = {
            "SIGKILL": "the system ends a process that takes more memory than there is: read less "
            "at once, or only the columns that are used",
        }.get(name, "a package failed outside of Python: try another version of it")
    else:
        how = f"ended with exit status {ended.status}"
        help = "return from the function, and raise an error where it cannot go on"
    detail = "\n".join(ended.tail).strip()
    message = f"the process of `{call.function}` {how} before the function returned"
    return PythonFailed("node-exited", message, help, detail)
