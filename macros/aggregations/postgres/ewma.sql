{#-
reason: the difference of two timestamps is an interval, which EXTRACT turns into seconds
-#}
{% set o | column('latest') -%}
MAX(CASE WHEN {{ present }} THEN CAST({{ at }} AS TIMESTAMP) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set age | column('age') -%}
CAST(EXTRACT(EPOCH FROM {{ o }} - CAST({{ at }} AS TIMESTAMP)) AS DOUBLE PRECISION) / 86400
{%- endset %}
{# after 500 half-lives a weight counts for nothing; smaller numbers are refused #}
{% set w | column('weight') -%}
CASE WHEN {{ present }} THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST({{ age }} / {{ halflife }}, 500)) END
{%- endset %}
SUM({{ w }} * CAST({{ value }} AS DOUBLE PRECISION)) / SUM({{ w }})
