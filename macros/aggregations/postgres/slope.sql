{#-
reason: REGR_SLOPE is stable once times are small numbers; it is NULL where they are all equal
-#}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN CAST({{ at }} AS TIMESTAMP) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
REGR_SLOPE(
  CAST({{ x }} AS DOUBLE PRECISION),
  CAST(EXTRACT(EPOCH FROM CAST({{ at }} AS TIMESTAMP) - {{ o }}) AS DOUBLE PRECISION)
) * 86400
