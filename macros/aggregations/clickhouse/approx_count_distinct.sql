{#-
reason: uniq is its sketch
-#}
toInt64(COALESCE(uniq({{ x }}), 0))
