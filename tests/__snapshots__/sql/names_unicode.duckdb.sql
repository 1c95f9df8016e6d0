/* transform.with_plain_names | seeknal/with_plain_names.yml | duckdb */
SELECT
  kunde,
  日付 AS bestelltag,
  stichtag,
  "💶",
  Ümsatz
FROM source_orders
;

/* second_order_aggregation.summe | seeknal/summe.yml | duckdb */
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
  MEDIAN("past_Ümsatz") AS "ümsatz_MEDIAN",
  SUM("past_💶") AS "💶_SUM",
  MEDIAN("past_💶") AS "💶_MEDIAN"
FROM events
GROUP BY kunde
;
