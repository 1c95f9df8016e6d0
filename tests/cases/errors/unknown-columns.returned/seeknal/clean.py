from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    return ctx.ref("source.orders")
