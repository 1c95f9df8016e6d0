{#-
reason: AVG of any number is a double, and adds int64 in 128 bits
-#}
AVG({{ x }})
