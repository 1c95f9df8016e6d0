{#-
summary: the sample variance; NULL below two values
takes: number
returns: double
no_rows: null
-#}
{# some engines say NaN for one value #}
CASE WHEN COUNT({{ x }}) > 1 THEN VAR_SAMP(CAST({{ x }} AS DOUBLE)) END
