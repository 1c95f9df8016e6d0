{#-
reason: the difference of two timestamps is an interval, which EXTRACT turns into seconds
-#}
{# REGR_SLOPE is one pass and loses digits where values are far from 0 #}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN CAST({{ at }} AS TIMESTAMP) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set t | column('time') -%}
CASE
  WHEN {{ present }}
  THEN CAST(EXTRACT(EPOCH FROM CAST({{ at }} AS TIMESTAMP) - {{ o }}) * 1000000 AS DOUBLE PRECISION)
END
{%- endset %}
{% set tm | column('mean_time') %}AVG({{ t }}) OVER (PARTITION BY {{ keys }}){% endset %}
{% set xm | column('mean') -%}
AVG(CASE WHEN {{ t }} IS NOT NULL THEN CAST({{ value }} AS DOUBLE PRECISION) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
SUM(({{ t }} - {{ tm }}) * (CAST({{ value }} AS DOUBLE PRECISION) - {{ xm }}))
  / NULLIF(SUM(({{ t }} - {{ tm }}) * ({{ t }} - {{ tm }})), 0) * 86400000000
