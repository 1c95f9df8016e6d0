{#-
reason: SUM wraps without a word in 64 bits and in 38 digits; the casts end in an error where it does not fit
-#}
{% if type == 'int64' -%}
CAST(SUM(CAST({{ x }} AS Nullable(Decimal(38, 0)))) AS Nullable(Int64))
{%- elif type == 'decimal' and precision <= 26 -%}
{# a million million rows are not enough to leave 38 digits #}
CAST(SUM({{ x }}) AS Nullable(Decimal(38, {{ scale }})))
{%- elif type == 'decimal' -%}
CAST(SUM(CAST({{ x }} AS Nullable(Decimal(76, {{ scale }})))) AS Nullable(Decimal(38, {{ scale }})))
{%- else -%}
SUM({{ x }})
{%- endif %}
