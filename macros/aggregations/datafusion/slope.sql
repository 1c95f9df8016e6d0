{#-
reason: a TIMESTAMP(6) is its microseconds
-#}
{# REGR_SLOPE is one pass and loses digits where values are far from 0 #}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN {{ at }} END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set t | column('time') -%}
CASE
  WHEN {{ present }}
  THEN CAST(
    CAST(CAST({{ at }} AS TIMESTAMP(6)) AS BIGINT) - CAST(CAST({{ o }} AS TIMESTAMP(6)) AS BIGINT) AS DOUBLE PRECISION
  )
END
{%- endset %}
{% set tm | column('mean_time') %}AVG({{ t }}) OVER (PARTITION BY {{ keys }}){% endset %}
{% set xm | column('mean') -%}
AVG(CASE WHEN {{ t }} IS NOT NULL THEN CAST({{ value }} AS DOUBLE PRECISION) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
SUM(({{ t }} - {{ tm }}) * (CAST({{ value }} AS DOUBLE PRECISION) - {{ xm }}))
  / NULLIF(SUM(({{ t }} - {{ tm }}) * ({{ t }} - {{ tm }})), 0) * 86400000000
