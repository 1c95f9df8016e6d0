"""Build the trees of VIEWS views of 30 aggregates with sqlglot's classes and print them as SQL.

What no compiler on sqlglot can avoid: nothing is read, parsed, checked or written.
"""

from __future__ import annotations

import sys

from sqlglot import exp

WINDOWS = ((0, 6), (0, 29), (0, 89))
BASICS = (exp.Sum, exp.Avg, exp.Max, exp.StddevSamp)


def column(name: str) -> exp.Column:
    """A column by name."""
    return exp.Column(this=exp.Identifier(this=name))


def number(value: int) -> exp.Expression:
    """An integer."""
    return exp.Literal.number(value)


def alias(value: exp.Expression, name: str) -> exp.Alias:
    """A named output column."""
    return exp.Alias(this=value, alias=exp.Identifier(this=name, quoted=True))


def when(test: exp.Expression, value: str) -> exp.Case:
    """CASE WHEN test THEN value END."""
    return exp.Case(ifs=[exp.If(this=test, true=column(value))])


def sum_of(name: str, lower: int, upper: int) -> exp.Sum:
    """A sum over the days from `lower` to `upper`."""
    days = exp.Between(this=column("days"), low=number(lower), high=number(upper))
    return exp.Sum(this=when(days, name))


def double(value: exp.Expression) -> exp.Cast:
    """A cast."""
    return exp.Cast(this=value, to=exp.DataType.build("double"))


def features(name: str) -> list[exp.Expression]:
    """Ten features of a column: four basic, three windows, two ratios, a count."""
    found: list[exp.Expression] = []
    for basic in BASICS:
        test = exp.GTE(this=column("days"), expression=number(0))
        found.append(alias(basic(this=when(test, name)), f"{name}_{basic.__name__}"))
    for lower, upper in WINDOWS:
        found.append(alias(sum_of(name, lower, upper), f"{name}_SUM_{lower}_{upper}"))
    for lower, upper in WINDOWS[:2]:
        below = exp.Nullif(this=double(sum_of(name, upper + 1, 89)), expression=number(0))
        ratio = exp.Div(this=double(sum_of(name, lower, upper)), expression=below)
        found.append(alias(ratio, f"{name}_SUM{lower}_{upper}_SUM{upper + 1}_89"))
    both = exp.And(
        this=exp.GT(this=column(name), expression=number(1)),
        expression=exp.GTE(this=column("days"), expression=number(0)),
    )
    return [*found, alias(exp.Count(this=when(both, name)), f"SINCE_COUNT_{name}_GEO_D")]


def view(position: int) -> exp.Select:
    """One view: days in a CTE, thirty features grouped by customer."""
    difference = exp.DateDiff(this=column("application_date"), expression=column("order_date"))
    days = exp.Alias(this=difference, alias=exp.Identifier(this="days"))
    inner = exp.Select(
        expressions=[*map(column, ("customer_id", "amount", "discount", "items")), days],
        from_=exp.From(this=exp.Table(this=exp.Identifier(this=f"orders_{position}"))),
    )
    cte = exp.CTE(this=inner, alias=exp.TableAlias(this=exp.Identifier(this="events")))
    return exp.Select(
        with_=exp.With(expressions=[cte]),
        expressions=[
            column("customer_id"),
            *(feature for name in ("amount", "discount", "items") for feature in features(name)),
        ],
        from_=exp.From(this=exp.Table(this=exp.Identifier(this="events"))),
        group=exp.Group(expressions=[column("customer_id")]),
    )


def main() -> None:
    """Build and print."""
    texts = [view(position).sql("duckdb", pretty=True) for position in range(int(sys.argv[1]))]
    print(texts[0])
    print(f"-- {sum(map(len, texts)):,} characters")


if __name__ == "__main__":
    main()
