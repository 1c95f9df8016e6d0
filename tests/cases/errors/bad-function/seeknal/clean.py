from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
async def clean(ctx):
    return ctx.ref("source.orders")
