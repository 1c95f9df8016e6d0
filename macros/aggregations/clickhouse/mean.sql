{#-
reason: AVG of decimals adds them exactly, and that of other numbers in doubles
-#}
{% if type == 'double' -%}
AVG({{ x }})
{%- elif type == 'decimal' and precision <= 26 -%}
AVG({{ x }})
{%- elif type == 'decimal' -%}
AVG(CAST({{ x }} AS Nullable(Decimal(76, {{ scale }}))))
{%- else -%}
AVG(CAST({{ x }} AS Nullable(Decimal(38, 0))))
{%- endif %}
