{#-
reason: its casts are of values that may be NULL
-#}
{# two passes, where simpleLinearRegression makes one and loses digits if values are far from 0 #}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN CAST({{ at }} AS Nullable(DateTime64(6, 'UTC'))) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set t | column('time') -%}
CASE
  WHEN {{ present }}
  THEN CAST(
    toUnixTimestamp64Micro(CAST({{ at }} AS Nullable(DateTime64(6, 'UTC')))) - toUnixTimestamp64Micro({{ o }})
    AS Nullable(Float64)
  )
END
{%- endset %}
{% set tm | column('mean_time') %}AVG({{ t }}) OVER (PARTITION BY {{ keys }}){% endset %}
{% set xm | column('mean') -%}
AVG(CASE WHEN {{ t }} IS NOT NULL THEN CAST({{ value }} AS Nullable(Float64)) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
SUM(({{ t }} - {{ tm }}) * (CAST({{ value }} AS Nullable(Float64)) - {{ xm }}))
  / NULLIF(SUM(({{ t }} - {{ tm }}) * ({{ t }} - {{ tm }})), 0) * 86400000000
