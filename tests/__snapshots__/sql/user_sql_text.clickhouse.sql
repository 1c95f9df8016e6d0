/* transform.text | seeknal/text.yml | clickhouse */
SELECT
  row_id,
  toInt64(lengthUTF8(s)) AS length,
  lowerUTF8(translateUTF8(s, 'İΣ', 'iσ')) AS lower,
  replaceRegexpAll(s, '^\\p{Zs}+|\\p{Zs}+$', '') AS trimmed,
  replaceRegexpAll(t, '^\\p{Zs}+', '') AS left_trimmed,
  TRIM(BOTH 'ax' FROM s) AS stripped,
  substringUTF8(s, 2, 2) AS middle,
  substringUTF8(s, 2) AS rest,
  replaceAll(s, 'a', 'b') AS replaced,
  (COALESCE(s, '') || '-' || COALESCE(CAST(i AS Nullable(String)), '')) AS joined,
  s || t AS glued,
  CASE WHEN s IS NOT NULL THEN arrayElement(splitByString('a', assumeNotNull(s)), 2) END AS after_a,
  toInt64(positionUTF8(s, 'i')) AS place,
  CAST(startsWith(s, 'p') AS Nullable(Bool)) AS starts,
  CAST(match(s, '^[a-z]+$') AS Nullable(Bool)) AS plain,
  lower(hex(MD5(s))) AS digest,
  CAST(i AS Nullable(String)) AS number,
  CASE WHEN gift THEN 'true' WHEN NOT gift THEN 'false' END AS gift,
  'it''s' AS quoted,
  CAST(s < t AS Nullable(Bool)) AS earlier,
  CAST(s BETWEEN 'A' AND 'b' AS Nullable(Bool)) AS between_letters,
  CAST(s IN ('x', 'paid') AS Nullable(Bool)) AS listed,
  CAST(s LIKE '%a%' AS Nullable(Bool)) AS has_a,
  CAST(lowerUTF8(translateUTF8(s, 'İΣ', 'iσ')) LIKE 'b%' AS Nullable(Bool)) AS begins_with_b,
  GREATEST(COALESCE(s, t), COALESCE(t, s)) AS last_in_order,
  CAST(isNotDistinctFrom(s, t) AS Nullable(Bool)) AS same
FROM source_texts
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;
