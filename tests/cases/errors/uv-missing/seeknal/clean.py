# /// script
# dependencies = ["seeknal", "six==1.16.0"]
# ///

from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    orders = ctx.ref("source.orders")
    return orders[orders["amount"] > 0]
