{#-
reason: its casts are of values that may be NULL
-#}
{% set o | column('latest') -%}
MAX(CASE WHEN {{ present }} THEN CAST({{ at }} AS Nullable(DateTime64(6, 'UTC'))) END) OVER (PARTITION BY {{ keys }})
{%- endset %}
{% set age | column('age') -%}
(toUnixTimestamp64Micro({{ o }}) - toUnixTimestamp64Micro(CAST({{ at }} AS Nullable(DateTime64(6, 'UTC'))))) / 86400000000
{%- endset %}
{# after 500 half-lives a weight counts for nothing #}
{% set w | column('weight') -%}
CASE WHEN {{ present }} THEN POWER(0.5, LEAST({{ age }} / {{ halflife }}, 500)) END
{%- endset %}
SUM({{ w }} * CAST({{ value }} AS Nullable(Float64))) / SUM({{ w }})
