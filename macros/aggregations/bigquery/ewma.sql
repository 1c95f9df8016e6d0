{#-
reason: the difference of two times is DATETIME_DIFF
-#}
{% set o | column('latest') -%}
MAX(CASE WHEN {{ present }} THEN CAST({{ at }} AS DATETIME) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set age | column('age') -%}
DATETIME_DIFF({{ o }}, CAST({{ at }} AS DATETIME), MICROSECOND) / 86400000000
{%- endset %}
{# after 500 half-lives a weight counts for nothing #}
{% set w | column('weight') -%}
CASE WHEN {{ present }} THEN POWER(0.5, LEAST({{ age }} / {{ halflife }}, 500)) END
{%- endset %}
SUM({{ w }} * CAST({{ value }} AS FLOAT64)) / SUM({{ w }})
