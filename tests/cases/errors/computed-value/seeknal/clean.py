import os

from seeknal.pipeline import transform


@transform(inputs=[f"source.{os.environ['WHICH']}"])
def clean(ctx):
    return ctx.duckdb.sql("FROM source_orders")
