/* The peer: a plain ASOF join. Of rows that share key and time it takes any. */
SET preserve_insertion_order = false;
COPY (
  SELECT spine.spine_id, spine.k, spine.t, spine.label, scores.score, scores.tier
  FROM read_parquet('$spine') AS spine
  ASOF LEFT JOIN read_parquet('$events') AS scores ON scores.k = spine.k AND scores.ts <= spine.t
) TO '$result' (FORMAT parquet)
