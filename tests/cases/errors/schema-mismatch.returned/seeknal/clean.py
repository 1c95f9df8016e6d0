from seeknal.pipeline import transform


@transform(
    inputs=["source.orders"],
    schema=[
        {"name": "order_id", "data_type": "int64"},
        {"name": "amount", "data_type": "int64"},
    ],
)
def clean(ctx):
    return ctx.ref("source.orders")[["order_id", "amount"]]
