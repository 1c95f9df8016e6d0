/* transform.with_plain_names | seeknal/with_plain_names.yml | datafusion */
SELECT
  kunde,
  "日付" AS bestelltag,
  stichtag,
  "💶",
  "Ümsatz"
FROM source_orders
;

/* second_order_aggregation.summe | seeknal/summe.yml | datafusion */
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
  MEDIAN(CAST("past_Ümsatz" AS DOUBLE PRECISION)) AS "ümsatz_MEDIAN",
  SUM("past_💶") AS "💶_SUM",
  MEDIAN(CAST("past_💶" AS DOUBLE PRECISION)) AS "💶_MEDIAN"
FROM events
GROUP BY kunde
;
