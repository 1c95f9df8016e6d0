from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def joined(ctx):
    orders = ctx.ref("source.orders")
    return ctx.features("customer", ["spend.spent"], spine=orders)
