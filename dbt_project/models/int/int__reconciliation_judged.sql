-- One row per pair, region and period that could be judged.
with cases as (

    select * from {{ ref("int__reconciliation_case") }}
    where could_not_run_reason is null

),

final as (

    select
        pair_id,
        region_level,
        region_code,
        period_start,
        {{ reconciliation_verdict("our_value", "their_value", "green_within", "amber_within") }} as verdict
    from cases

)

select * from final
