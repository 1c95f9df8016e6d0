{#-
reason: COUNT is an unsigned integer, which goes with no signed one
-#}
{% if always %}toInt64(COUNT(*)){% else %}toInt64(COUNT({{ x }})){% endif %}
