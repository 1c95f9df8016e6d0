{#-
reason: REGR_SLOPE is stable once times are small numbers; it is NaN where they are all equal
-#}
{% set o | column('origin') -%}
MIN(CASE WHEN {{ present }} THEN CAST({{ at }} AS TIMESTAMP) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
CASE
  WHEN MAX(CASE WHEN {{ present }} THEN {{ at }} END) > MIN({{ o }})
  THEN REGR_SLOPE({{ x }}, DATE_DIFF('microsecond', {{ o }}, {{ at }})) * 86400000000
END
