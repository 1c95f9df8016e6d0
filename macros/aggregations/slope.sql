{#-
summary: how much the value grows per day, by least squares over event time; NULL below two times
takes: number
returns: double
no_rows: null
needs_event_time: true
-#}
{# two passes, where engines' REGR_SLOPE makes one and loses digits if values are far from 0; times
   count from the first one that has a value, since microseconds since 1970 have too many digits #}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN CAST({{ at }} AS TIMESTAMP) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set t | column('time') -%}
CASE WHEN {{ present }} THEN CAST(DATE_DIFF('microsecond', {{ o }}, CAST({{ at }} AS TIMESTAMP)) AS DOUBLE) END
{%- endset %}
{% set tm | column('mean_time') %}AVG({{ t }}) OVER (PARTITION BY {{ keys }}){% endset %}
{% set xm | column('mean') -%}
AVG(CASE WHEN {{ t }} IS NOT NULL THEN CAST({{ value }} AS DOUBLE) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
SUM(({{ t }} - {{ tm }}) * (CAST({{ value }} AS DOUBLE) - {{ xm }}))
  / NULLIF(SUM(({{ t }} - {{ tm }}) * ({{ t }} - {{ tm }})), 0) * CAST(86400000000 AS DOUBLE)
