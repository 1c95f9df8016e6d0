{#-
summary: the mean weighted by age; a weight halves with every `halflife` days before the latest value
takes: number
returns: double
no_rows: null
parameters: {halflife: positive}
needs_event_time: true
-#}
{# weighing from the latest value instead of the as-of changes no result and keeps weights from vanishing #}
{% set o | column('latest') -%}
MAX(CASE WHEN {{ present }} THEN CAST({{ at }} AS TIMESTAMP) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set age | column('age') -%}
CAST(DATE_DIFF('microsecond', CAST({{ at }} AS TIMESTAMP), {{ o }}) AS DOUBLE) / CAST(86400000000 AS DOUBLE)
{%- endset %}
{# after 500 half-lives a weight counts for nothing, and some engines refuse smaller numbers #}
{% set w | column('weight') -%}
CASE WHEN {{ present }} THEN POWER(CAST(0.5 AS DOUBLE), LEAST({{ age }} / CAST({{ halflife }} AS DOUBLE), 500)) END
{%- endset %}
SUM({{ w }} * CAST({{ value }} AS DOUBLE)) / SUM({{ w }})
