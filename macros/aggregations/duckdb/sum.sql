{#-
reason: SUM adds int64 in 128 bits and decimals in 38 digits, so no value needs a cast
-#}
{% if type == 'int64' %}CAST(SUM({{ x }}) AS BIGINT){% else %}SUM({{ x }}){% endif %}
