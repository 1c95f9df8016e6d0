from seeknal.pipeline import feature_group


@feature_group(entity="customer", inputs=["source.orders"])
def spend(ctx):
    return ctx.ref("source.orders")[["order_id", "amount"]]
