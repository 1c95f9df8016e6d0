{#-
reason: an ordered array settles ties without a step before; strings are ordered by code point
-#}
{% set v %}{{ value }}{% if type == 'string' %} COLLATE "C"{% endif %}{% endset -%}
(
  ARRAY_AGG({{ value }} ORDER BY {{ at }} DESC, {{ v }} DESC)
  FILTER (WHERE {{ present }} AND {{ at }} IS NOT NULL)
)[1]
