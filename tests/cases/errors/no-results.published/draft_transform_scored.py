from seeknal.pipeline import transform


@transform()
def scored(ctx):
    return ctx.ref("source.orders")
