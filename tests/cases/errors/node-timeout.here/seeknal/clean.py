import time

from seeknal.pipeline import transform


@transform(inputs=["source.orders"], timeout="1s")
def clean(ctx):
    time.sleep(60)
