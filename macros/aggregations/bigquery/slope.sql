{#-
reason: the difference of two times is DATETIME_DIFF
-#}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN CAST({{ at }} AS DATETIME) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set t | column('time') -%}
CASE
  WHEN {{ present }}
  THEN CAST(DATETIME_DIFF(CAST({{ at }} AS DATETIME), {{ o }}, MICROSECOND) AS FLOAT64)
END
{%- endset %}
{% set tm | column('mean_time') %}AVG({{ t }}) OVER (PARTITION BY {{ keys }}){% endset %}
{% set xm | column('mean') -%}
AVG(CASE WHEN {{ t }} IS NOT NULL THEN CAST({{ value }} AS FLOAT64) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
SUM(({{ t }} - {{ tm }}) * (CAST({{ value }} AS FLOAT64) - {{ xm }}))
  / NULLIF(SUM(({{ t }} - {{ tm }}) * ({{ t }} - {{ tm }})), 0) * 86400000000
