"""How DuckDB reads a source's file: one table function call, from the spec's `params:`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

FORMATS = ("csv", "parquet", "json", "jsonl")


def reader_call(
    format: str,
    path: str,
    params: Mapping[str, object],
    *,
    as_text: bool,
    names: Sequence[str] = (),
) -> exp.Expr:
    """The call that reads `path`; `as_text` reads every csv field as it stands.

    `names` are those of the columns, in order, for a csv file without a header.

    The path is relative to the project root, so the text is the same on every machine.
    """
    arguments: list[exp.Expr] = [exp.Literal.string(path)]
    if format == "csv":
        arguments += _csv_options(params, as_text=as_text)
        if names and params.get("header") is False:
            listed = [exp.Literal.string(name) for name in names]
            arguments.append(_option("names", exp.Array(expressions=listed)))
        return exp.Anonymous(this="read_csv", expressions=arguments)
    if format == "parquet":
        return exp.Anonymous(this="read_parquet", expressions=arguments)
    shape = params.get("format") or ("newline_delimited" if format == "jsonl" else "auto")
    if shape == "newline":
        shape = "newline_delimited"
    if shape != "auto":
        arguments.append(_option("format", exp.Literal.string(str(shape))))
    return exp.Anonymous(this="read_json", expressions=arguments)


def _csv_options(params: Mapping[str, object], *, as_text: bool) -> list[exp.Expr]:
    options: list[exp.Expr] = []
    delimiter = params.get("delimiter", params.get("delim"))
    if delimiter is not None:
        options.append(_option("delim", exp.Literal.string(str(delimiter))))
    if "header" in params:
        options.append(_option("header", exp.Boolean(this=bool(params["header"]))))
    elif as_text:
        options.append(_option("header", exp.Boolean(this=True)))
    if params.get("skip"):
        options.append(_option("skip", exp.Literal.number(int(str(params["skip"])))))
    if "nullstr" in params:
        value = params["nullstr"]
        texts = [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)]
        if "" not in texts:
            texts.append("")
        options.append(
            _option("nullstr", exp.Array(expressions=[exp.Literal.string(t) for t in texts]))
        )
    if as_text:
        options.append(_option("all_varchar", exp.Boolean(this=True)))
    return options


def _option(name: str, value: exp.Expr) -> exp.Expr:
    return exp.EQ(this=exp.to_identifier(name), expression=value)
