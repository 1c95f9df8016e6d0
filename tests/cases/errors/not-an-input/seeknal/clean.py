from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    name = "payments"
    return ctx.ref(f"source.{name}")
