{#-
reason: MODE takes the smallest of equally frequent values where it is asked to
-#}
MODE({{ x }}, TRUE)
