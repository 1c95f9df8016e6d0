# /// script
# dependencies = ["seeknal", "pandas=2.2.3"]
# ///

from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    orders = ctx.ref("source.orders")
    return orders[orders["amount"] > 0]
