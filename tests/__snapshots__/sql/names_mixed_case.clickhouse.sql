/* second_order_aggregation.Totals | seeknal/Totals.yml | clickhouse */
WITH events AS (
  /* days: whole days from OrderDate back from applicationDate; below 0 is the future and never counts */
  SELECT
    "CustomerID",
    "Amount (€)",
    dateDiff('day', "OrderDate", "applicationDate") AS days,
    CASE WHEN "OrderDate" <= "applicationDate" THEN "a ""quoted"" one" END AS "past_a ""quoted"" one"
  FROM "source_Orders"
  WHERE "CustomerID" IS NOT NULL
)
SELECT
  "CustomerID",
  /* Total: window [0, 6] */
  SUM(CASE WHEN days BETWEEN 0 AND 6 THEN "Amount (€)" END) AS "amount (€)_SUM_0_6",
  MAX(CASE WHEN days BETWEEN 0 AND 6 THEN "Amount (€)" END) AS "amount (€)_MAX_0_6",
  SUM("past_a ""quoted"" one") AS "a ""quoted"" one_SUM",
  toInt64(COUNT("past_a ""quoted"" one")) AS "a ""quoted"" one_COUNT",
  /* big: since "amount (€)" > 10 AND CUSTOMERID <> 'x' */
  toInt64(
    COUNT(CASE WHEN days >= 0 AND "Amount (€)" > 10 AND "CustomerID" <> 'x' THEN "Amount (€)" END)
  ) AS "bigOnes"
FROM events
GROUP BY "CustomerID"
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.Clean | seeknal/Clean.yml | clickhouse */
SELECT
  "CustomerID" AS "CUSTOMERID",
  "OrderDate" AS "Day",
  o."Amount (€)" AS "Amount (€)",
  "a ""quoted"" one"
FROM "source_Orders" AS o
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;
