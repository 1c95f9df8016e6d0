# `make demo` and `make test` need Python 3.11 or later, make, and the package registry.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
ENGINES := .venv/.engines
# setuptools warns of its `compat` mode, at length.
QUIET := PYTHONWARNINGS='ignore:Compat editable installs'
# Tests start many processes; each would compile what it imports anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-engines lint format clean

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "seeknal needs Python 3.11 or later; set PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "this Python cannot make virtual environments; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(QUIET) $(BIN)/python -m pip install --quiet --editable . --config-settings editable_mode=compat --group dev --group demo
	$(BIN)/python -m pip install --quiet --no-deps --group data
	@touch $@

demo: $(INSTALLED)
	$(BIN)/python examples/flights/demo.py

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Engines that take minutes to install and seconds to start. Spark needs Java 17.
$(ENGINES): $(INSTALLED)
	@java -version >/dev/null 2>&1 || { echo "Spark needs Java 17; on Debian: apt-get install openjdk-17-jre-headless"; exit 1; }
	$(BIN)/python -m pip install --quiet --group engines
	@touch $@

test-engines: $(ENGINES)
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/conformance --engines spark,clickhouse,datafusion

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv build dist *.egg-info
	find examples/*/target -mindepth 1 -maxdepth 1 ! -name compiled -exec rm -rf {} +
