/* transform.with_plain_names | seeknal/with_plain_names.yml | bigquery */
SELECT
  kunde,
  `日付` AS bestelltag,
  stichtag,
  `💶`,
  `Ümsatz`
FROM source_orders
;

/* second_order_aggregation.summe | seeknal/summe.yml | bigquery */
WITH events AS (
  SELECT
    kunde,
    CASE WHEN bestelltag <= stichtag THEN `Ümsatz` END AS `past_Ümsatz`,
    CASE WHEN bestelltag <= stichtag THEN `💶` END AS `past_💶`
  FROM transform_with_plain_names
  WHERE kunde IS NOT NULL
),
events_prepared AS (
  /* what the aggregations below need of each row */
  SELECT
    *,
    PERCENTILE_CONT(CAST(`past_Ümsatz` AS FLOAT64), 0.5) OVER (PARTITION BY kunde) AS feature_2_median,
    PERCENTILE_CONT(CAST(`past_💶` AS FLOAT64), 0.5) OVER (PARTITION BY kunde) AS feature_4_median
  FROM events
)
SELECT
  kunde,
  SUM(`past_Ümsatz`) AS `ümsatz_SUM`,
  MAX(feature_2_median) AS `ümsatz_MEDIAN`,
  SUM(`past_💶`) AS `💶_SUM`,
  MAX(feature_4_median) AS `💶_MEDIAN`
FROM events_prepared
GROUP BY kunde
;
