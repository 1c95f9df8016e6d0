"""Drawn cases are the same in every process, whatever it has loaded."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = """
import sys

from hypothesis import given, settings, strategies as st

from tests import draws

draws.settle()
for name in sys.argv[1:]:
    __import__(name)

from tests.conformance.drawing import Batch, examine
from tests.strategies import second_order_cases
from tests.strategies.time import training_cases


@settings(max_examples=100)
@given(st.tuples(st.integers(), st.floats(allow_nan=False), st.text()))
def of_every_kind(drawn):
    print(drawn)


of_every_kind()
for cases in (second_order_cases(), training_cases()):
    for seed in range(3):
        examine(cases, Batch(seed, 10), print)
"""
CONSTANTS = """
NUMBERS = [{numbers}]
FRACTIONS = [{numbers}.5]
WORDS = [{words}]
"""


def _drawn(folder: Path, hash_seed: int, *modules: str, more: str | None = None) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("SEEKNAL_EXAMPLES", "CI")}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]),
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONIOENCODING": "utf-8:surrogatepass",
        **({"SEEKNAL_EXAMPLES": more} if more else {}),
    }
    command = [sys.executable, "-c", SCRIPT, *modules]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return re.sub(" at 0x[0-9a-f]+", "", done.stdout.decode("utf-8", "surrogatepass"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    numbers = ", ".join(str(10**6 + n * 7919) for n in range(500))
    words = ", ".join(repr(f"word {n}") for n in range(500))
    (tmp_path / "constants.py").write_text(CONSTANTS.format(numbers=numbers, words=words))
    return tmp_path


def test_draws_are_the_same_in_every_process(folder: Path) -> None:
    once = _drawn(folder, 1)
    again = _drawn(folder, 2, "constants", "seeknal.compiler.build", "seeknal.cli")
    assert len(once.splitlines()) > 150
    assert once == again


def test_more_examples_are_new_ones(folder: Path) -> None:
    assert _drawn(folder, 1, more="1") != _drawn(folder, 1, more="1")
