"""The last order of each customer before each look at them, in pandas."""

import pandas as pd

from seeknal.pipeline import FeatureFrame

orders = pd.read_csv("data/orders.csv")
looks = pd.read_csv("data/churn_labels.csv").head(8)

last = FeatureFrame(orders, "customer", ["customer_id"], "ordered_at")
print(last.pit_join(looks, "application_date", ttl="14d").to_string(index=False))
