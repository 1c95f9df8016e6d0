/* transform.expressions | seeknal/expressions.yml | databricks */
/* a comment of the user */
SELECT
  /* after a column */
  order_id,
  TRANSLATE(
    UPPER(
      TRANSLATE(
        REGEXP_REPLACE(customer_id, '^\\p{Zs}+|\\p{Zs}+\\z', ''),
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
  CAST(CAST(ROUND(amount * 100) AS BIGINT) * 0.01 AS DECIMAL(10, 2)) AS price,
  DATE_ADD(order_date, CAST(-(7) AS INT)) AS week_before,
  CAST(DATEDIFF(CAST('2026-01-31' AS DATE), order_date) AS BIGINT) AS age,
  NOT (status = 'paid' OR note IS NULL) AS open_with_note
FROM source_orders
WHERE status IN ('paid', 'open')
  AND note IS NOT NULL
  AND note NOT LIKE 'test%'
  AND amount BETWEEN 0 AND 1000000
  AND customer_id <> 'nobody'
;

/* transform.grouped | seeknal/grouped.yml | databricks */
SELECT
  customer_id,
  status,
  COUNT(*) AS orders,
  COUNT(DISTINCT order_date) AS days,
  SUM(amount) AS total,
  MAX(CASE WHEN status = 'paid' THEN amount END) AS greatest_paid
FROM source_orders
WHERE amount > 0
GROUP BY customer_id, status
HAVING COUNT(*) > 1
ORDER BY total DESC
LIMIT 100
;

/* transform.joined | seeknal/joined.yml | databricks */
SELECT
  o.customer_id,
  o.amount,
  previous.amount AS previous_amount,
  totals.total
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
;

/* transform.united | seeknal/united.yml | databricks */
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
;

/* transform.windowed | seeknal/windowed.yml | databricks */
SELECT
  order_id,
  SUM(amount) OVER (
    PARTITION BY customer_id
    ORDER BY order_date NULLS LAST, order_id NULLS LAST
    ROWS BETWEEN 6 PRECEDING AND CURRENT ROW
  ) AS moving_total,
  LAG(amount) OVER (PARTITION BY customer_id ORDER BY order_date NULLS LAST, order_id NULLS LAST) AS previous_amount
FROM source_orders
;
