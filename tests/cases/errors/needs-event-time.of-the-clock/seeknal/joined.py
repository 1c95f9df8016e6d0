from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def joined(ctx):
    orders = ctx.ref("source.orders")
    spend = ctx.ref("feature_group.spend")
    return spend.pit_join(orders, "order_date")
