"""One suite for all engines: what compiles for one returns the rows that the spec means.

The oracle of specs is the naive evaluator; that of users' SQL is DuckDB over the same rows.
`pytest tests/conformance --engines spark,clickhouse` names the engines.
"""
