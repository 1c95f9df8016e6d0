/* transform.with_plain_names | seeknal/with_plain_names.yml | clickhouse */
SELECT
  kunde,
  "日付" AS bestelltag,
  stichtag,
  "💶",
  "Ümsatz"
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* second_order_aggregation.summe | seeknal/summe.yml | clickhouse */
WITH events AS (
  SELECT
    kunde,
    CASE WHEN bestelltag <= stichtag THEN "Ümsatz" END AS "past_Ümsatz",
    CASE WHEN bestelltag <= stichtag THEN "💶" END AS "past_💶"
  FROM transform_with_plain_names
  WHERE kunde IS NOT NULL
)
SELECT
  kunde,
  SUM("past_Ümsatz") AS "ümsatz_SUM",
  quantileExactInclusive(0.5)(CAST("past_Ümsatz" AS Nullable(Float64))) AS "ümsatz_MEDIAN",
  SUM("past_💶") AS "💶_SUM",
  quantileExactInclusive(0.5)(CAST("past_💶" AS Nullable(Float64))) AS "💶_MEDIAN"
FROM events
GROUP BY kunde
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;
