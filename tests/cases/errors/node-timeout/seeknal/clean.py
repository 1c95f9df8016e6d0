# /// script
# dependencies = ["seeknal", "six==1.16.0"]
# ///

from seeknal.pipeline import transform


@transform(inputs=["source.orders"], timeout="2s")
def clean(ctx):
    while True:
        pass
