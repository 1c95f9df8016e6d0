from seeknal.pipeline import transform


@transform(inputs=["source.orders"], timeout="soon")
def clean(ctx):
    return ctx.ref("source.orders")
