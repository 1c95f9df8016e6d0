/* second_order_aggregation.Totals | seeknal/Totals.yml | databricks */
WITH events AS (
  /* days: whole days from OrderDate back from applicationDate; below 0 is the future and never counts */
  SELECT
    `CustomerID`,
    `Amount (€)`,
    DATEDIFF(`applicationDate`, `OrderDate`) AS days,
    CASE WHEN `OrderDate` <= `applicationDate` THEN `a "quoted" one` END AS `past_a "quoted" one`
  FROM `source_Orders`
  WHERE `CustomerID` IS NOT NULL
)
SELECT
  `CustomerID`,
  /* Total: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN `Amount (€)` END) AS `amount (€)_SUM_0_6`,
  MAX(CASE WHEN days BETWEEN 0 AND 6 THEN `Amount (€)` END) AS `amount (€)_MAX_0_6`,
  SUM(`past_a "quoted" one`) AS `a "quoted" one_SUM`,
  COUNT(`past_a "quoted" one`) AS `a "quoted" one_COUNT`,
  /* big: since "amount (€)" > 10 AND CUSTOMERID <> 'x' */
  COUNT(CASE WHEN days >= 0 AND `Amount (€)` > 10 AND `CustomerID` <> 'x' THEN `Amount (€)` END) AS `bigOnes`
FROM events
GROUP BY `CustomerID`
;

/* transform.Clean | seeknal/Clean.yml | databricks */
SELECT
  `CustomerID` AS `CUSTOMERID`,
  `OrderDate` AS `Day`,
  o.`Amount (€)`,
  `a "quoted" one`
FROM `source_Orders` AS o
;
