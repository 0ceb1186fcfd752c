{{ config(materialized="view") }}
-- One row per business time, engine and dimension ('total' = all). The last attempt of each check counts. What could not be
-- judged and what could not be run is in neither part of the score.
with attempt as (
    select
        night_id,
        known_from,
        engine,
        dimension,
        status,
        is_blocking,
        row_number() over (partition by known_from, engine, asset, check_id order by attempt desc) as recency
    from {{ ref("dq__check_result") }}
),

counted as (
    select
        night_id,
        known_from,
        coalesce(engine, 'total') as engine,
        coalesce(dimension, 'total') as dimension,
        cast(count(*) as bigint) as checks,
        cast(sum(case when status = 'PASS' then 1 else 0 end) as bigint) as passed,
        cast(sum(case when status = 'FAIL' then 1 else 0 end) as bigint) as failed,
        cast(sum(case when status = 'N-A' then 1 else 0 end) as bigint) as not_applicable,
        cast(sum(case when status = 'ERROR' then 1 else 0 end) as bigint) as errors,
        cast(sum(case when is_blocking and status in ('FAIL', 'ERROR') then 1 else 0 end) as bigint) as blocking
    from attempt
    where recency = 1
    group by grouping sets (
        (night_id, known_from),
        (night_id, known_from, engine),
        (night_id, known_from, dimension),
        (night_id, known_from, engine, dimension)
    )
)

select
    night_id,
    known_from,
    engine,
    dimension,
    checks,
    passed,
    failed,
    not_applicable,
    errors,
    blocking,
    passed + failed as judged,
    cast({{ ratio("passed", "(passed + failed)") }} as decimal(18, 4)) as score,
    concat(cast(passed as varchar), ' of ', cast(passed + failed as varchar)) as score_shown
from counted
