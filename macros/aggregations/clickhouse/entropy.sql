{#-
reason: its own entropy is in bits; -0.0 and 0.0 are two values until 0 is added
-#}
{% if type == 'double' -%}
entropy({{ x }} + 0) * LN(2)
{%- else -%}
entropy({{ x }}) * LN(2)
{%- endif %}
