/* transform.with_plain_names | seeknal/with_plain_names.yml | spark */
SELECT
  kunde,
  `日付` AS bestelltag,
  stichtag,
  `💶`,
  `Ümsatz`
FROM source_orders
;

/* second_order_aggregation.summe | seeknal/summe.yml | spark */
WITH events AS (
  SELECT
    kunde,
    CASE WHEN bestelltag <= stichtag THEN `Ümsatz` END AS `past_Ümsatz`,
    CASE WHEN bestelltag <= stichtag THEN `💶` END AS `past_💶`
  FROM transform_with_plain_names
  WHERE kunde IS NOT NULL
)
SELECT
  kunde,
  SUM(`past_Ümsatz`) AS `ümsatz_SUM`,
  PERCENTILE(`past_Ümsatz`, 0.5) AS `ümsatz_MEDIAN`,
  SUM(`past_💶`) AS `💶_SUM`,
  PERCENTILE(`past_💶`, 0.5) AS `💶_MEDIAN`
FROM events
GROUP BY kunde
;
