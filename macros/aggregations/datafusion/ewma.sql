{#-
reason: a TIMESTAMP(6) is its microseconds
-#}
{% set o | column('latest') -%}
MAX(CASE WHEN {{ present }} THEN {{ at }} END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set age | column('age') -%}
CAST(
  CAST(CAST({{ o }} AS TIMESTAMP(6)) AS BIGINT) - CAST(CAST({{ at }} AS TIMESTAMP(6)) AS BIGINT) AS DOUBLE PRECISION
) / 86400000000
{%- endset %}
{# after 500 half-lives a weight counts for nothing #}
{% set w | column('weight') -%}
CASE WHEN {{ present }} THEN POWER(CAST(0.5 AS DOUBLE PRECISION), LEAST({{ age }} / CAST({{ halflife }} AS DOUBLE PRECISION), 500)) END
{%- endset %}
SUM({{ w }} * CAST({{ value }} AS DOUBLE PRECISION)) / SUM({{ w }})
