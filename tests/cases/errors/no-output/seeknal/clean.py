from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    orders = ctx.ref("source.orders")
    orders["net"] = orders["amount"] / 1.2
