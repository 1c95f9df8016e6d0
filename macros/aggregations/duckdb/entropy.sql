{#-
reason: ENTROPY counts in bits, and is 0 for no values
-#}
CASE WHEN COUNT({{ x }}) > 0 THEN ENTROPY({{ x }}) * LN(2) END
