{#-
reason: it has no sketch
-#}
{% include 'quantile.sql' %}
