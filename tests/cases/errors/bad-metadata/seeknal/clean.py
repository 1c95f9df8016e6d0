# /// script
# dependencies = ["seeknal", "pandas"
# ///

from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    orders = ctx.ref("source.orders")
    return orders[orders["amount"] > 0]
