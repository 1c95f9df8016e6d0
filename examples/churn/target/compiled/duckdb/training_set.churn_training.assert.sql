/* assertions of training_set.churn_training | seeknal/training_sets/churn_training.yml | duckdb | a row returned breaks the promise */

/* rows-not-kept: `training_set.churn_training` has {rows} rows for {spine_rows} spine rows */
SELECT "rows", "spine_rows"
FROM (
  SELECT
    (SELECT COUNT(*) FROM training_set_churn_training) AS "rows",
    (SELECT COUNT(*) FROM source_churn_labels) AS "spine_rows"
) AS counted
WHERE "rows" <> "spine_rows"
;
