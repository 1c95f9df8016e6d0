{#-
reason: of tuples argMin takes the most frequent, and then the smallest value; topK is a sketch
-#}
{% set n | column('count') -%}
toInt64(COUNT({{ x }}) OVER (PARTITION BY {{ keys }}, {{ x }}{% if type == 'double' %} + 0{% endif %}))
{%- endset -%}
argMinIf({{ value }}, tuple(-{{ n }}, {{ value }}), {{ present }})
