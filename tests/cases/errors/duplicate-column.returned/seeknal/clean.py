from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    orders = ctx.ref("source.orders")
    return orders.assign(AMOUNT=orders["amount"])
