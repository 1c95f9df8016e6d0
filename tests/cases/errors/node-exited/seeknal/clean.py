# /// script
# dependencies = ["seeknal", "six==1.16.0"]
# ///

import os

from seeknal.pipeline import transform


@transform(inputs=["source.orders"])
def clean(ctx):
    os._exit(3)
