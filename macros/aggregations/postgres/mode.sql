{#-
reason: of equally frequent values MODE takes the first in its order; strings are ordered by code point
-#}
{% if type == 'string' -%}
MODE() WITHIN GROUP (ORDER BY {{ x }} COLLATE "C")
{%- else -%}
MODE() WITHIN GROUP (ORDER BY {{ x }})
{%- endif %}
