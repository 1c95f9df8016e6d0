{#-
reason: APPROX_QUANTILES has a thousand places and none between them
-#}
{% include 'quantile.sql' %}
