from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def joined(ctx):
    return ctx.entity("custmer")
