{#-
reason: COUNT is an unsigned integer, which goes with no signed one
-#}
toInt64(COUNT({{ x }}))
