/* transform.expressions | seeknal/expressions.yml | clickhouse */
/* a comment of the user */
SELECT
  /* after a column */
  order_id,
  translateUTF8(
    upperUTF8(
      translateUTF8(
        replaceRegexpAll(customer_id, '^\\p{Zs}+|\\p{Zs}+$', ''),
        'ŉƛǰɤΐΰևẖẗẘẙẚὐὒὔὖᾀᾁᾂᾃᾄᾅᾆᾇᾈᾉᾊᾋᾌᾍᾎᾏᾐᾑᾒᾓᾔᾕᾖᾗᾘᾙᾚᾛᾜᾝᾞᾟᾠᾡᾢᾣᾤᾥᾦᾧᾨᾩᾪᾫᾬᾭᾮᾯᾲᾳᾴᾶᾷᾼῂῃῄῆῇῌῒΐῖῗῢΰῤῦῧῲῳῴῶῷῼꟓꟕﬀﬁﬂﬃﬄﬅﬆﬓﬔﬕﬖﬗß',
        '􏼀􏼁􏼂􏼃􏼄􏼅􏼆􏼇􏼈􏼉􏼊􏼋􏼌􏼍􏼎􏼏􏼐􏼑􏼒􏼓􏼔􏼕􏼖􏼗􏼐􏼑􏼒􏼓􏼔􏼕􏼖􏼗􏼘􏼙􏼚􏼛􏼜􏼝􏼞􏼟􏼘􏼙􏼚􏼛􏼜􏼝􏼞􏼟􏼠􏼡􏼢􏼣􏼤􏼥􏼦􏼧􏼠􏼡􏼢􏼣􏼤􏼥􏼦􏼧􏼨􏼬􏼩􏼪􏼫􏼬􏼭􏼱􏼮􏼯􏼰􏼱􏼲􏼳􏼴􏼵􏼶􏼷􏼸􏼹􏼺􏼻􏼿􏼼􏼽􏼾􏼿􏽀􏽁􏽂􏽃􏽄􏽅􏽆􏽇􏽈􏽉􏽊􏽋􏽌􏽍ẞ'
      )
    ),
    '􏼀􏼁􏼂􏼃􏼄􏼅􏼆􏼇􏼈􏼉􏼊􏼋􏼌􏼍􏼎􏼏􏼐􏼑􏼒􏼓􏼔􏼕􏼖􏼗􏼘􏼙􏼚􏼛􏼜􏼝􏼞􏼟􏼠􏼡􏼢􏼣􏼤􏼥􏼦􏼧􏼨􏼩􏼪􏼫􏼬􏼭􏼮􏼯􏼰􏼱􏼲􏼳􏼴􏼵􏼶􏼷􏼸􏼹􏼺􏼻􏼼􏼽􏼾􏼿􏽀􏽁􏽂􏽃􏽄􏽅􏽆􏽇􏽈􏽉􏽊􏽋􏽌􏽍',
    'ŉƛǰɤΐΰևẖẗẘẙẚὐὒὔὖᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫᾬᾭᾮᾯᾲᾴᾶᾷᾼῂῄῆῇῌῒΐῖῗῢΰῤῦῧῲῴῶῷῼꟓꟕﬀﬁﬂﬃﬄﬅﬆﬓﬔﬕﬖﬗ'
  ) AS customer,
  COALESCE(note, '') || '!' AS shout,
  CASE
    WHEN amount >= 100 THEN 'big'
    WHEN amount >= 10 THEN 'middling'
    WHEN amount > 0 THEN 'small'
    ELSE 'nothing at all'
  END AS size,
  CAST(
    CAST(
      accurateCast(SIGN(amount) * FLOOR(ABS(amount) * 100 + 0.5), 'Nullable(Int64)') AS Nullable(Decimal(38, 0))
    )
      * CAST('0.01' AS Nullable(Decimal(3, 2))) AS Nullable(Decimal(10, 2))
  ) AS price,
  addDays(order_date, -(7)) AS week_before,
  dateDiff('day', order_date, CAST('2026-01-31' AS Nullable(Date32))) AS age,
  CAST(NOT (status = 'paid' OR note IS NULL) AS Nullable(Bool)) AS open_with_note
FROM source_orders
WHERE status IN ('paid', 'open')
  AND note IS NOT NULL
  AND note NOT LIKE 'test%'
  AND amount BETWEEN 0 AND 1000000
  AND customer_id <> 'nobody'
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.grouped | seeknal/grouped.yml | clickhouse */
SELECT
  customer_id,
  status,
  CAST(COUNT(*) AS Nullable(Int64)) AS orders,
  CAST(COUNT(DISTINCT order_date) AS Nullable(Int64)) AS days,
  SUM(amount) AS total,
  MAX(CASE WHEN status = 'paid' THEN amount END) AS greatest_paid
FROM source_orders
WHERE amount > 0
GROUP BY customer_id, status
HAVING CAST(COUNT(*) AS Nullable(Int64)) > 1
ORDER BY 5 DESC
LIMIT 100
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.joined | seeknal/joined.yml | clickhouse */
SELECT
  o.customer_id AS customer_id,
  o.amount AS amount,
  previous.amount AS previous_amount,
  totals.total AS total
FROM source_orders AS o
LEFT JOIN source_orders AS previous
  ON previous.customer_id = o.customer_id
    AND previous.order_date < o.order_date
    AND previous.status = 'paid'
JOIN (
  SELECT
    customer_id,
    SUM(amount) AS total
  FROM source_orders
  GROUP BY customer_id
) AS totals
  ON totals.customer_id = o.customer_id
WHERE EXISTS(
  SELECT
    1
  FROM source_orders AS x
  WHERE x.customer_id = o.customer_id AND x.status = 'open'
)
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.united | seeknal/united.yml | clickhouse */
WITH paid AS (
  SELECT customer_id, amount
  FROM source_orders
  WHERE status = 'paid'
),
other AS (
  SELECT
    customer_id,
    -amount AS amount
  FROM source_orders
  WHERE status <> 'paid'
)
SELECT *
FROM paid
UNION ALL
SELECT *
FROM other
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;

/* transform.windowed | seeknal/windowed.yml | clickhouse */
SELECT
  order_id,
  SUM(amount) OVER (
    PARTITION BY customer_id
    ORDER BY order_date, order_id
    ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
  ) AS moving_total,
  lag(toNullable(amount)) OVER (PARTITION BY customer_id ORDER BY order_date, order_id) AS previous_amount
FROM source_orders
SETTINGS join_use_nulls = 1, aggregate_functions_null_for_empty = 1, prefer_column_name_to_alias = 1, compile_expressions = 0
;
