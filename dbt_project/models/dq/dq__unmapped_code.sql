-- One row per sender, dataset, column and value that the sender's dialect does not know.
with unmapped as (

    select * from {{ ref("stg__unmapped") }}

),

quarantined as (

    select * from {{ ref("stg__quarantine") }}

),

-- Of every line that ever had the value, also of those that were recovered or replaced since.
counted as (

    select
        organiser_code,
        rule_id,
        value_as_sent,
        count(case when known_to is null then 1 end) as row_count,
        count(distinct case when known_to is null then receipt_id end) as delivery_count,
        min(known_from) as first_seen,
        max(case when known_to is null then known_from end) as last_seen
    from quarantined
    group by organiser_code, rule_id, value_as_sent

),

final as (

    select
        u.organiser_code,
        u.dataset,
        u.column_name,
        u.value_as_sent,
        c.row_count,
        c.delivery_count,
        c.first_seen,
        c.last_seen,
        u.nearest_value,
        u.nearest_code,
        u.nearest_score
    from unmapped as u
    inner join counted as c
        on u.organiser_code = c.organiser_code and u.rule_id = c.rule_id and u.value_as_sent = c.value_as_sent

)

select * from final
