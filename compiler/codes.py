"""Every code of a finding, by what seeknal was doing, and what it means in a sentence.

`docs/errors.md` is made from this table; `tests/test_codes.py` holds it to the sources.
"""

from __future__ import annotations

from collections.abc import Mapping

STAGES: Mapping[str, Mapping[str, str]] = {
    "Reading files": {
        "no-project": "There is no folder `seeknal/` to read specs from.",
        "empty-file": "A spec file holds nothing.",
        "not-utf8": "A file is not UTF-8 text.",
        "unreadable-file": "A file cannot be read, or not in the format that its source names.",
        "yaml-syntax": "The text of a spec is not YAML, or uses a part of YAML that has no meaning "
        "in specs.",
        "duplicate-key": "A key stands twice in one mapping, where YAML would keep the last one "
        "silently.",
        "duplicate-node": "Two files define one node.",
        "duplicate-name": "Two entries of a common file have one id.",
        "skipped-file": "A file looks like a spec and is not read.",
        "skipped-kind": "A node is of a kind that this version does not run.",
    },
    "Reading Python files": {
        "python-syntax": "The text of a file is not Python.",
        "bad-function": "A decorator stands at what is no plain function of a module, or twice.",
        "computed-value": "A value of a decorator is computed, so that only running the file would "
        "tell it.",
        "unknown-function": "A file has no function of the name that a post-hook, a language model "
        "or a node asks for.",
        "bad-metadata": "The inline metadata of a Python file is not closed, stands twice, is not "
        "TOML, or holds values of the wrong type.",
        "bad-requirement": "A package or a version of Python that a Python file asks for is not "
        "written as it has to be.",
    },
    "Checking a spec": {
        "unknown-kind": "There is no kind of node by that name.",
        "missing-key": "A key that the spec needs is not there.",
        "unknown-key": "A key is none of those that can stand there.",
        "misplaced-key": "A key is known, but has no meaning where it stands.",
        "ignored-field": "A key means something to existing projects, and nothing to this version.",
        "wrong-type": "A value is a list, a mapping, text or a number where another of these is "
        "expected.",
        "wrong-value": "A value is of the right type and none of those that can stand there.",
        "bad-name": "A name has characters that names cannot have.",
        "bad-reference": "A reference is not written as `<kind>.<name>`.",
        "unknown-type": "A column of a `schema` has a type that does not exist.",
        "duplicate-column": "A column stands twice in one list, in whatever case.",
        "no-aggregation": "A feature does not say which aggregation to compute.",
        "bad-aggregation": "An aggregation is not written as a name or as a name with arguments.",
        "bad-window": "A window is reversed, reaches into the future or is no window at all.",
        "bad-duration": "A length of time is not written as a number and its unit.",
        "bad-grain": "A grain is neither the id nor the id and the application date.",
        "output-name": "One `output_name` is given to several output columns.",
        "needs-application-date": "Days are counted back from an application date, and there is "
        "none.",
        "needs-event-time": "Features are computed from events that have no time.",
        "needs-window": "A feature does not say which events count.",
        "two-windows": "A feature has both `window` and `windows`.",
        "two-aggregations": "A feature has both `agg` and `ratio`.",
        "duplicate-window": "A window stands twice in one list.",
        "mixed-features": "A feature group has features computed from events and others that are "
        "columns.",
        "too-many-inputs": "Events are read from more than one node.",
        "transform-beside-events": "A feature group computes features from events and has SQL as "
        "well.",
        "label-not-taken": "The label of a training set is not among the columns of its spine.",
        "bad-tie-break": "An entry of `tie_break` is not a column and its order.",
        "bad-ttl": "A `ttl` is shorter than the `delay` beside it, so no row is ever joined.",
        "needless-tie-break": "A `tie_break` stands beside `unique`, which says that there are no "
        "ties.",
    },
    "Filling in parameters": {
        "unknown-parameter": "A name between `{{` and `}}` has no value.",
        "bad-parameter": "What stands between `{{` and `}}` is not a parameter, or its arguments "
        "are wrong.",
        "parameter-cycle": "A common entry is made of itself.",
        "bad-template": "Jinja cannot read or render the SQL.",
    },
    "Resolving names and types": {
        "unknown-node": "A reference, or a word of the command line, names no node.",
        "skipped-input": "A node reads one of a kind that is not run.",
        "cycle": "Nodes read each other in a circle.",
        "unknown-column": "A column is not one of those of the relation that is read.",
        "ambiguous-column": "A name means several columns that differ by case alone.",
        "unknown-columns": "The columns of a source are neither declared nor found.",
        "schema-mismatch": "A file does not have the columns or types that the `schema` of its "
        "source declares.",
        "needs-schema": "A source names a warehouse's relation and does not declare its columns.",
        "not-a-date": "A column is used as a time and cannot be one.",
        "unknown-aggregation": "There is no aggregation by that name.",
        "wrong-input-type": "A column is of a type that the aggregation does not take.",
        "needs-keys": "A join does not say which columns hold its keys.",
        "wrong-key-type": "Two columns that join relations have types that do not compare.",
        "unsupported-strategy": "A `strategy` names a shape of SQL that cannot compute the "
        "features.",
        "wrong-arguments": "An aggregation has too few or too many arguments, or wrong ones.",
        "bad-condition": "A condition is not one boolean expression over the columns.",
        "duplicate-output": "Two outputs have one name, in whatever case.",
        "broken-macro": "The file of an aggregation cannot be used.",
    },
    "Reading SQL": {
        "bad-sql": "SQL does not parse, or DuckDB finds no meaning in it.",
        "unsupported-statement": "A node holds a statement that is no SELECT and makes no table.",
        "unsupported-relation": "SQL reads data that no source declares.",
        "unknown-relation": "SQL reads from a name that means nothing.",
        "unlisted-input": "SQL reads a node that is not among the inputs.",
        "clock-in-sql": "SQL asks what time it is, so its rows differ from day to day.",
    },
    "Writing SQL": {
        "unsupported": "A thing that specs or SQL can say, and this version or the chosen dialect "
        "cannot.",
    },
    "Following values to a training set": {
        "leak-clock-event-time": "An event time is read from the clock, so it says nothing of when "
        "its rows were true.",
        "leak-clock-value": "A value, or which rows there are, depends on when the SQL runs.",
        "leak-no-time": "Rows of all time reach a row: they are aggregated, joined or dated "
        "without their time.",
        "leak-reaches-ahead": "A row holds what happens after its event time.",
        "leak-own-day": "A row holds a whole day or longer period and is joined within it.",
        "leak-label-feature": "A feature is made of the label.",
        "leak-ignores-knowledge": "Rows are joined before the time at which another node says that "
        "they are known.",
        "unproven-time": "Whether a row holds what happens after its event time is not known.",
        "leak-on-data": "A value changes with what comes after the as-of of its row.",
    },
    "Choosing nodes": {
        "ambiguous-node": "A bare name means several nodes.",
        "unknown-tag": "No node has the tag.",
        "empty-selection": "The options of a command leave no node to run.",
        "no-results": "Nothing has run yet that has the rows to show or to read.",
        "unknown-entity": "There are no features of an entity by that name.",
        "empty-part": "A split would leave a part without rows.",
        "node-exists": "A draft would replace a spec or another draft.",
        "project-exists": "`seeknal init` would replace the file of a project.",
    },
    "Holding SQL to snapshots": {
        "snapshot-differs": "A node does not compile to the files that were committed.",
        "no-snapshot": "A node compiles, and no file of it was committed.",
        "left-over-snapshot": "A committed file is of a node that is gone.",
        "unreadable-snapshot": "A committed file is not UTF-8 text, or no SQL.",
        "needs-date": "A snapshot or a test would differ from day to day, because nothing says "
        "which day it is of.",
    },
    "Running unit tests": {
        "test-failed": "A node does not make the rows that its test expects.",
        "unread-rows": "A test gives rows that nothing in it reads.",
        "missing-engine": "A test asks for an engine that is not installed.",
    },
    "Running": {
        "uv-missing": "A Python file asks for an environment of its own, and uv is not there to "
        "make it.",
        "cannot-install": "The packages that a Python file asks for cannot be installed.",
        "node-raised": "A function, or its module at import, raised an error.",
        "no-output": "A function returned nothing, and its node is to have rows.",
        "bad-output": "A function returned what is no frame, or a frame that cannot be a relation.",
        "not-an-input": "A function reads a node that nothing says to be its input.",
        "missing-library": "A kind of frame needs a package that is not installed.",
        "needs-llm": "A function asks a language model, and the project names none.",
        "node-timeout": "A function ran longer than the `timeout` of its node.",
        "node-exited": "The process of a function ended before the function returned.",
        "missing-file": "The data file of a source does not exist.",
        "bad-value": "A value is not of the type that its column has or is used as.",
        "ambiguous-as-of": "An id has several application dates where the output has one row per "
        "id.",
        "rows-not-kept": "A training set does not have one row for each row of its spine.",
        "integer-overflow": "A whole number does not fit into 64 bits.",
        "column-mismatch": "A result does not have the columns that were compiled.",
        "engine-error": "The engine refuses a statement.",
        "io-error": "A file cannot be read or written.",
        "out-of-memory": "The engine has too little memory.",
        "join-key-mismatch": "The feature groups of one entity have different join keys.",
        "input-changed": "Something else changed an input, or the project, during the run.",
        "run-in-progress": "Another run of the project is at work.",
        "unreadable-state": "The record of the runs so far cannot be read.",
    },
}

CODES: Mapping[str, str] = {
    code: meaning for codes in STAGES.values() for code, meaning in codes.items()
}
