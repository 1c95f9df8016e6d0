{#-
reason: truth values have an order, and text is compared byte by byte
-#}
MAX({{ x }})
