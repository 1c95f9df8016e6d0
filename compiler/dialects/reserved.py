"""Words that some engine reserves: as names they are quoted everywhere, so SQL stays portable."""

RESERVED = frozenset(
    """
    abort action add after all alter analyse analyze and anti any array as asc asof
    assert_rows_modified asymmetric at authorization before begin between bigint binary bit
    boolean both bucket by call case cast change char character check cluster coalesce
    collate collation collations column columns commit concurrently connect constraint
    contains create cross cube current current_catalog current_date current_path
    current_role current_schema current_time current_timestamp current_user cursor database
    date date_add day dec decimal default deferrable define delete desc describe distinct
    distribute do drop else end enum escape except exclude execute exists explain external
    extract false fetch file filter final first float following for force foreign format
    freeze from full function functions generated glob global grant greatest group grouping
    grouping_id groups hash having hour identified if ignore ilike in index initially inner
    inout insert int integer intersect interval into is isnull join json json_array
    json_arrayagg json_exists json_object json_objectagg json_query json_scalar
    json_serialize json_table json_value kill lambda last lateral leading least left like
    limit lists load local localtime localtimestamp lookup loop map match_recognize
    materialized merge merge_action minus minute modify month national natural nchar new no
    nocheck none normalize not notnull null nullif nulls numeric of off offset old on only
    or order out outer over overlaps overlay overwrite partition percent pivot pivot_longer
    pivot_wider placing position positional pragma preceding precision prepare primary prior
    procedure proto public qualify range real recursive references regexp rename repeatable
    replace reset respect restrict returning revoke right rlike rollup row rows sample
    schema second select semi session_user set setof show similar skew smallint some sort
    sql start struct substring summarize symmetric synonym sysdate system_user table tables
    tablesample temporary terminate then time timestamp to trailing treat trigger trim true
    truncate try_cast tuple type unbounded undrop union unique unknown unnest unpack unpivot
    update upsert use user using values varchar variadic verbose view when where window with
    within xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse
    xmlpi xmlroot xmlserialize xmltable year
    """.split()
)
