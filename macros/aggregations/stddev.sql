{#-
summary: the sample standard deviation; NULL below two values
takes: number
returns: double
no_rows: null
aliases: [std]
-#}
{# some engines say NaN for one value #}
CASE WHEN COUNT({{ x }}) > 1 THEN STDDEV_SAMP(CAST({{ x }} AS DOUBLE)) END
