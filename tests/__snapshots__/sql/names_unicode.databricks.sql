/* transform.with_plain_names | seeknal/with_plain_names.yml | databricks */
SELECT
  kunde,
  `日付` AS bestelltag,
  stichtag,
  `💶`,
  `Ümsatz`
FROM source_orders
;

/* second_order_aggregation.summe | seeknal/summe.yml | databricks */
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
    ROW_NUMBER() OVER (
      PARTITION BY kunde
      ORDER BY CASE WHEN `past_Ümsatz` IS NOT NULL THEN 0 ELSE 1 END NULLS LAST, `past_Ümsatz` NULLS LAST
    ) AS feature_2_rank,
    COUNT(`past_Ümsatz`) OVER (PARTITION BY kunde) AS feature_2_count,
    ROW_NUMBER() OVER (
      PARTITION BY kunde
      ORDER BY CASE WHEN `past_💶` IS NOT NULL THEN 0 ELSE 1 END NULLS LAST, `past_💶` NULLS LAST
    ) AS feature_4_rank,
    COUNT(`past_💶`) OVER (PARTITION BY kunde) AS feature_4_count
  FROM events
),
events_prepared_2 AS (
  SELECT
    *,
    ABS(feature_2_rank - 1 - CAST(0.5 AS DOUBLE) * (feature_2_count - 1)) AS feature_2_distance,
    ABS(feature_4_rank - 1 - CAST(0.5 AS DOUBLE) * (feature_4_count - 1)) AS feature_4_distance
  FROM events_prepared
)
SELECT
  kunde,
  SUM(`past_Ümsatz`) AS `ümsatz_SUM`,
  SUM(
    CASE
      WHEN `past_Ümsatz` IS NOT NULL AND feature_2_distance < 1
        THEN CAST(`past_Ümsatz` AS DOUBLE) * (1 - feature_2_distance)
    END
  ) AS `ümsatz_MEDIAN`,
  SUM(`past_💶`) AS `💶_SUM`,
  SUM(
    CASE
      WHEN `past_💶` IS NOT NULL AND feature_4_distance < 1
        THEN CAST(`past_💶` AS DOUBLE) * (1 - feature_4_distance)
    END
  ) AS `💶_MEDIAN`
FROM events_prepared_2
GROUP BY kunde
;
