-- One row per delivery, basis, county that the visits count for, population group and length of wait.
with placed as (

    {{ placed_by_basis(ref("int__first_visit_wait")) }}

),

final as (

    select
        receipt_id,
        basis,
        county_code,
        {{ rolled_up_splits() }},
        wait_days,
        cast(sum(first_visits) as bigint) as first_visits,
        cast(sum(first_visits_with_limit) as bigint) as first_visits_with_limit,
        cast(sum(first_visits_within_limit) as bigint) as first_visits_within_limit
    from placed
    {{ grouping_by_split(["receipt_id", "basis", "county_code", "wait_days"]) }}

)

select * from final
